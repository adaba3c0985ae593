import { describe, expect, test } from 'vitest'
import { errorAnswer, headerOf, jsonBody, withoutHeaders } from '../../../src/lib/sandbox/gateway/answer.js'
import { errorOfFault, FaultPlan, faultListSchema, type FaultInput } from '../../../src/lib/sandbox/gateway/fault-plan.js'

const error = { status: 400, code: 'Bad', message: 'a < b & c' }

describe('errorAnswer', () => {
  test.each([
    ['ec2', '<Response><Errors><Error><Code>Bad</Code><Message>a &lt; b &amp; c</Message></Error></Errors><RequestID>'],
    ['query', '<ErrorResponse><Error><Type>Sender</Type><Code>Bad</Code><Message>a &lt; b &amp; c</Message></Error><RequestId>'],
    ['s3', '<Error><Code>Bad</Code><Message>a &lt; b &amp; c</Message><RequestId>'],
    ['json', '{"__type":"Bad","message":"a < b & c"}'],
    ['rest-json', '{"message":"a < b & c"}'],
  ] as const)('%s', (protocol, start) => {
    const answer = errorAnswer(protocol, error)
    expect(answer.status).toBe(400)
    expect(answer.body.toString('utf8').replace('<?xml version="1.0" encoding="UTF-8"?>\n', '').slice(0, start.length)).toBe(start)
    expect(headerOf(answer.rawHeaders, 'content-length')).toBe(String(answer.body.length))
  })

  test('a REST JSON error carries its name in a header', () => {
    expect(headerOf(errorAnswer('rest-json', error).rawHeaders, 'x-amzn-errortype')).toBe('Bad')
  })

  test('CBOR is a map of two texts', () => {
    const { body } = errorAnswer('cbor', { status: 500, code: 'AB', message: 'C' })
    expect(body).toEqual(
      Buffer.concat([
        Buffer.from('a2790006', 'hex'),
        Buffer.from('__type'),
        Buffer.from('790002', 'hex'),
        Buffer.from('AB'),
        Buffer.from('790007', 'hex'),
        Buffer.from('message'),
        Buffer.from('790001', 'hex'),
        Buffer.from('C'),
      ]),
    )
  })
})

test('headers are looked up and left out without regard to case', () => {
  const raw = ['Host', 'h', 'X-Amz-Date', 'd', 'x-amz-date', 'e']
  expect(headerOf(raw, 'x-amz-date')).toBe('d')
  expect(withoutHeaders(raw, new Set(['x-amz-date']))).toEqual(['Host', 'h'])
})

test('jsonBody takes objects only', () => {
  expect(jsonBody(Buffer.from('{"a":1}'))).toEqual({ a: 1 })
  for (const text of ['[1]', 'null', '{', '']) expect(jsonBody(Buffer.from(text))).toBeUndefined()
})

describe('FaultPlan', () => {
  const plan = (...faults: FaultInput[]): FaultPlan => {
    const made = new FaultPlan()
    made.add(faultListSchema.parse(faults))
    return made
  }
  const kinds = (made: FaultPlan, calls: Array<[string, string]>) =>
    calls.map(([service, action]) => made.take({ service, action }).fault?.kind)

  test('hits one fitting call by default', () => {
    expect(
      kinds(plan({ kind: 'throttle', service: 'eks', action: 'CreateCluster' }), [
        ['eks', 'ListClusters'],
        ['ec2', 'CreateCluster'],
        ['eks', 'CreateCluster'],
        ['eks', 'CreateCluster'],
      ]),
    ).toEqual([undefined, undefined, 'throttle', undefined])
  })

  test('passes over the first calls, and goes on for ever where asked', () => {
    const made = plan({ kind: 'server-error', after: 2, count: null })
    expect(
      kinds(
        made,
        Array.from({ length: 5 }, () => ['s3', 'x']),
      ),
    ).toEqual([undefined, undefined, 'server-error', 'server-error', 'server-error'])
    expect(made.list()).toMatchObject([{ hits: 3 }])
    made.clear()
    expect(made.take({ service: 's3', action: 'x' })).toEqual({ delayMs: 0 })
  })

  test('adds delays up and takes one other fault', () => {
    const made = plan({ kind: 'latency', delayMs: 10 }, { kind: 'latency', delayMs: 5 }, { kind: 'lost-answer' }, { kind: 'throttle' })
    expect(made.take({ service: 's3', action: 'x' })).toMatchObject({ delayMs: 15, fault: { kind: 'lost-answer' } })
    expect(made.take({ service: 's3', action: 'x' })).toMatchObject({ delayMs: 0, fault: { kind: 'throttle' } })
  })

  test.each([
    [{ kind: 'nonsense' }],
    [{ kind: 'throttle', count: 0 }],
    [{ kind: 'throttle', servise: 'eks' }],
    [{ kind: 'server-error', status: 200 }],
    ['x'],
  ])('refuses %j', (fault) => {
    expect(faultListSchema.safeParse([fault]).success).toBe(false)
  })

  test('a server error has the name that each family uses', () => {
    const [fault] = faultListSchema.parse([{ kind: 'server-error' }])
    if (!fault) throw new Error('no fault')
    expect(errorOfFault(fault, 's3')).toMatchObject({ status: 500, code: 'InternalError' })
    expect(errorOfFault(fault, 'json')).toMatchObject({ code: 'InternalFailure' })
    expect(errorOfFault({ ...fault, status: 503 }, 'query')).toMatchObject({ status: 503, code: 'ServiceUnavailable' })
  })
})
