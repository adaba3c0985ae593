import { withoutHeaders } from './answer.js'

/**
 * The same call with its signature in a header instead of the query. What is signed stays the same: the signature itself is the only
 * parameter that it does not cover.
 *
 * It makes an emulator behave as STS does. For a presigned call the emulator takes the body to be unsigned, where STS takes the hash of
 * the empty one; it goes by X-Amz-Expires, where STS always grants 15 minutes; and it does not see keys of the sandbox itself at all.
 */
export function withSignatureInHeader(url: string, rawHeaders: readonly string[]): { url: string; rawHeaders: string[] } {
  const cut = url.indexOf('?')
  const query = url.slice(cut + 1)
  const parameters = new URLSearchParams(query)
  // What no signature holds would break the header, or add to it.
  const text = (name: string): string => (parameters.get(name) ?? '').replaceAll(/[^\x21-\x2b\x2d-\x7e]/g, '')
  const kept = query.split('&').filter((pair) => !pair.startsWith('X-Amz-Signature='))
  const credential = `Credential=${text('X-Amz-Credential')}, SignedHeaders=${text('X-Amz-SignedHeaders')}`
  const authorization = `${text('X-Amz-Algorithm')} ${credential}, Signature=${text('X-Amz-Signature')}`
  return {
    url: `${url.slice(0, cut)}?${kept.join('&')}`,
    rawHeaders: [
      ...withoutHeaders(rawHeaders, new Set(['authorization', 'x-amz-date', 'x-amz-content-sha256'])),
      'x-amz-date',
      text('X-Amz-Date'),
      'authorization',
      authorization,
    ],
  }
}
