import { ServiceError } from '../services/service-error.js'
import { parseRecord } from './journal.js'
import type { TrailRecord } from './record.js'
import { namedResources } from './resources.js'

/** An event as LookupEvents shows it (AWS CloudTrail API Reference, "Event"). */
export interface LookedUpEvent {
  EventId: string
  EventName: string
  ReadOnly: 'true' | 'false'
  AccessKeyId?: string
  /** In seconds. */
  EventTime: number
  EventSource: string
  Username?: string
  Resources: Array<{ ResourceType: string; ResourceName: string }>
  CloudTrailEvent: string
}

export interface LookupAnswer {
  Events: LookedUpEvent[]
  NextToken?: string
}

const ATTRIBUTES: Readonly<Record<string, (event: LookedUpEvent) => readonly (string | undefined)[]>> = {
  EventId: ({ EventId }) => [EventId],
  EventName: ({ EventName }) => [EventName],
  ReadOnly: ({ ReadOnly }) => [ReadOnly],
  Username: ({ Username }) => [Username],
  EventSource: ({ EventSource }) => [EventSource],
  AccessKeyId: ({ AccessKeyId }) => [AccessKeyId],
  ResourceType: ({ Resources }) => Resources.map(({ ResourceType }) => ResourceType),
  ResourceName: ({ Resources }) => Resources.map(({ ResourceName }) => ResourceName),
}
const KEPT_MS = 90 * 86_400_000
const MAX_RESULTS = 50

interface Query {
  region: string
  attribute: { read: (event: LookedUpEvent) => readonly (string | undefined)[]; value: string } | undefined
  /** In seconds. */
  from: number
  to: number
  max: number
  /** Everything up to this event was shown. */
  after: string | undefined
}

/**
 * Answers LookupEvents: management events of a region, the newest first.
 * @param lines the records, the newest first.
 * @throws `ServiceError` for what CloudTrail refuses.
 */
export async function lookupEvents(
  input: Readonly<Record<string, unknown>>,
  lines: AsyncIterable<string>,
  region: string,
  now: Date,
): Promise<LookupAnswer> {
  const query = parse(input, region, now)
  const events: LookedUpEvent[] = []
  let isShown = query.after !== undefined
  for await (const line of lines) {
    const event = eventIn(line, query)
    if (!event) continue
    if (!isShown && events.length === query.max) return { Events: events, NextToken: tokenOf(events.at(-1)?.EventId ?? '') }
    if (!isShown) events.push(event)
    else if (event.EventId === query.after) isShown = false
  }
  return { Events: events }
}

/** Most lines are ruled out before they are understood. */
function eventIn(line: string, { attribute, from, region, to }: Query): LookedUpEvent | undefined {
  if (attribute && attribute.value !== 'root' && !line.includes(JSON.stringify(attribute.value).slice(1, -1)) && !isType(attribute.value))
    return undefined
  const record = parseRecord(line)
  if (!record?.managementEvent || record.awsRegion !== region) return undefined
  const event = shown(record, line)
  if (event.EventTime < from || event.EventTime > to) return undefined
  return attribute && !attribute.read(event).includes(attribute.value) ? undefined : event
}

function isType(value: string): boolean {
  return value.startsWith('AWS::')
}

function shown(record: TrailRecord, line: string): LookedUpEvent {
  const { eventID, eventName, eventSource, eventTime, readOnly, requestParameters, responseElements, userIdentity } = record
  const username = usernameOf(record)
  return {
    EventId: eventID,
    EventName: eventName,
    ReadOnly: readOnly ? 'true' : 'false',
    ...(userIdentity.accessKeyId !== undefined && { AccessKeyId: userIdentity.accessKeyId }),
    EventTime: Date.parse(eventTime) / 1000,
    EventSource: eventSource,
    ...(username !== undefined && { Username: username }),
    Resources: namedResources(eventSource, requestParameters, responseElements),
    CloudTrailEvent: line,
  }
}

/** The name of a user or of a session. */
function usernameOf({ userIdentity: { arn, type, userName } }: TrailRecord): string | undefined {
  if (type === 'Root') return 'root'
  return type === 'AssumedRole' || type === 'FederatedUser' ? arn?.split('/').at(-1) : userName
}

function parse(input: Readonly<Record<string, unknown>>, region: string, now: Date): Query {
  const { EndTime, LookupAttributes, MaxResults = MAX_RESULTS, NextToken, StartTime } = input
  const [from, to] = [timeOf(StartTime) ?? 0, timeOf(EndTime) ?? now.getTime() / 1000 + 1]
  if (from > to) throw new ServiceError('InvalidTimeRangeException', 'The start time must be before the end time.')
  if (typeof MaxResults !== 'number' || MaxResults < 1 || MaxResults > MAX_RESULTS) {
    throw new ServiceError('InvalidMaxResultsException', `MaxResults must be between 1 and ${MAX_RESULTS}.`)
  }
  return {
    region,
    attribute: attributeIn(LookupAttributes),
    from: Math.max(from, (now.getTime() - KEPT_MS) / 1000),
    to,
    max: MaxResults,
    after: typeof NextToken === 'string' ? idIn(NextToken) : undefined,
  }
}

function attributeIn(given: unknown): Query['attribute'] {
  const list = (given ?? []) as Array<{ AttributeKey?: string; AttributeValue?: string }>
  const [first] = list
  if (!first) return undefined
  const read = ATTRIBUTES[first.AttributeKey ?? '']
  if (list.length > 1 || !read || first.AttributeValue === undefined) {
    throw new ServiceError('InvalidLookupAttributesException', 'One lookup attribute with a key and a value can be named.')
  }
  return { read, value: first.AttributeValue }
}

function timeOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  const seconds = typeof value === 'number' ? value : Date.parse(typeof value === 'string' ? value : '') / 1000
  if (Number.isNaN(seconds)) throw new ServiceError('InvalidTimeRangeException', 'A time could not be understood.')
  return seconds
}

function tokenOf(eventId: string): string {
  return Buffer.from(eventId).toString('base64url')
}

function idIn(token: string): string {
  const id = Buffer.from(token, 'base64url').toString('utf8')
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new ServiceError('InvalidNextTokenException', 'The token is not one of an earlier answer.')
  return id
}
