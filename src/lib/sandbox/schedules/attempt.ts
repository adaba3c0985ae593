import { randomBytes } from 'node:crypto'
import type { AwsClients } from '../../aws/clients.js'
import type { UserIdentity } from '../cloudtrail/record.js'
import { serviceSession } from '../cloudtrail/service-session.js'
import { withoutFraction } from '../cloudtrail/sessions.js'
import { ON_BEHALF_HEADER, type Recorder } from '../cloudtrail/recorder.js'
import { headerOf, jsonBody, type Answer } from '../gateway/answer.js'
import type { OutgoingRequest } from '../gateway/upstream.js'
import { textOf } from '../gateway/xml-text.js'
import { assertMayCall, executionRole, NotAllowed } from './execution-role.js'
import type { Execution, ScheduleDocument } from './schedule.js'
import { sdkCall, universalTarget, type SdkCall } from './sdk-request.js'

export interface AttemptPorts {
  accountId: string
  clientsFor: (region: string) => Promise<AwsClients>
  /** Calls the gateway itself, as the root of the sandbox. */
  send: (request: OutgoingRequest, service: string, region: string) => Promise<Answer>
  recorder: Pick<Recorder, 'actFor' | 'add'>
  now: () => Date
}

/** What came of calling a target once. */
export type Outcome = { kind: 'done' } | { kind: 'again' | 'failed'; code: string; message: string }

const INVOKED_BY = 'scheduler.amazonaws.com'
const SESSION_MS = 3_600_000

/** Calls the target of a schedule as its role. */
export async function attempt(document: ScheduleDocument, region: string, execution: Execution, ports: AttemptPorts): Promise<Outcome> {
  const target = universalTarget(document.Target.Arn)
  const input = inputOf(document, execution)
  const call = target && input && sdkCall(target, input)
  if (!call) return { kind: 'failed', code: 'InvalidInput', message: 'The target or its input is none that the sandbox can call.' }
  try {
    const clients = await ports.clientsFor(region)
    const role = await executionRole(document.Target.RoleArn, document.Arn, clients)
    await assertMayCall(document.Target.RoleArn, call, { account: ports.accountId, region }, clients)
    return await callAs(assume(document, region, execution, role.RoleId ?? '', ports), call, region, ports)
  } catch (error) {
    if (error instanceof NotAllowed) return { kind: 'failed', code: 'AccessDeniedException', message: error.message }
    return { kind: 'again', code: 'ServiceUnavailable', message: error instanceof Error ? error.message : String(error) }
  }
}

async function callAs(identity: UserIdentity, call: SdkCall, region: string, { recorder, send }: AttemptPorts): Promise<Outcome> {
  const word = randomBytes(24).toString('hex')
  const forget = recorder.actFor(word, identity)
  try {
    const rawHeaders = [...call.request.rawHeaders, ON_BEHALF_HEADER, word]
    return outcomeOf(await send({ ...call.request, rawHeaders }, call.service, region))
  } finally {
    forget()
  }
}

/** Scheduler tries again when a service is busy or broken, and not when it refuses (Scheduler User Guide, "Configuring a dead-letter queue"). */
export function outcomeOf({ body, rawHeaders, status }: Answer): Outcome {
  if (status < 300) return { kind: 'done' }
  const text = body.toString('utf8')
  const document = text.startsWith('<') ? undefined : jsonBody(body)
  const type = document?.['__type'] ?? headerOf(rawHeaders, 'x-amzn-errortype') ?? textOf(text, 'Code')
  const code = typeof type === 'string' ? (type.split('#').at(-1) ?? type) : String(status)
  const said = document?.['message'] ?? document?.['Message'] ?? textOf(text, 'Message')
  const isBusy = status >= 500 || status === 429 || /Throttl|RequestLimitExceeded|TooManyRequests|SlowDown/.test(code)
  return { kind: isBusy ? 'again' : 'failed', code, message: typeof said === 'string' ? said : '' }
}

/** The input, with what Scheduler fills in (Scheduler User Guide, "Adding context attributes"). */
function inputOf({ Arn, Target }: ScheduleDocument, { attempts, dueAt, id }: Execution): Record<string, unknown> | undefined {
  const filled: Readonly<Record<string, string>> = {
    'schedule-arn': Arn,
    'scheduled-time': withoutFraction(new Date(dueAt)),
    'execution-id': id,
    'attempt-number': String(attempts + 1),
  }
  const text = (Target.Input ?? '{}').replaceAll(/<aws\.scheduler\.([a-z-]+)>/g, (whole, name: string) => filled[name] ?? whole)
  return jsonBody(Buffer.from(text))
}

/** The session of the role, of which CloudTrail hears. */
function assume(document: ScheduleDocument, region: string, { id }: Execution, roleId: string, ports: AttemptPorts): UserIdentity {
  const { accountId, now, recorder } = ports
  const { identity, record } = serviceSession(
    {
      service: INVOKED_BY,
      accountId,
      region,
      roleArn: document.Target.RoleArn,
      roleId,
      sessionName: id.replaceAll('-', ''),
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      expiresAt: new Date(now().getTime() + SESSION_MS),
    },
    now(),
  )
  recorder.add(record)
  return { ...identity, invokedBy: INVOKED_BY }
}
