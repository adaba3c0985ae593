import type { Progress } from '../terraform/progress.js'

/** One line on where Terraform stands: the resource that has taken longest, and how many run beside it. */
export function describeProgress(operation: 'plan' | 'apply', progress: Progress): string {
  if (operation === 'plan') return 'comparing with AWS'
  const [slowest, ...others] = progress.running
  if (!slowest) return progress.done === 0 ? 'starting' : 'finishing'
  const beside = others.length > 0 ? ` and ${others.length} more` : ''
  return `${slowest.address} (${Math.round(slowest.sinceMs / 1000)} s)${beside}`
}
