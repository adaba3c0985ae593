import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { outcomeOf } from '../../../../src/lib/sandbox/schedules/attempt.js'
import { trusts } from '../../../../src/lib/sandbox/schedules/execution-role.js'
import { nextDue, type Timing } from '../../../../src/lib/sandbox/schedules/expression.js'
import { begun, isOver, keptSchedule, passedOver, type ScheduleDocument } from '../../../../src/lib/sandbox/schedules/schedule.js'
import { Schedules } from '../../../../src/lib/sandbox/schedules/schedules.js'
import { sdkCall, universalTarget } from '../../../../src/lib/sandbox/schedules/sdk-request.js'
import { Shelf } from '../../../../src/lib/sandbox/services/shelf.js'
import { errorAnswer, json } from '../../../../src/lib/sandbox/gateway/answer.js'
import type { OutgoingRequest } from '../../../../src/lib/sandbox/gateway/upstream.js'

/** Vitest waits for a second only. */
const PATIENCE = { timeout: 20_000 }
const SINCE = new Date('2026-01-31T12:00:30Z')

function timing(expression: string, change: Partial<Timing> = {}): Timing {
  return { expression, timeZone: 'UTC', since: SINCE, start: undefined, end: undefined, ...change }
}

describe('a schedule is due', () => {
  test.each<[string, Partial<Timing>, string | undefined, string | undefined]>([
    ['at(2026-02-01T09:00:00)', {}, undefined, '2026-02-01T09:00:00.000Z'],
    ['at(2026-02-01T09:00:00)', { timeZone: 'Europe/Berlin' }, undefined, '2026-02-01T08:00:00.000Z'],
    ['at(2026-07-01T09:00:00)', { timeZone: 'America/New_York' }, undefined, '2026-07-01T13:00:00.000Z'],
    ['at(2026-02-01T09:00:00)', {}, '2026-02-01T09:00:00Z', undefined],
    ['rate(5 minutes)', {}, undefined, '2026-01-31T12:00:30.000Z'],
    ['rate(5 minutes)', {}, '2026-01-31T12:00:30Z', '2026-01-31T12:05:30.000Z'],
    ['rate(5 minutes)', {}, '2026-01-31T12:17:00Z', '2026-01-31T12:20:30.000Z'],
    ['rate(1 hour)', { start: new Date('2026-02-01T00:00:00Z') }, undefined, '2026-02-01T00:00:00.000Z'],
    ['rate(1 day)', { end: new Date('2026-02-01T00:00:00Z') }, '2026-01-31T12:00:30Z', undefined],
    ['cron(0 9 ? * MON-FRI *)', { timeZone: 'Europe/Berlin' }, undefined, '2026-02-02T08:00:00.000Z'],
    ['cron(0 9 ? * 2-6 *)', {}, undefined, '2026-02-02T09:00:00.000Z'],
    ['cron(0/15 * * * ? *)', {}, '2026-01-31T12:15:00Z', '2026-01-31T12:30:00.000Z'],
    ['cron(0 0 L * ? *)', {}, undefined, '2026-02-28T00:00:00.000Z'],
    ['cron(0 0 1 1 ? 2020)', {}, undefined, undefined],
    ['cron(nonsense)', {}, undefined, undefined],
    ['rate(0 minutes)', {}, undefined, undefined],
  ])('%s with %j after %s: %s', (expression, change, last, due) => {
    expect(nextDue(timing(expression, change), last === undefined ? undefined : new Date(last))?.toISOString()).toBe(due)
  })
})

function document(change: Partial<ScheduleDocument> = {}): ScheduleDocument {
  return {
    Arn: 'arn:aws:scheduler:eu-west-1:000000000000:schedule/default/s',
    Name: 's',
    GroupName: 'default',
    State: 'ENABLED',
    ScheduleExpression: 'at(2026-01-31T13:00:00)',
    CreationDate: SINCE.getTime() / 1000,
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: {
      Arn: 'arn:aws:scheduler:::aws-sdk:sqs:purgeQueue',
      RoleArn: 'arn:aws:iam::000000000000:role/s',
      Input: '{"QueueUrl":"<aws.scheduler.scheduled-time>"}',
    },
    ...change,
  }
}

