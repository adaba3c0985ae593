import { describe, expect, test } from 'vitest'
import { describeCall, hasFormBody } from '../../../src/lib/sandbox/gateway/call.js'
import { clusterOfPath } from '../../../src/lib/sandbox/gateway/eks-path.js'
import { splitPath } from '../../../src/lib/sandbox/gateway/s3-actions.js'

const signed = (service: string, region = 'eu-west-1') =>
  `AWS4-HMAC-SHA256 Credential=AKIA/20300101/${region}/${service}/aws4_request, SignedHeaders=host;x-amz-date, Signature=ab`

function call(method: string, url: string, headers: Record<string, string> = {}, formBody?: string) {
  const { service, action, region, protocol } = describeCall({ method, url, headers, rawHeaders: [] }, formBody)
  return { service, action, region, protocol }
}

describe('describeCall', () => {
  test('a JSON service names its operation in a header', () => {
    expect(call('POST', '/', { authorization: signed('kms'), 'x-amz-target': 'TrentService.CreateKey' })).toEqual({
      service: 'kms',
      action: 'CreateKey',
      region: 'eu-west-1',
      protocol: 'json',
    })
  })

  test('EC2 and the query services name it in the form', () => {
    const form = 'Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=Action'
    expect(call('POST', '/', { authorization: signed('ec2', 'us-east-1') }, form)).toEqual({
      service: 'ec2',
      action: 'DescribeVpcs',
      region: 'us-east-1',
      protocol: 'ec2',
    })
    expect(call('POST', '/', { authorization: signed('iam') }, 'Action=ListRoles')).toMatchObject({
      action: 'ListRoles',
      protocol: 'query',
    })
  })

  test('a presigned call names it in the query', () => {
    const url = '/?Action=GetCallerIdentity&X-Amz-Credential=test%2F20300101%2Feu-west-1%2Fsts%2Faws4_request'
    expect(call('GET', url)).toEqual({ service: 'sts', action: 'GetCallerIdentity', region: 'eu-west-1', protocol: 'query' })
  })

  test('a session name with slashes does not move the scope', () => {
    const authorization = 'AWS4-HMAC-SHA256 Credential=a/b/c/20300101/eu-west-1/eks/aws4_request, SignedHeaders=host, Signature=ab'
    expect(call('GET', '/clusters', { authorization })).toMatchObject({ service: 'eks', action: 'ListClusters' })
  })

  test('a call without a signature is known only for STS', () => {
    expect(call('POST', '/', {}, 'Action=AssumeRoleWithWebIdentity')).toMatchObject({ service: 'sts', region: undefined })
    expect(call('GET', '/bucket/key')).toMatchObject({ service: 'unknown', action: 'GET /bucket/key' })
    expect(call('GET', '/', { authorization: 'Bearer x' })).toMatchObject({ service: 'unknown' })
  })

  test('the CBOR protocol names service and operation in the path', () => {
    const headers = { authorization: signed('monitoring'), 'smithy-protocol': 'rpc-v2-cbor' }
    expect(call('POST', '/service/GraniteServiceVersion20100801/operation/PutMetricData', headers)).toMatchObject({
      action: 'PutMetricData',
      protocol: 'cbor',
    })
  })

  test.each([
    ['POST', '/clusters', 'CreateCluster'],
    ['DELETE', '/clusters/dev', 'DeleteCluster'],
    ['POST', '/clusters/dev/update-config', 'UpdateClusterConfig'],
    ['POST', '/clusters/dev/addons/coredns/update', 'UpdateAddon'],
    ['GET', '/addons/supported-versions?kubernetesVersion=1.35', 'DescribeAddonVersions'],
    ['GET', '/cluster-versions', 'DescribeClusterVersions'],
    ['PUT', '/clusters', 'PUT /clusters'],
    ['GET', '/clusters/dev/addons/coredns/more', 'GET /clusters/dev/addons/coredns/more'],
  ])('EKS: %s %s', (method, url, action) => {
    expect(call(method, url, { authorization: signed('eks') })).toMatchObject({ service: 'eks', action, protocol: 'rest-json' })
  })

  test('a label of a path may hold slashes in their encoding', () => {
    const url = '/tags/arn%3Aaws%3Aaccess-analyzer%3Aeu-west-1%3A000000000000%3Aanalyzer%2Facme'
    expect(call('POST', url, { authorization: signed('access-analyzer') })).toMatchObject({ action: 'TagResource' })
  })

  test.each([
    ['GET', '/', {}, 'ListBuckets'],
    ['PUT', '/bucket', {}, 'CreateBucket'],
    ['HEAD', '/bucket', {}, 'HeadBucket'],
    ['GET', '/bucket?list-type=2&prefix=a', {}, 'ListObjectsV2'],
    ['GET', '/bucket?versions', {}, 'ListObjectVersions'],
    ['PUT', '/bucket?versioning', {}, 'PutBucketVersioning'],
    ['PUT', '/bucket?object-lock', {}, 'PutBucketObjectLock'],
    ['PUT', '/bucket/key?tagging', {}, 'PutObjectTagging'],
    ['PUT', '/bucket/a%20b/c?x-id=PutObject', {}, 'PutObject'],
    ['PUT', '/bucket/key', { 'x-amz-copy-source': '/other/key' }, 'CopyObject'],
    ['DELETE', '/bucket/key?versionId=1', {}, 'DeleteObject'],
    ['POST', '/bucket?delete', {}, 'DeleteObjects'],
    ['POST', '/bucket/key?uploads', {}, 'CreateMultipartUpload'],
    ['POST', '/bucket/key?uploadId=1', {}, 'CompleteMultipartUpload'],
    // A key may be called like anything.
    ['PUT', '/bucket/Action=1', {}, 'PutObject'],
  ])('S3: %s %s', (method, url, headers, action) => {
    expect(call(method, url, { ...headers, authorization: signed('s3') })).toMatchObject({ service: 's3', action, protocol: 's3' })
  })

  test.each([
    ['GET', '/v20180820/configuration/publicAccessBlock', 'GetPublicAccessBlock'],
    ['PUT', '/v20180820/configuration/publicAccessBlock/', 'PutPublicAccessBlock'],
    ['GET', '/v20180820/accesspoint', 'GET /v20180820/accesspoint'],
  ])('S3 Control: %s %s', (method, url, action) => {
    expect(call(method, url, { authorization: signed('s3') })).toMatchObject({ service: 's3-control', action, protocol: 'query' })
  })

  test('a path that is not valid percent-encoding is taken as it is', () => {
    expect(call('GET', '/bucket/%zz', { authorization: signed('s3') })).toMatchObject({ action: 'GetObject' })
  })
})

test('hasFormBody', () => {
  const head = (method: string, type: string) => ({ method, url: '/', headers: { 'content-type': type }, rawHeaders: [] })
  expect(hasFormBody(head('POST', 'application/x-www-form-urlencoded; charset=utf-8'))).toBe(true)
  expect(hasFormBody(head('PUT', 'application/x-www-form-urlencoded'))).toBe(false)
  expect(hasFormBody(head('POST', 'application/x-amz-json-1.1'))).toBe(false)
})

test('splitPath', () => {
  expect(splitPath('/bucket/a/b c')).toEqual({ bucket: 'bucket', key: 'a/b c' })
  expect(splitPath('/bucket/')).toEqual({ bucket: 'bucket', key: '' })
  expect(splitPath('/')).toEqual({ bucket: '', key: '' })
})

test('clusterOfPath', () => {
  expect(clusterOfPath('/clusters/dev/addons/x')).toBe('dev')
  expect(clusterOfPath('/cluster-versions')).toBeUndefined()
})
