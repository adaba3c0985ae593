import { UserError } from '../core/errors.js'
import type { ExecResult } from '../core/ports.js'
import { redactText } from '../core/redaction.js'

type Answer = Pick<ExecResult, 'stderr'>

/** Longest part of what kubectl says that an error repeats. */
const MOST_REASON = 2000

export function isMissing({ stderr }: Answer): boolean {
  return /\(NotFound\)/.test(stderr)
}

/** The cluster has no such kind: its definition has not been installed. */
export function isUnknownKind({ stderr }: Answer): boolean {
  return /the server doesn't have a resource type|no matches for kind|could not find the requested resource/.test(stderr)
}

/** The server is not there, or not yet ready: another try may do. */
export function wasNotReached({ stderr }: Answer): boolean {
  return /connection refused|connection reset|was refused - did you specify|i\/o timeout|TLS handshake timeout|no route to host|EOF$|http2: client connection lost|\(ServiceUnavailable\)|server is currently unable to handle the request|etcdserver: (?:leader changed|request timed out)|context deadline exceeded|Client\.Timeout/im.test(
    stderr,
  )
}

/** What kubectl said, as an error of ours. */
export function kubectlError({ stderr }: Answer, action: string): UserError {
  const reason = redactText(stderr.trim().slice(-MOST_REASON))
  if (/certificate signed by unknown authority|certificate is valid for|x509: /.test(stderr)) {
    return new UserError('WrongCluster', `Could not ${action}: the API server is not the one that EKS describes.`, {
      reason,
      next: ['See which certificate it shows: platform cluster status NAME'],
    })
  }
  if (wasNotReached({ stderr })) {
    return new UserError('KubernetesUnreachable', `Could not ${action}: the API server of the cluster gives no answer.`, {
      reason,
      next: ['See whether it can be reached from here: platform cluster status NAME', 'Run the same command again to go on.'],
    })
  }
  if (/You must be logged in|\(Unauthorized\)|the server has asked for the client to provide credentials/.test(stderr)) {
    return new UserError('KubernetesRefused', `Could not ${action}: the cluster does not know this identity.`, {
      reason,
      next: ['Give it an access entry: list it under cluster.administrators in the file of the environment, then platform env apply NAME'],
    })
  }
  if (/\(Forbidden\)/.test(stderr)) {
    return new UserError('KubernetesRefused', `Could not ${action}: this identity may not do that.`, {
      reason,
      next: ['Work as somebody who is listed under cluster.administrators in the file of the environment.'],
    })
  }
  if (/\(Conflict\)|Apply failed with \d+ conflict|conflicts? with/.test(stderr)) {
    return new UserError('KubernetesRefused', `Could not ${action}: somebody else owns a field of it.`, {
      reason,
      next: ['Find out who changes it, and let only one do it: kubectl get --show-managed-fields'],
    })
  }
  return new UserError('KubernetesRefused', `Could not ${action}.`, { reason: reason === '' ? 'kubectl gave no reason.' : reason })
}
