import { headerOf, withoutHeaders, type Answer } from '../gateway/answer.js'
import { splitPath } from '../gateway/s3-actions.js'
import type { Mend, MendContext, MendRequest } from './mend.js'

/**
 * Gap: in a versioned bucket, `If-None-Match: *` counts a delete marker as an object, so a key that was deleted can never be
 * written conditionally again, and Terraform's state lock works only once. AWS refuses only when the current version is a real object
 * (Amazon S3 User Guide, "Conditional writes").
 *
 * When the emulator refuses and there is no current object, the write is repeated without the condition. Writers of one key wait
 * for each other here, so there is still one winner.
 */
export const s3LockAfterDelete: Mend = {
  id: 's3-lock-after-delete',
  gap: 'If-None-Match: * is refused where only a delete marker is left of the object.',
  service: 's3',
  actions: ['PutObject', 'CompleteMultipartUpload', 'DeleteObject'],
  applies: (call) => call.action === 'DeleteObject' || headerOf(call.rawHeaders, 'if-none-match') === '*',
  handle: (request, context) =>
    context.exclusively(`s3 ${request.call.path}`, async () => {
      const answer = await context.forward(request)
      if (request.call.action === 'DeleteObject' || answer.status !== 412) return answer
      return (await hasCurrentObject(request, context)) ? answer : writeUnconditionally(request, context)
    }),
}

async function hasCurrentObject({ call }: MendRequest, context: MendContext): Promise<boolean> {
  const { bucket, key } = splitPath(call.path)
  const url = `/${encodeURIComponent(bucket)}/${key.split('/').map(encodeURIComponent).join('/')}`
  const { status } = await context.sendAsRoot({ method: 'HEAD', url, rawHeaders: [], body: Buffer.alloc(0) }, 's3')
  return status !== 404
}

function writeUnconditionally({ call, body }: MendRequest, context: MendContext): Promise<Answer> {
  const rawHeaders = withoutHeaders(call.rawHeaders, new Set(['if-none-match']))
  return context.sendAsRoot({ method: call.method, url: call.url, rawHeaders, body }, 's3')
}
