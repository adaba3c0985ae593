import { randomUUID } from 'node:crypto'
import { errorAnswer, xmlAnswer, type Answer } from '../gateway/answer.js'
import type { Mend } from '../mends/mend.js'
import { refusalOf } from './admission.js'
import { toXml } from './query-protocol.js'

const KIND = 's3-account-public-access'
const FIELDS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const

type Block = Record<string, unknown> & Partial<Record<(typeof FIELDS)[number], boolean>>

/**
 * Gap: the emulator has no public access block of the account. Here it is kept in the gateway; no bucket obeys it.
 */
export const s3AccountPublicAccess: Mend = {
  id: 's3-account-public-access',
  gap: 'S3 Control has no public access block of the account.',
  service: 's3-control',
  actions: ['GetPublicAccessBlock', 'PutPublicAccessBlock', 'DeletePublicAccessBlock'],
  async handle(request, context) {
    const refusal = await refusalOf(request, context)
    if (refusal) return refusal
    return context.shelf.update<Block, Answer>(KIND, (kept) => {
      const { action } = request.call
      if (action === 'PutPublicAccessBlock') kept.set(context.accountId, parseBlock(request.body.toString('utf8')))
      if (action === 'DeletePublicAccessBlock') kept.delete(context.accountId)
      if (action !== 'GetPublicAccessBlock')
        return { status: action.startsWith('Put') ? 200 : 204, rawHeaders: ['content-length', '0'], body: Buffer.alloc(0) }
      const block = kept.get(context.accountId)
      if (!block) {
        const message = 'The public access block configuration was not found'
        // Unlike S3, S3 Control wraps its errors, as the query protocol does.
        return errorAnswer('query', { status: 404, code: 'NoSuchPublicAccessBlockConfiguration', message })
      }
      return xmlAnswer(200, randomUUID(), toXml(block as Record<string, boolean>, 'PublicAccessBlockConfiguration'))
    })
  },
}

function parseBlock(xml: string): Block {
  return Object.fromEntries(FIELDS.map((field) => [field, new RegExp(`<${field}>\\s*true\\s*</${field}>`).test(xml)]))
}
