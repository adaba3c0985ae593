import { UserError } from './errors.js'

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Longest duration that a timer of Node takes (2^31 - 1 ms, `setTimeout` in Node's documentation). */
const MAX_MS = 2_147_483_647

/**
 * Reads a duration such as `90s`, `30m`, `1h30m` or `1.5h`.
 * @returns milliseconds, at least 1.
 * @throws `BadFlag` for zero, negative, unit-less or too long durations.
 */
export function parseDuration(text: string): number {
  const trimmed = text.trim().toLowerCase()
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(trimmed)) {
    const unitless = /^\d+(?:\.\d+)?$/.test(trimmed)
    throw refuse(text, unitless ? 'The unit is missing.' : 'It is not a duration.')
  }
  let total = 0
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) {
    total += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS]
  }
  const rounded = Math.round(total)
  if (rounded < 1) throw refuse(text, 'It must be longer than zero.')
  if (rounded > MAX_MS) throw refuse(text, 'It must not be longer than 24 days.')
  return rounded
}

function refuse(text: string, reason: string): UserError {
  return new UserError('BadFlag', `${JSON.stringify(text)} cannot be used as a duration.`, {
    reason: `${reason} Write a number and a unit (ms, s, m, h or d), such as 90s, 30m, 2h or 1h30m.`,
    details: { value: text },
  })
}

/** A duration for people: `0.4s`, `12.3s`, `4m 05s`, `1h 02m`. */
export function formatDuration(ms: number): string {
  const tenths = Math.round(ms / 100)
  if (tenths < 600) return `${(tenths / 10).toFixed(1)}s`
  const seconds = Math.round(ms / 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`
}
