import { cbor } from '@smithy/core/cbor'
import { headerOf, jsonBody } from '../gateway/answer.js'
import { restOperation } from '../gateway/rest-operations.js'
import { splitPath } from '../gateway/s3-actions.js'
import type { Exchange } from './exchange.js'
import { queryParameters } from './query-parameters.js'
import { redact } from './redact.js'
import { lowerFirst, xmlObject } from './xml-object.js'

/** CloudTrail writes the names of the exceptions of IAM in full; its answers do not. */
const IAM_EXCEPTIONS = new Set([
  ...['NoSuchEntity', 'EntityAlreadyExists', 'DeleteConflict', 'MalformedPolicyDocument', 'LimitExceeded', 'InvalidInput'],
  ...['EntityTemporarilyUnmodifiable', 'PasswordPolicyViolation', 'UnmodifiableEntity', 'ConcurrentModification'],
])

type Elements = Record<string, unknown>

/** Members whose own keys are a user's words: they stay as they are. */
const MAPS = /^(?:tags|labels|encryptioncontext|attributes|parameters|variables|nodeselector|parametervalues|item|key)$/i
const REQUEST_HEADERS = /^(?:x-amz-acl|x-amz-server-side-encryption|x-amz-bucket-object-lock-enabled|x-amz-object-ownership)/i

/** What a record says of a request. Null where nothing was said, or the body was not kept. */
export function requestParametersOf(exchange: Exchange): Elements | null {
  const said = withoutNothing(parametersOf(exchange))
  return said && (redact(said, exchange.call.service) as Elements)
}

function parametersOf({ call, headers, requestBody }: Exchange): Elements | undefined {
  switch (call.protocol) {
    case 'query':
    case 'ec2':
      if (call.service === 's3-control') return { ...bodyObject(requestBody) }
      return queryParameters(new URLSearchParams(requestBody?.toString('utf8') ?? call.query), call.protocol)
    case 'json':
      return lowered(jsonBody(requestBody ?? Buffer.alloc(0)) ?? {})
    case 'cbor':
      return lowered(cborObject(requestBody))
    case 's3':
      return s3Parameters(call.path, call.query, headers, requestBody)
    case 'rest-json': {
      const path = call.url.split('?')[0] ?? ''
      const { labels } = restOperation(call.service, call.method, path) ?? { labels: {} }
      return { ...lowered({ ...labels, ...queryOf(call.query) }), ...lowered(bodyObject(requestBody)) }
    }
  }
}

function s3Parameters(path: string, query: URLSearchParams, headers: Exchange['headers'], body: Buffer | undefined): Elements {
  const { bucket, key } = splitPath(path)
  const named = Object.entries(headers).filter(([name]) => REQUEST_HEADERS.test(name))
  const document = body !== undefined && body.length > 0 ? body.toString('utf8') : ''
  return {
    ...(bucket !== '' && { bucketName: bucket }),
    Host: headers.host ?? '',
    ...(key !== '' && { key }),
    ...queryOf(query),
    ...Object.fromEntries(named),
    ...(query.has('policy') && document !== '' && { bucketPolicy: jsonBody(Buffer.from(document)) ?? document }),
    ...(document.startsWith('<') && key === '' && { [rootName(document)]: xmlObject(document) }),
  }
}

/** What a record says of an answer: of calls that change something, and of those that hand out credentials. */
export function responseElementsOf({ answerBody, answerHeaders, call, status }: Exchange, readOnly: boolean): Elements | null {
  if (status >= 300 || !answerBody || answerBody.length === 0) return null
  if (readOnly && !call.action.startsWith('AssumeRole')) return null
  const type = headerOf(answerHeaders, 'content-type') ?? ''
  const text = answerBody.toString('utf8')
  const said = withoutNothing(
    text.startsWith('<')
      ? resultIn(xmlObject(text), call.action)
      : type.includes('cbor')
        ? cborObject(answerBody)
        : (jsonBody(answerBody) ?? {}),
  )
  return said && (redact(withoutSecretKey(lowered(said)), call.service) as Elements)
}

/** Code and message of an answer that is an error. */
export function errorOf({ answerBody, answerHeaders, call, status }: Exchange): { errorCode?: string; errorMessage?: string } {
  if (status < 400) return {}
  const text = answerBody?.toString('utf8') ?? ''
  const body = text.startsWith('<') ? undefined : call.protocol === 'cbor' ? cborObject(answerBody) : jsonBody(Buffer.from(text))
  const inXml = (name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
  const type = body?.['__type'] ?? body?.['code'] ?? headerOf(answerHeaders, 'x-amzn-errortype') ?? inXml('Code')
  const code = typeof type === 'string' ? (type.split('#').at(-1)?.split(':')[0] ?? type) : status === 404 ? 'NoSuchKey' : String(status)
  const message = body?.['message'] ?? body?.['Message'] ?? inXml('Message')
  const prefix = call.protocol === 'ec2' ? (status < 500 ? 'Client.' : 'Server.') : ''
  const end = call.service === 'iam' && IAM_EXCEPTIONS.has(code) ? 'Exception' : ''
  return { errorCode: `${prefix}${code}${end}`, ...(typeof message === 'string' && { errorMessage: message }) }
}

/** The request id that the caller got. */
export function requestIdOf({ answerBody, answerHeaders }: Exchange): string | undefined {
  const header = ['x-amzn-requestid', 'x-amz-request-id', 'x-amz-requestid'].map((name) => headerOf(answerHeaders, name)).find(Boolean)
  return header ?? /<[Rr]equestI[dD]>([^<]+)</.exec(answerBody?.toString('utf8') ?? '')?.[1]
}

/** `<CreateUserResponse><CreateUserResult>…`: what is inside; EC2 has no such element and says it all. */
function resultIn(document: Elements | undefined, action: string): Elements {
  const result = document?.[lowerFirst(`${action}Result`)]
  if (typeof result === 'object' && result !== null) return result as Elements
  if (!document || 'responseMetadata' in document) return {}
  const { requestId, return: done, ...rest } = document
  return { ...(requestId !== undefined && { requestId }), ...(done !== undefined && { _return: done }), ...rest }
}

/** AWS leaves the secret of a key out, rather than hide it. */
function withoutSecretKey(elements: Elements): Elements {
  return JSON.parse(JSON.stringify(elements, (name, value: unknown) => (name === 'secretAccessKey' ? undefined : value))) as Elements
}

function lowered(value: Elements): Elements {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [lowerFirst(name), MAPS.test(name) ? inner : loweredValue(inner)]))
}

function loweredValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(loweredValue)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || value instanceof Date) return value
  return lowered(value as Elements)
}

function bodyObject(body: Buffer | undefined): Elements {
  if (!body || body.length === 0) return {}
  const text = body.toString('utf8')
  return (text.startsWith('<') ? xmlObject(text) : jsonBody(body)) ?? {}
}

function cborObject(body: Buffer | undefined): Elements {
  try {
    return body && body.length > 0 ? (cbor.deserialize(body) as Elements) : {}
  } catch {
    return {}
  }
}

function queryOf(query: URLSearchParams): Elements {
  return Object.fromEntries([...query].filter(([name]) => !/^(?:x-amz-|x-id$)/i.test(name)))
}

function rootName(xml: string): string {
  return /<([A-Za-z]+)/.exec(xml.replace(/^<\?[^>]*\?>/, ''))?.[1] ?? 'body'
}

function withoutNothing(elements: Elements | undefined): Elements | null {
  return elements && Object.keys(elements).length > 0 ? elements : null
}
