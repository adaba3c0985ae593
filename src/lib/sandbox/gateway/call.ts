import type { IncomingMessage } from 'node:http'
import { accessAnalyzerAction } from './access-analyzer-actions.js'
import { eksAction } from './eks-actions.js'
import { restOperation } from './rest-operations.js'
import { s3Action } from './s3-actions.js'
import { isS3Control, s3ControlAction } from './s3-control-actions.js'

/** How a service writes its requests and its errors. */
export type Protocol = 'json' | 'rest-json' | 'query' | 'ec2' | 's3' | 'cbor'

/** One AWS API call, as far as its head and a form body tell. */
export interface Call {
  method: string
  /** Path and query exactly as received: a signature covers them. */
  url: string
  path: string
  query: URLSearchParams
  /** Names and values in turns, as received. */
  rawHeaders: readonly string[]
  /** Name of the service as in a signature: `ec2`, `eks`, `s3`, `tagging` … or `unknown`. */
  service: string
  /** Name of the operation as in the API reference, or `METHOD /path` where it is not known. */
  action: string
  /** From the signature; undefined for an unsigned call. */
  region: string | undefined
  protocol: Protocol
}

/** What `describeCall` needs of an HTTP request. */
export type CallHead = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'>

/**
 * Tells which operation of which service a request is for: the service from the credential scope of the signature
 * (Signature Version 4, header or presigned query), the operation from `X-Amz-Target`, the `Action` parameter, or the REST path.
 */
export function describeCall(head: CallHead, formBody?: string): Call {
  const url = head.url ?? '/'
  const method = head.method ?? 'GET'
  const cut = url.indexOf('?')
  const path = decodePath(cut === -1 ? url : url.slice(0, cut))
  const query = new URLSearchParams(cut === -1 ? '' : url.slice(cut + 1))
  const form = formBody === undefined ? undefined : new URLSearchParams(formBody)
  const scope = credentialScope(head, query)
  const named = query.get('Action') ?? form?.get('Action') ?? undefined
  const target = textHeader(head, 'x-amz-target')
  const rpc = /^\/service\/([^/]+)\/operation\/([^/]+)$/.exec(path)
  const service = scope?.service ?? serviceOfUnsigned(named)
  const common = { method, url, path, query, rawHeaders: head.rawHeaders, service, region: scope?.region }

  if (rpc) return { ...common, action: rpc[2] ?? '', protocol: head.headers['smithy-protocol'] === 'rpc-v2-cbor' ? 'cbor' : 'json' }
  if (target !== undefined) return { ...common, action: target.slice(target.lastIndexOf('.') + 1), protocol: 'json' }
  if (named !== undefined && service !== 's3') return { ...common, action: named, protocol: service === 'ec2' ? 'ec2' : 'query' }
  if (service === 's3' && isS3Control(path)) {
    // Its errors are wrapped as those of the query protocol, not as those of S3.
    return { ...common, service: 's3-control', action: s3ControlAction(method, path) ?? `${method} ${path}`, protocol: 'query' }
  }
  if (service === 's3') return { ...common, action: s3Action(method, path, query, head.headers), protocol: 's3' }
  const action = OWN_ROUTES[service]?.(method, path)
  const known = action ?? restOperation(service, method, cut === -1 ? url : url.slice(0, cut))?.name
  return { ...common, action: known ?? `${method} ${path}`, protocol: 'rest-json' }
}

/** Where mends tell operations apart. */
const OWN_ROUTES: Readonly<Record<string, (method: string, path: string) => string | undefined>> = {
  eks: eksAction,
  'access-analyzer': accessAnalyzerAction,
}

/** Whether the body must be read before the operation is known. */
export function hasFormBody(head: CallHead): boolean {
  return head.method === 'POST' && (textHeader(head, 'content-type') ?? '').startsWith('application/x-www-form-urlencoded')
}

function credentialScope(head: CallHead, query: URLSearchParams): { service: string; region: string } | undefined {
  const inHeader = /\bCredential=([^,\s]+)/.exec(textHeader(head, 'authorization') ?? '')?.[1]
  const credential = inHeader ?? query.get('X-Amz-Credential')
  // <key id>/<date>/<region>/<service>/aws4_request; an asterisk region set for SigV4A leaves the region out.
  const parts = credential?.split('/').slice(-4)
  const [, region, service] = parts ?? []
  return parts?.length === 4 && region !== undefined && service !== undefined ? { region, service } : undefined
}

/** Only STS has operations that are called without a signature. */
function serviceOfUnsigned(action: string | undefined): string {
  return action?.startsWith('AssumeRoleWith') ? 'sts' : 'unknown'
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function textHeader(head: CallHead, name: string): string | undefined {
  const value = head.headers[name]
  return Array.isArray(value) ? value[0] : value
}
