import { randomUUID } from 'node:crypto'
import type { Protocol } from './call.js'

/** A complete HTTP answer. */
export interface Answer {
  status: number
  /** Names and values in turns. */
  rawHeaders: readonly string[]
  body: Buffer
}

export interface AwsError {
  status: number
  code: string
  message: string
}

/** An error in the form that the SDKs expect of the service (Smithy protocol documents; EC2 and S3 API references, "Error responses"). */
export function errorAnswer(protocol: Protocol, error: AwsError): Answer {
  const id = randomUUID()
  const { code, message } = { code: escapeXml(error.code), message: escapeXml(error.message) }
  switch (protocol) {
    case 'ec2':
      return xmlAnswer(
        error.status,
        id,
        `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>${id}</RequestID></Response>`,
      )
    case 'query': {
      const type = error.status >= 500 ? 'Receiver' : 'Sender'
      return xmlAnswer(
        error.status,
        id,
        `<ErrorResponse><Error><Type>${type}</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>${id}</RequestId></ErrorResponse>`,
      )
    }
    case 's3':
      return xmlAnswer(
        error.status,
        id,
        `<Error><Code>${code}</Code><Message>${message}</Message><RequestId>${id}</RequestId><HostId>sandbox</HostId></Error>`,
      )
    case 'json':
      return json(
        error.status,
        { __type: error.code, message: error.message },
        id,
        ['x-amzn-ErrorType', error.code],
        'application/x-amz-json-1.1',
      )
    case 'rest-json':
      return json(error.status, { message: error.message }, id, ['x-amzn-ErrorType', error.code])
    case 'cbor':
      // Two short text strings need no library: a map of two pairs (RFC 8949, section 3).
      return answer(
        error.status,
        Buffer.concat([Buffer.from([0xa2]), cborPair('__type', error.code), cborPair('message', error.message)]),
        ['smithy-protocol', 'rpc-v2-cbor', 'content-type', 'application/cbor', 'x-amzn-RequestId', id],
      )
  }
}

/** A JSON answer. */
export function json(
  status: number,
  value: unknown,
  requestId: string = randomUUID(),
  extra: readonly string[] = [],
  type = 'application/json',
): Answer {
  return answer(status, Buffer.from(JSON.stringify(value)), ['content-type', type, 'x-amzn-RequestId', requestId, ...extra])
}

/** The value of a header, by its lower-case name. */
export function headerOf(rawHeaders: readonly string[], name: string): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name) return rawHeaders[index + 1]
  }
  return undefined
}

/** The headers without those named (in lower case). */
export function withoutHeaders(rawHeaders: readonly string[], names: ReadonlySet<string>): string[] {
  const kept: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name, value] = [rawHeaders[index], rawHeaders[index + 1]]
    if (name !== undefined && value !== undefined && !names.has(name.toLowerCase())) kept.push(name, value)
  }
  return kept
}

/** The same answer with another body. */
export function withBody({ status, rawHeaders }: Answer, body: string): Answer {
  return answer(status, Buffer.from(body), withoutHeaders(rawHeaders, new Set(['content-length'])))
}

/** The body of a JSON answer as an object, or undefined when it is none. */
export function jsonBody(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** An XML answer. */
export function xmlAnswer(status: number, id: string, text: string): Answer {
  return answer(status, Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`), [
    'content-type',
    'text/xml;charset=UTF-8',
    'x-amzn-RequestId',
    id,
    'x-amz-request-id',
    id,
  ])
}

function answer(status: number, body: Buffer, rawHeaders: readonly string[]): Answer {
  return { status, rawHeaders: [...rawHeaders, 'content-length', String(body.length)], body }
}

function cborPair(key: string, value: string): Buffer {
  return Buffer.concat([cborText(key), cborText(value)])
}

function cborText(text: string): Buffer {
  const bytes = Buffer.from(text).subarray(0, 0xffff)
  return Buffer.concat([Buffer.from([0x79, bytes.length >> 8, bytes.length & 0xff]), bytes])
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
