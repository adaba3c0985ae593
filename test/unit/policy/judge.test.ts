import { describe, expect, test } from 'vitest'
import { judge, policyRefused, type PolicyResult } from '../../../src/lib/policy/check.js'
import type { PolicyException } from '../../../src/lib/policy/exceptions.js'
import type { Rule } from '../../../src/lib/policy/rules.js'

const rules: Rule[] = [
  { id: 'encryption', title: 'Encrypted.', severity: 'high', source: 'platform' },
  { id: 'required-tags', title: 'Tagged.', severity: 'medium', source: 'platform' },
  { id: 'cheap', title: 'Cheap.', severity: 'low', source: 'repository' },
]
const NOW = new Date('2026-11-24T12:00:00Z')
const finding = (rule: string, address: string) => ({ rule, address, message: 'It is wrong.', fix: 'Mend it.' })
const exception = (rule: string, address: string, until = '2027-01-01'): PolicyException => ({
  rule,
  address,
  until,
  owner: 'shop',
  reason: 'soon',
})

describe('a judgement', () => {
  test('counts rules that are kept, findings that fail and those that are excepted, the worst first', () => {
    const denied = [finding('required-tags', 'b'), finding('encryption', 'c'), finding('encryption', 'a')]
    const { findings, ...counts } = judge(denied, rules, [exception('encryption', 'a')], NOW)
    expect(counts).toEqual({ passed: 1, failed: 2, excepted: 1, endedExceptions: [], unusedExceptions: [] })
    expect(findings.map(({ status, severity, address }) => [status, severity, address])).toEqual([
      ['failed', 'high', 'c'],
      ['failed', 'medium', 'b'],
      ['excepted', 'high', 'a'],
    ])
    expect(findings[2]?.exception).toEqual({ owner: 'shop', reason: 'soon', until: '2027-01-01' })
  })

  test('an exception that has ended does not count, and is named', () => {
    const ended = exception('encryption', 'a', '2026-11-23')
    const result = judge([finding('encryption', 'a')], rules, [ended], NOW)
    expect(result).toMatchObject({ failed: 1, excepted: 0, endedExceptions: [ended] })
    const error = policyRefused({ ...result, planFile: 'p' } as PolicyResult)
    expect(error).toMatchObject({ code: 'PolicyRefused', exitCode: 3 })
    expect(error.reason).toBe('The exception of shop for encryption at a ended on 2026-11-23.')
  })

  test('an exception that no finding needs is named', () => {
    const unneeded = exception('encryption', 'z')
    expect(judge([], rules, [unneeded], NOW)).toMatchObject({ passed: 3, unusedExceptions: [unneeded] })
  })

  test('secrets in messages of rules are hidden', () => {
    const [found] = judge([{ ...finding('cheap', 'a'), message: 'password = "hunter2"' }], rules, [], NOW).findings
    expect(found?.message).not.toContain('hunter2')
  })

  test.each([
    ['a rule that is not declared', [finding('unknown', 'a')], 'is not declared'],
    ['text', ['no'], ''],
    ['no address', [{ rule: 'cheap', message: 'x' }], '0.address'],
    ['no list', { a: 1 }, ''],
  ])('%s for a finding is refused', (_what, denied, reason) => {
    const judged = (): unknown => judge(denied, rules, [], NOW)
    expect(judged).toThrow(expect.objectContaining({ code: 'PolicyInvalid', reason: expect.stringContaining(reason) as string }) as Error)
  })
})
