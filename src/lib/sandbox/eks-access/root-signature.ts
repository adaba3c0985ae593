import type { PresignedIdentityCall } from './parse-token.js'
import { CLUSTER_HEADER } from './parse-token.js'

/** Of the keys of the sandbox itself, the emulator does not look at the signature. */
export const ROOT_KEY_PREFIX = 'test'
const ROOT_SECRET = 'test'

/**
 * Whether a call is signed with the key of the sandbox itself, for this cluster. Without this, a token of the sandbox's root for one
 * cluster would open every other one.
 */
export async function isSignedByRoot(call: PresignedIdentityCall, cluster: string): Promise<boolean> {
  const [{ SignatureV4 }, { HttpRequest }, { Hash }] = await Promise.all([
    import('@smithy/signature-v4'),
    import('@smithy/core/protocols'),
    import('@smithy/core/serde'),
  ])
  const given = new URLSearchParams(call.url.slice(call.url.indexOf('?')))
  const query = Object.fromEntries([...given].filter(([name]) => !name.toLowerCase().startsWith('x-amz-')))
  const [, , region = ''] = given.get('X-Amz-Credential')?.split('/') ?? []
  const signer = new SignatureV4({
    credentials: { accessKeyId: call.accessKeyId, secretAccessKey: ROOT_SECRET },
    region,
    service: 'sts',
    sha256: Hash.bind(null, 'sha256'),
  })
  const request = new HttpRequest({ method: 'GET', path: '/', query, headers: { host: call.host, [CLUSTER_HEADER]: cluster } })
  const signed = await signer.presign(request, { expiresIn: Number(given.get('X-Amz-Expires')), signingDate: call.signedAt })
  return signed.query?.['X-Amz-Signature'] === given.get('X-Amz-Signature')
}
