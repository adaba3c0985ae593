import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../../src/lib/core/duration.js'

describe('parseDuration', () => {
  test.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['2h', 7_200_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['500ms', 500],
    ['1d', 86_400_000],
    [' 5M ', 300_000],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each(['0', '0s', '0h0m', '-5m', '5', '1.5', '', 's', '5 m', '5x', '1e3s', '٣s', '25d', 'Infinitys', '0.0001ms'])(
    'refuses %j',
    (text) => {
      expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'BadFlag' }) as Error)
    },
  )

  test('says that the unit is missing', () => {
    expect(() => parseDuration('30')).toThrow(
      expect.objectContaining({ reason: expect.stringContaining('unit is missing') as string }) as Error,
    )
  })

  test('takes whole numbers of every unit, and never gives anything below one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.constantFrom(['s', 1000] as const, ['m', 60_000] as const, ['h', 3_600_000] as const),
        (amount, [unit, ms]) => {
          expect(parseDuration(`${amount}${unit}`)).toBe(amount * ms)
        },
      ),
    )
  })
})

test.each([
  [0, '0.0s'],
  [340, '0.3s'],
  [59_940, '59.9s'],
  [59_990, '1m 00s'],
  [245_000, '4m 05s'],
  [3_599_800, '1h 00m'],
  [3_720_000, '1h 02m'],
])('formats %d ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
