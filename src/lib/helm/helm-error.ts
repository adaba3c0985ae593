import { UserError } from '../core/errors.js'
import type { ErrorCode } from '../core/error-codes.js'
import type { ExecResult } from '../core/ports.js'
import { redactText } from '../core/redaction.js'

/** Longest part of what Helm says that an error repeats. */
const MOST_REASON = 3000

/** Why Helm failed, as an error of ours. */
export function helmError({ stderr }: Pick<ExecResult, 'stderr'>, action: string, code: ErrorCode = 'HelmFailed'): UserError {
  const reason = redactText(stderr.trim().slice(-MOST_REASON)).replace(/^Error: /, '')
  if (/Kubernetes cluster unreachable|connection refused|i\/o timeout/i.test(stderr) && code === 'HelmFailed') {
    return new UserError('KubernetesUnreachable', `Could not ${action}: the API server of the cluster gives no answer.`, {
      reason,
      next: ['Run the same command again to go on.'],
    })
  }
  return new UserError(code, `Could not ${action}.`, { reason: reason === '' ? 'Helm gave no reason.' : reason })
}
