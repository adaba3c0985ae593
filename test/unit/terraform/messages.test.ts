import { describe, expect, it } from 'vitest'
import { explainDiagnostics } from '../../../src/lib/terraform/advice.js'
import { parseMessage } from '../../../src/lib/terraform/messages.js'
import { ProgressTracker } from '../../../src/lib/terraform/progress.js'

const hook = (type: string, addr: string): string => JSON.stringify({ type, hook: { resource: { addr, resource_type: 'x' } } })

describe('parseMessage', () => {
  it.each([
    '',
    'not json',
    '[]',
    'null',
    '{"type":"apply_start"}',
    '{"type":"apply_start","hook":{}}',
    '{"type":"from_the_future"}',
    '{"type":"diagnostic"',
    '{"type":"diagnostic","diagnostic":null}',
    '{"type":"diagnostic","diagnostic":{"severity":"error"}}',
    '{"type":"change_summary","changes":null}',
    '{"type":"outputs","outputs":null}',
    '{"type":"outputs","outputs":{"name":null}}',
    '{"type":"planned_change","change":{"resource":{"addr":"aws_vpc.a"}}}',
  ])('takes %j for a message it does not know', (line) => expect(parseMessage(line)).toEqual({ type: 'other' }))

  it('reads a resource that starts', () => {
    expect(parseMessage(hook('apply_start', 'aws_vpc.a'))).toMatchObject({ type: 'apply_start', hook: { resource: { addr: 'aws_vpc.a' } } })
  })
})

describe('ProgressTracker', () => {
  it('knows what is done and what has run longest', () => {
    let now = 0
    const tracker = new ProgressTracker(() => now)
    tracker.accept(parseMessage(hook('apply_start', 'aws_eks_cluster.a')))
    now = 5000
    tracker.accept(parseMessage(hook('apply_start', 'aws_vpc.b')))
    tracker.accept(parseMessage(hook('apply_start', 'aws_vpc.c')))
    now = 6000
    tracker.accept(parseMessage(hook('apply_complete', 'aws_vpc.b')))
    tracker.accept(parseMessage(hook('apply_errored', 'aws_vpc.c')))
    expect(tracker.progress).toMatchObject({ done: 1, running: [{ address: 'aws_eks_cluster.a', sinceMs: 6000 }] })
  })

  it('keeps errors and the last summary', () => {
    const tracker = new ProgressTracker(() => 0)
    tracker.accept(parseMessage(JSON.stringify({ type: 'diagnostic', diagnostic: { severity: 'warning', summary: 'old' } })))
    tracker.accept(parseMessage(JSON.stringify({ type: 'diagnostic', diagnostic: { severity: 'error', summary: 'broken' } })))
    tracker.accept(parseMessage(JSON.stringify({ type: 'change_summary', changes: { add: 3, change: 0, remove: 1, operation: 'apply' } })))
    expect(tracker.progress.errors.map(({ summary }) => summary)).toEqual(['broken'])
    expect(tracker.progress.summary).toEqual({ add: 3, change: 0, destroy: 1 })
  })
})

describe('explainDiagnostics', () => {
  const explain = (summary: string, detail = ''): ReturnType<typeof explainDiagnostics> =>
    explainDiagnostics('apply', [{ severity: 'error', summary, detail, address: 'aws_vpc.a' }], '')

  it.each([
    ['Error acquiring the state lock', 'StateLocked'],
    ['ExpiredToken: The security token included in the request is expired', 'NoCredentials'],
    ['AWS account ID not allowed: 111122223333', 'WrongAccount'],
    ['something nobody thought of', 'ApplyFailed'],
  ])('turns %j into %s', (summary, code) => {
    const error = explain(summary)
    expect(error.code).toBe(code)
    expect(error.next.length).toBeGreaterThan(0)
    expect(error.reason).toContain('aws_vpc.a')
  })

  it('hides secrets in what Terraform said', () => {
    const error = explain('creating database', 'password = "hunter2hunter2"')
    expect(JSON.stringify([error.reason, error.details])).not.toContain('hunter2')
  })

  it('uses standard error when Terraform said nothing', () => {
    expect(explainDiagnostics('plan', [], 'panic: out of memory').reason).toContain('out of memory')
  })
})
