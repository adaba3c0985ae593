import { describe, expect, it } from 'vitest'
import type { RunRecord } from '../../../src/lib/core/journal.js'
import { resumableRun } from '../../../src/lib/core/resumable-run.js'

const run = (runId: string, environment: string, status: RunRecord['status'], more: Partial<RunRecord> = {}): RunRecord =>
  ({ runId, environment, status, purpose: 'change', command: `env create ${environment}`, ...more }) as RunRecord

describe('the run to go on with', () => {
  it('is the newest one that changes something and did not reach its end', () => {
    const records = [
      run('5', 'dev', 'interrupted', { purpose: 'look' }),
      run('4', 'dev', 'failed', { error: { code: 'NotConfirmed', message: '' } }),
      run('3', 'prod', 'succeeded'),
      run('2', 'dev', 'interrupted'),
      run('1', 'prod', 'failed'),
    ]
    expect(resumableRun(records)).toEqual({ record: records[3] })
    expect(resumableRun(records, 'dev')).toEqual({ record: records[3] })
    expect(resumableRun(records, '2')).toEqual({ record: records[3] })
    expect(resumableRun(records, 'prod')).toEqual({ nothing: 'Every run reached its end.' })
    expect(resumableRun(records, '1')).toEqual({ nothing: expect.stringContaining('later run') as string })
    expect(resumableRun(records, '3')).toEqual({ nothing: expect.stringContaining('reached its end') as string })
    expect(resumableRun(records, '5')).toEqual({ nothing: expect.stringContaining('only looked') as string })
  })

  it('does not exist in an empty journal, or under a name that no run has', () => {
    expect(resumableRun([])).toEqual({ nothing: expect.stringContaining('No run') as string })
    expect(() => resumableRun([run('1', 'dev', 'failed')], 'tset')).toThrow(expect.objectContaining({ code: 'RunNotFound' }) as Error)
  })
})