describe('a kept schedule', () => {
  const now = new Date('2026-01-31T18:00:00Z')

  test('that was missed several times is carried out once', () => {
    const kept = begun(keptSchedule(document({ ScheduleExpression: 'rate(1 hour)' }), 'eu-west-1', undefined), 'id', now, () => 0)
    expect(kept).toMatchObject({ dueAt: '2026-01-31T18:00:30.000Z', execution: { dueAt: SINCE.toISOString(), at: now.toISOString() } })
  })

  test('waits within its window', () => {
    const flexible = document({ FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 10 } })
    const at = new Date('2026-01-31T13:00:00Z')
    expect(begun(keptSchedule(flexible, 'eu-west-1', undefined), 'id', at, () => 0.5).execution?.at).toBe('2026-01-31T13:05:00.000Z')
  })

  test('is not due while it is switched off, and not again when only its target was changed', () => {
    expect(keptSchedule(document({ State: 'DISABLED' }), 'eu-west-1', undefined).dueAt).toBeUndefined()
    const done = passedOver(keptSchedule(document(), 'eu-west-1', undefined), now)
    expect(isOver(done)).toBe(true)
    expect(keptSchedule(document(), 'eu-west-1', done).dueAt).toBeUndefined()
    expect(keptSchedule(document({ ScheduleExpression: 'at(2026-02-02T00:00:00)' }), 'eu-west-1', done).dueAt).toBe(
      '2026-02-02T00:00:00.000Z',
    )
  })
})

describe('a universal target', () => {
  const call = (arn: string, input: Record<string, unknown>) => {
    const target = universalTarget(`arn:aws:scheduler:::aws-sdk:${arn}`)
    const made = target && sdkCall(target, input)
    return made && { ...made, body: made.request.body.toString('utf8') }
  }

  test('of EKS is a REST call, in either spelling', () => {
    const principal = 'arn:aws:iam::0:role/a'
    for (const input of [
      { ClusterName: 'dev', PrincipalArn: principal },
      { clusterName: 'dev', principalArn: principal },
    ]) {
      expect(call('eks:deleteAccessEntry', input)).toMatchObject({
        operation: 'DeleteAccessEntry',
        request: { method: 'DELETE', url: `/clusters/dev/access-entries/${encodeURIComponent(principal)}` },
        body: '',
      })
    }
    expect(call('eks:updateNodegroupConfig', { ClusterName: 'dev', NodegroupName: 'a', ScalingConfig: { DesiredSize: 0 } })).toMatchObject({
      request: { method: 'POST', url: '/clusters/dev/node-groups/a/update-config' },
      body: '{"scalingConfig":{"desiredSize":0}}',
    })
  })

  test.each([
    [
      'iam:tagUser',
      { UserName: 'a', Tags: [{ Key: 'b', Value: 'c' }] },
      'Action=TagUser&Version=2010-05-08&UserName=a&Tags.member.1.Key=b&Tags.member.1.Value=c',
    ],
    ['ec2:stopInstances', { InstanceIds: ['i-1', 'i-2'] }, 'Action=StopInstances&Version=2016-11-15&InstanceId.1=i-1&InstanceId.2=i-2'],
    ['rds:stopDbInstance', { DbInstanceIdentifier: 'a' }, 'Action=StopDBInstance&Version=2014-10-31&DBInstanceIdentifier=a'],
    ['codepipeline:startPipelineExecution', { Name: 'a' }, '{"name":"a"}'],
    ['sqs:sendMessage', { QueueUrl: 'q', MessageBody: 'm' }, '{"QueueUrl":"q","MessageBody":"m"}'],
  ])('%s', (arn, input, body) => {
    expect(call(arn, input)?.body).toBe(body)
  })

  test('is none of what the emulator calls itself, and none of an unknown service', () => {
    expect(universalTarget('arn:aws:sqs:eu-west-1:0:queue')).toBeUndefined()
    expect(universalTarget('arn:aws:scheduler:::aws-sdk:ecs:runTask')).toBeUndefined()
    expect(call('nobody:doNothing', {})).toBeUndefined()
    expect(call('eks:noSuchThing', {})).toBeUndefined()
  })
})

describe('a role lets Scheduler in', () => {
  const where = { account: '1', scheduleArn: 'arn:aws:scheduler:eu-west-1:1:schedule/default/s' }
  const policy = (change: Record<string, unknown> = {}): string =>
    JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' }, Action: 'sts:AssumeRole', ...change }],
    })

  test.each([
    [policy(), true],
    [encodeURIComponent(policy()), true],
    [
      policy({
        Condition: { StringEquals: { 'aws:SourceAccount': '1' }, ArnLike: { 'aws:SourceArn': 'arn:aws:scheduler:*:1:schedule/default/*' } },
      }),
      true,
    ],
    [policy({ Condition: { StringEquals: { 'aws:SourceAccount': '2' } } }), false],
    [policy({ Condition: { Bool: { 'aws:SecureTransport': 'true' } } }), false],
    [policy({ Principal: { Service: 'events.amazonaws.com' } }), false],
    [policy({ Principal: { AWS: '*' } }), false],
    [policy({ Effect: 'Deny' }), false],
    ['nonsense', false],
  ])('%s: %s', (document, is) => {
    expect(trusts(document, where)).toBe(is)
  })
})

