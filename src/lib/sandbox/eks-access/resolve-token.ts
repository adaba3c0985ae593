import type { Answer } from '../gateway/answer.js'
import { withSignatureInHeader } from '../gateway/presigned.js'
import type { OutgoingRequest } from '../gateway/upstream.js'
import { textOf } from '../gateway/xml-text.js'
import { AccessRefused } from './access-refused.js'
import { CLUSTER_HEADER, parseToken } from './parse-token.js'
import type { ClusterIdentity, ResolvedCaller } from './ports.js'
import { isSignedByRoot, ROOT_KEY_PREFIX } from './root-signature.js'

export interface StsPorts {
  now(): Date
  /** Sends a call to the emulator as it is, with the signature that is in it. */
  send(request: OutgoingRequest): Promise<Answer>
}

/**
 * Has the emulator's STS say who a token is from, by the call that is presigned in it. The emulator checks the signature, so nobody else
 * must know a secret. The name of the cluster is part of what is signed: a token for another cluster is refused.
 * @returns undefined when the token is malformed or STS refuses it.
 */
export async function resolveToken(
  token: string,
  cluster: Pick<ClusterIdentity, 'name'>,
  sts: StsPorts,
): Promise<ResolvedCaller | undefined> {
  const call = parsed(token, sts.now())
  if (!call || (call.accessKeyId.startsWith(ROOT_KEY_PREFIX) && !(await isSignedByRoot(call, cluster.name)))) return undefined
  const signed = withSignatureInHeader(call.url, ['host', call.host, CLUSTER_HEADER, cluster.name])
  const { status, body } = await sts.send({ method: 'GET', ...signed, body: Buffer.alloc(0) })
  if (status === 429 || status >= 500) throw new Error(`STS did not answer: status ${status}.`)
  const xml = body.toString('utf8')
  const [arn, userId, accountId] = [textOf(xml, 'Arn'), textOf(xml, 'UserId'), textOf(xml, 'Account')]
  if (status !== 200 || arn === undefined || userId === undefined || accountId === undefined) return undefined
  return { arn, userId, accountId, accessKeyId: call.accessKeyId }
}

function parsed(token: string, now: Date): ReturnType<typeof parseToken> | undefined {
  try {
    return parseToken(token, now)
  } catch (error) {
    if (error instanceof AccessRefused) return undefined
    throw error
  }
}
