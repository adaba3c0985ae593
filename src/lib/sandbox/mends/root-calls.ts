import { jsonBody } from '../gateway/answer.js'
import type { MendContext } from './mend.js'

/** A call of a JSON service to the bare emulator, as its root identity. An error is answered as an empty object. */
export async function callJson(
  context: Pick<MendContext, 'sendAsRoot'>,
  service: string,
  target: string,
  input: unknown = {},
): Promise<Record<string, unknown>> {
  const rawHeaders = ['content-type', 'application/x-amz-json-1.1', 'x-amz-target', target]
  const { status, body } = await context.sendAsRoot(
    { method: 'POST', url: '/', rawHeaders, body: Buffer.from(JSON.stringify(input)) },
    service,
  )
  return status < 300 ? (jsonBody(body) ?? {}) : {}
}

/** A call of a query service to the bare emulator, as its root identity. An error is answered as an empty text. */
export async function callQuery(
  context: Pick<MendContext, 'sendAsRoot'>,
  service: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const rawHeaders = ['content-type', 'application/x-www-form-urlencoded']
  const body = Buffer.from(new URLSearchParams(parameters).toString())
  const answer = await context.sendAsRoot({ method: 'POST', url: '/', rawHeaders, body }, service)
  return answer.status < 300 ? answer.body.toString('utf8') : ''
}
