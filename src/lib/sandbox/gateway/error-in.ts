import { headerOf, jsonBody, type Answer } from './answer.js'
import { textOf } from './xml-text.js'

/**
 * Code and message of an answer that is an error, in whichever form its service writes them. What it does not say is missing.
 * @param document the body as an object, where it is one of another kind than JSON.
 */
export function errorIn(
  { body, rawHeaders }: Pick<Answer, 'body' | 'rawHeaders'>,
  document: Readonly<Record<string, unknown>> = jsonBody(body) ?? {},
): { code?: string; message?: string } {
  const xml = body.toString('utf8')
  const type = document['__type'] ?? document['code'] ?? headerOf(rawHeaders, 'x-amzn-errortype') ?? textOf(xml, 'Code')
  const message = document['message'] ?? document['Message'] ?? textOf(xml, 'Message')
  return {
    // `com.amazonaws.eks#NotFound`, or `NotFound:http://…`
    ...(typeof type === 'string' && { code: type.split('#').at(-1)?.split(':')[0] ?? type }),
    ...(typeof message === 'string' && { message }),
  }
}