test.each([
  [json(200, {}), { kind: 'done' }],
  [errorAnswer('json', { status: 400, code: 'ThrottlingException', message: 'slow' }), { kind: 'again', code: 'ThrottlingException' }],
  [errorAnswer('query', { status: 503, code: 'ServiceUnavailable', message: 'no' }), { kind: 'again', code: 'ServiceUnavailable' }],
  [
    errorAnswer('rest-json', { status: 404, code: 'ResourceNotFoundException', message: 'no' }),
    { kind: 'failed', code: 'ResourceNotFoundException', message: 'no' },
  ],
])('an answer of %j is %j', (answer, outcome) => {
  expect(outcomeOf(answer)).toMatchObject(outcome)
})

describe('carrying out', () => {
  let folder: string
  let now: Date
  let calls: OutgoingRequest[]
  let status: number
  let emulated: ScheduleDocument | undefined
  let sentToQueue: unknown[]
  let running: Schedules[]

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'platform-schedules-'))
    ;[now, calls, status, emulated, sentToQueue, running] = [SINCE, [], 200, document(), [], []]
  })
  afterEach(async () => {
    for (const each of running) await each.stop()
    await rm(folder, { recursive: true, force: true })
  })

  function schedules(): Schedules {
    const role = {
      Arn: 'arn:aws:iam::000000000000:role/s',
      RoleId: 'AROA1',
      AssumeRolePolicyDocument: JSON.stringify({
        Statement: { Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' }, Action: 'sts:AssumeRole' },
      }),
    }
    const made = new Schedules({
      accountId: '000000000000',
      region: 'eu-west-1',
      shelf: new Shelf(folder),
      clientsFor: async () => ({ iam: async () => ({ send: async () => ({ Role: role }) }) }) as never,
      send: async (request) => {
        calls.push(request)
        return status < 300 ? json(status, {}) : errorAnswer('json', { status, code: 'Broken', message: 'no' })
      },
      recorder: { actFor: () => () => undefined, add: () => undefined },
      contextFor: () => ({
        sendAsRoot: async ({ body, method, url, rawHeaders }) => {
          if (url === '/') {
            if (rawHeaders.includes('AmazonSQS.SendMessage')) sentToQueue.push(JSON.parse(body.toString('utf8')))
            return json(200, { QueueUrl: 'q' })
          }
          if (method === 'DELETE') emulated = undefined
          if (url.startsWith('/schedules?')) return json(200, { Schedules: emulated ? [emulated] : [] })
          return emulated ? json(200, emulated) : json(404, {})
        },
      }),
      clock: {
        now: () => now,
        sleep: async (_, signal) => sleep(1, undefined, { signal }),
      },
      log: () => undefined,
    })
    running.push(made)
    return made
  }

  test('happens once, as soon as it is due, and then it is deleted', async () => {
    const one = schedules()
    await one.start()
    await one.changed('eu-west-1', 'default', 's')
    await sleep(20)
    expect(calls).toEqual([])
    now = new Date('2026-01-31T13:00:01Z')
    await vi.waitFor(() => expect(emulated).toBeUndefined(), PATIENCE)
    await sleep(20)
    expect(calls).toHaveLength(1)
    expect(calls[0]?.body.toString('utf8')).toBe('{"QueueUrl":"2026-01-31T13:00:00Z"}')
  })

  test('happens after a stop for what was due meanwhile', async () => {
    const one = schedules()
    await one.changed('eu-west-1', 'default', 's')
    await one.stop()
    now = new Date('2026-02-01T00:00:00Z')
    // The emulator has deleted its own already.
    emulated = undefined
    await schedules().start()
    await vi.waitFor(() => expect(calls).toHaveLength(1), PATIENCE)
  })

  test('does not happen when it was deleted', async () => {
    const one = schedules()
    await one.changed('eu-west-1', 'default', 's')
    await one.changed('eu-west-1', 'default', 's')
    await one.deleted('eu-west-1', 'default', 's')
    emulated = undefined
    now = new Date('2026-02-01T00:00:00Z')
    await one.start()
    await sleep(30)
    expect(calls).toEqual([])
  })

  test('is tried again, and given up into the dead-letter queue', async () => {
    const { Target } = document()
    emulated = document({
      Target: { ...Target, RetryPolicy: { MaximumRetryAttempts: 2 }, DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-west-1:000000000000:dead' } },
    })
    status = 500
    const one = schedules()
    await one.changed('eu-west-1', 'default', 's')
    await one.start()
    for (const minute of [0, 1, 2, 3]) {
      now = new Date(`2026-01-31T13:0${minute}:01Z`)
      await vi.waitFor(() => expect(calls).toHaveLength(Math.min(3, minute + 1)), PATIENCE)
    }
    await vi.waitFor(() => expect(sentToQueue).toHaveLength(1), PATIENCE)
    expect(sentToQueue[0]).toMatchObject({
      MessageAttributes: { ERROR_CODE: { StringValue: 'Broken' }, RETRY_ATTEMPTS: { StringValue: '2' } },
    })
  })

  test('is not made up for what an earlier version counted as done', async () => {
    now = new Date('2026-02-01T00:00:00Z')
    await schedules().start()
    await sleep(30)
    expect(calls).toEqual([])
  })
})
