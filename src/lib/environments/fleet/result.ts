import type { UserError } from '../../core/errors.js'
import { ExitCode } from '../../core/exit-codes.js'
import type { Outcome } from './run-fleet.js'

export interface FleetMember {
  environment: string
  status: 'created' | 'updated' | 'resumed' | 'changed' | 'unchanged' | 'failed' | 'skipped'
  changes?: { add: number; change: number; destroy: number; replace?: number; import?: number }
  planFile?: string
  planDigest?: string
  runId?: string
  durationMs: number
  error?: { code: string; message: string; reason?: string; next: readonly string[] }
  /** Why it was skipped. */
  reason?: string
}

export interface FleetResult {
  environments: FleetMember[]
  summary: { total: number; changed: number; unchanged: number; failed: number; skipped: number }
  durationMs: number
}

/** What is told of a fleet, from how each root ended. */
export function fleetResult<T>(
  outcomes: ReadonlyArray<Outcome<T>>,
  describe: (value: T) => Pick<FleetMember, 'status'> & Partial<FleetMember>,
  durationMs: number,
): FleetResult {
  const environments = outcomes.map((outcome): FleetMember => {
    const base = { environment: outcome.root.name, durationMs: outcome.durationMs }
    if (outcome.status === 'skipped') return { ...base, status: 'skipped', reason: outcome.reason }
    if (outcome.status === 'failed') return { ...base, status: 'failed', error: errorOf(outcome.error) }
    return { ...base, ...describe(outcome.value) }
  })
  const count = (...statuses: Array<FleetMember['status']>): number => environments.filter(({ status }) => statuses.includes(status)).length
  return {
    environments,
    summary: {
      total: environments.length,
      changed: count('changed', 'created', 'updated', 'resumed'),
      unchanged: count('unchanged'),
      failed: count('failed'),
      skipped: count('skipped'),
    },
    durationMs,
  }
}

export function errorOf({ code, message, reason, next }: UserError): NonNullable<FleetMember['error']> {
  return { code, message, ...(reason !== undefined && { reason }), next }
}

/** 0 all is well · 1 nothing was done · 4 part was done. */
export function fleetExitCode({ total, failed, skipped }: Pick<FleetResult['summary'], 'total' | 'failed' | 'skipped'>): ExitCode {
  if (failed + skipped === 0) return ExitCode.done
  return failed + skipped === total ? ExitCode.failed : ExitCode.partOfFleetFailed
}
