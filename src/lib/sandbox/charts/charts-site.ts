import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { sendText, type Site } from '../gateway/site.js'
import { ChartIndex, isArchiveName } from './chart-index.js'

const PREFIX = '/charts/'

/** Serves a folder of packed charts as a Helm chart repository under `/charts`. */
export function chartsSite(folder: string): Site {
  const index = new ChartIndex(folder)
  return {
    prefix: PREFIX,
    async serve(request, response) {
      const name = (request.url ?? '').slice(PREFIX.length).replace(/\?.*$/s, '')
      const said = `charts ${request.method} ${name}`
      request.resume()
      if (request.method !== 'GET' && request.method !== 'HEAD') sendText(response, 405, 'Charts can only be read here.')
      else if (name === 'index.yaml') sendIndex(request, response, await index.text())
      else if (isArchiveName(decoded(name))) await sendArchive(request, response, path.join(folder, decoded(name)))
      else sendText(response, 404, 'There is index.yaml, and the archives that it names.')
      return said
    },
  }
}

function sendIndex(request: IncomingMessage, response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/yaml', 'content-length': Buffer.byteLength(text), 'cache-control': 'no-cache' })
  response.end(request.method === 'HEAD' ? undefined : text)
}

async function sendArchive(request: IncomingMessage, response: ServerResponse, file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (!found?.isFile()) {
    sendText(response, 404, 'There is no such chart.')
    return
  }
  response.writeHead(200, { 'content-type': 'application/gzip', 'content-length': found.size, 'cache-control': 'no-cache' })
  if (request.method === 'HEAD') response.end()
  else await pipeline(createReadStream(file), response)
}

/** Only a plus sign, as versions have them, comes encoded. */
function decoded(name: string): string {
  return name.replaceAll(/%2b/gi, '+')
}
