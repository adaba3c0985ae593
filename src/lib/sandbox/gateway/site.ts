import type { IncomingMessage, ServerResponse } from 'node:http'
import { headerOf } from './answer.js'

/** Something that the gateway serves beside AWS, such as Git. */
export interface Site {
  /** Path that its own paths begin with. */
  prefix: string
  /** Answers a request for one of its paths. @returns what the log says of it. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<string>
}

/** The site that a request is for. A signed call is always one of AWS: a bucket may have the name of a site. */
export function siteOf(sites: readonly Site[], request: Pick<IncomingMessage, 'url' | 'rawHeaders'>): Site | undefined {
  const url = request.url ?? '/'
  const site = sites.find(({ prefix }) => url.startsWith(prefix))
  const isSigned = /^AWS/.test(headerOf(request.rawHeaders, 'authorization') ?? '') || url.includes('X-Amz-Signature=')
  return isSigned ? undefined : site
}

/** Answers in one line of plain text. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache' })
  response.end(`${text}\n`)
}
