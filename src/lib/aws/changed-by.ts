import type { Event } from '@aws-sdk/client-cloudtrail'
import { messageOf } from '../core/errors.js'
import { type Fields, fieldsAt, textAt } from '../core/plain-data.js'
import { AwsClients } from './clients.js'
import { explained } from './explain-error.js'
import { parseObject } from './state-document.js'

/** Who made a change, according to CloudTrail. */
export interface ChangedBy {
  /** ARN of the user or of the session, or the service that acted. */
  principal: string
  /** ISO 8601. */
  at: string
  /** Such as `iam:TagRole`. */
  event: string
}

/** Who changed it, or why nobody can say. */
export interface Changer {
  changedBy?: ChangedBy
  changedByUnknown?: string
}

export interface TrailQuestion {
  /** The likeliest first. */
  names: readonly string[]
  /** Its calls are recorded in one region for all. */
  isGlobal: boolean
}

const PAGE = 50
/** Of each name: reading calls, of which our own plans make many, are told among the others. */
const MOST_PAGES = 4
const DEADLINE_MS = 15_000
/** What AWS records last is told up to a quarter of an hour later. */
const LATE = 'CloudTrail knows of no change in the last 90 days; it tells of a change up to 15 minutes late'

/**
 * Who changed something last, by one bounded search of CloudTrail. It is only a help, so it never fails.
 * @param before what was recorded later is our own looking around.
 */
export async function lastChangeOf(
  clients: AwsClients,
  { names, isGlobal }: TrailQuestion,
  { before, signal }: { before: Date; signal: AbortSignal },
): Promise<Changer> {
  if (names.length === 0) return { changedByUnknown: 'it has no name by which CloudTrail could be asked' }
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)])
  const { connection } = clients
  const region = isGlobal ? homeOfGlobal(connection.region) : connection.region
  const asked = region === connection.region ? clients : new AwsClients({ ...connection, region })
  try {
    return await explained('ask CloudTrail', async () => {
      for (const name of names) {
        const event = await lastWrite(asked, name, before, deadline)
        if (event) return judged(event)
      }
      return { changedByUnknown: LATE }
    })
  } catch (error) {
    if (deadline.aborted && !signal.aborted) return { changedByUnknown: 'CloudTrail took too long to answer' }
    return { changedByUnknown: messageOf(error) }
  }
}

/** The newest call that changed something and was not refused. */
async function lastWrite(clients: AwsClients, name: string, before: Date, abortSignal: AbortSignal): Promise<Event | undefined> {
  const { LookupEventsCommand } = await import('@aws-sdk/client-cloudtrail')
  const client = await clients.cloudTrail()
  const question = {
    LookupAttributes: [{ AttributeKey: 'ResourceName' as const, AttributeValue: name }],
    EndTime: before,
    MaxResults: PAGE,
  }
  let NextToken: string | undefined
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const command = new LookupEventsCommand({ ...question, ...(NextToken !== undefined && { NextToken }) })
    const answer = await client.send(command, { abortSignal })
    const found = (answer.Events ?? []).find((event) => event.ReadOnly !== 'true' && recordOf(event)['errorCode'] === undefined)
    if (found) return found
    NextToken = answer.NextToken
    if (NextToken === undefined) return undefined
  }
  return undefined
}

/** What Terraform did last is what the comparison starts from: it says nothing of who changed it since. */
function judged(event: Event): Changer {
  const record = recordOf(event)
  const by = changeIn(event, record)
  if (!/\b(?:Terraform|OpenTofu)\//i.test(textAt(record, 'userAgent'))) return { changedBy: by }
  return { changedByUnknown: `the last change that CloudTrail knows was made by Terraform: ${by.event} of ${by.principal} at ${by.at}` }
}

function changeIn({ EventName = '', EventSource = '', EventTime, Username }: Event, record: Fields): ChangedBy {
  const who = fieldsAt(record, 'userIdentity')
  const service = EventSource.replace(/\.amazonaws\.com(?:\.cn)?$/, '')
  return {
    principal: textAt(who, 'arn') || textAt(who, 'invokedBy') || Username || 'somebody who is not named',
    at: (EventTime ?? new Date(textAt(record, 'eventTime'))).toISOString(),
    event: `${service}:${EventName}`,
  }
}

function recordOf({ CloudTrailEvent = '' }: Event): Fields {
  return parseObject(CloudTrailEvent) ?? {}
}

/** The region that records the calls of global services. Source: AWS CloudTrail User Guide, "Global service events". */
function homeOfGlobal(region: string): string {
  if (region.startsWith('cn-')) return 'cn-north-1'
  return region.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1'
}
