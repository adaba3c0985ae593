import type { IncomingHttpHeaders } from 'node:http'

/** Query parameters that select another operation than the plain one (Amazon S3 API Reference). */
const SUBRESOURCES = [
  'acl',
  'cors',
  'encryption',
  'lifecycle',
  'location',
  'logging',
  'notification',
  'object-lock',
  'ownershipControls',
  'policy',
  'policyStatus',
  'publicAccessBlock',
  'replication',
  'requestPayment',
  'retention',
  'legal-hold',
  'tagging',
  'versioning',
  'versions',
  'website',
  'accelerate',
  'analytics',
  'inventory',
  'metrics',
  'intelligent-tiering',
  'attributes',
  'torrent',
] as const

const VERBS: Readonly<Record<string, string>> = { GET: 'Get', PUT: 'Put', DELETE: 'Delete', HEAD: 'Head', POST: 'Post' }

/** The S3 operation of a path-style request. Rare operations get a name made of the method and the subresource. */
export function s3Action(method: string, path: string, query: URLSearchParams, headers: IncomingHttpHeaders): string {
  const { bucket, key } = splitPath(path)
  const verb = VERBS[method] ?? method
  if (bucket === '') return 'ListBuckets'
  const subresource = SUBRESOURCES.find((name) => query.has(name))
  if (subresource !== undefined) {
    if (subresource === 'versions') return 'ListObjectVersions'
    return `${verb}${key === '' ? 'Bucket' : 'Object'}${subresource.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())}`
  }
  if (key === '') {
    if (method === 'GET')
      return query.get('list-type') === '2' ? 'ListObjectsV2' : query.has('uploads') ? 'ListMultipartUploads' : 'ListObjects'
    if (method === 'POST') return query.has('delete') ? 'DeleteObjects' : 'PostObject'
    return { PUT: 'CreateBucket', DELETE: 'DeleteBucket', HEAD: 'HeadBucket' }[method] ?? verb
  }
  if (query.has('uploads')) return 'CreateMultipartUpload'
  if (query.has('uploadId')) {
    return { PUT: 'UploadPart', POST: 'CompleteMultipartUpload', DELETE: 'AbortMultipartUpload', GET: 'ListParts' }[method] ?? verb
  }
  return method === 'PUT' && headers['x-amz-copy-source'] !== undefined ? 'CopyObject' : `${verb}Object`
}

/** Bucket and key of a path-style request, decoded. */
export function splitPath(path: string): { bucket: string; key: string } {
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?([\s\S]*)$/.exec(path) ?? []
  return { bucket, key }
}
