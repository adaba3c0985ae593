import { request } from 'node:http'

export interface JsonAnswer {
  status: number
  body: unknown
}

/**
 * One small JSON request to a server on this machine. (`fetch` takes longer to load than the whole request.)
 * @param timeoutMs time until the answer is complete. Rejects after it.
 */
export function requestJson(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: unknown; timeoutMs: number },
): Promise<JsonAnswer> {
  return new Promise((resolve, reject) => {
    const body = options.body === undefined ? undefined : JSON.stringify(options.body)
    const headers = { ...options.headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) }
    const signal = AbortSignal.timeout(options.timeoutMs)
    const outgoing = request(
      { host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers, agent: false, signal },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => (text += chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          try {
            resolve({ status: answer.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) })
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)))
          }
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
