import { withSignatureInHeader } from '../gateway/presigned.js'
import type { Mend } from './mend.js'

/**
 * Gap: a presigned GetCallerIdentity is refused with SignatureDoesNotMatch, because the emulator takes the body of every presigned call to
 * be unsigned. It is what a token for Kubernetes holds (AWS STS API Reference, "GetCallerIdentity"; aws-iam-authenticator).
 */
export const stsPresignedIdentity: Mend = {
  id: 'sts-presigned-identity',
  gap: 'A presigned GetCallerIdentity is refused.',
  service: 'sts',
  actions: ['GetCallerIdentity'],
  applies: (call) => call.query.has('X-Amz-Signature'),
  handle: ({ call, body }, context) => context.forward({ call: { ...call, ...withSignatureInHeader(call.url, call.rawHeaders) }, body }),
}
