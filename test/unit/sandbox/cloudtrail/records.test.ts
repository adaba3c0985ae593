import { describe, expect, test } from 'vitest'
import { eventKindOf } from '../../../../src/lib/sandbox/cloudtrail/event-kinds.js'
import type { Exchange } from '../../../../src/lib/sandbox/cloudtrail/exchange.js'
import { makeRecord } from '../../../../src/lib/sandbox/cloudtrail/make-record.js'
import { queryParameters } from '../../../../src/lib/sandbox/cloudtrail/query-parameters.js'
import { redact } from '../../../../src/lib/sandbox/cloudtrail/redact.js'
import type { TrailRecord, UserIdentity } from '../../../../src/lib/sandbox/cloudtrail/record.js'
import { sessionIn } from '../../../../src/lib/sandbox/cloudtrail/sessions.js'
import { describeCall } from '../../../../src/lib/sandbox/gateway/call.js'
import { restOperation } from '../../../../src/lib/sandbox/gateway/rest-operations.js'

const ROOT: UserIdentity = { type: 'Root' }

interface Asked {
  service: string
  method?: string
  url?: string
  body?: string
  target?: string
  status?: number
  answer?: string
}

function exchangeOf({ answer, body, method = 'POST', service, status = 200, target, url = '/' }: Asked): Exchange {
  const headers = {
    host: '127.0.0.1:1',
    authorization: `AWS4-HMAC-SHA256 Credential=test/20300101/eu-west-1/${service}/aws4_request, Signature=a`,
    ...(target !== undefined && { 'x-amz-target': target }),
  }
  const form = body?.startsWith('Action=') ? body : undefined
  return {
    call: describeCall({ method, url, headers, rawHeaders: [] }, form),
    at: new Date('2026-01-31T12:00:00.500Z'),
    sourceAddress: '127.0.0.1',
    headers,
    requestBody: body === undefined ? undefined : Buffer.from(body),
    status,
    answerHeaders: ['content-type', answer?.startsWith('{') ? 'application/json' : 'text/xml'],
    answerBody: answer === undefined ? undefined : Buffer.from(answer),
  }
}

function recordOf(asked: Asked): TrailRecord | undefined {
  const exchange = exchangeOf(asked)
  const kind = eventKindOf(exchange.call, 'eu-west-1')
  return kind && makeRecord(exchange, kind, ROOT, '000000000000')
}

describe('a record', () => {
  test('of a JSON service has the names of CloudTrail', () => {
    const body = JSON.stringify({ KeyId: 'k', Tags: [{ TagKey: 'Name', TagValue: 'x' }], EncryptionContext: { Purpose: 'y' } })
    expect(recordOf({ service: 'kms', target: 'TrentService.CreateGrant', body, answer: '{"GrantId":"g"}' })).toMatchObject({
      eventSource: 'kms.amazonaws.com',
      eventName: 'CreateGrant',
      eventTime: '2026-01-31T12:00:00Z',
      requestParameters: { keyId: 'k', tags: [{ TagKey: 'Name', TagValue: 'x' }], encryptionContext: { Purpose: 'y' } },
      responseElements: { grantId: 'g' },
      resources: [{ type: 'AWS::KMS::Key', ARN: 'arn:aws:kms:eu-west-1:000000000000:key/k' }],
    })
  })

  test('of a reading call has no answer', () => {
    expect(
      recordOf({ service: 'kms', target: 'TrentService.DescribeKey', body: '{"KeyId":"k"}', answer: '{"KeyMetadata":{}}' }),
    ).toMatchObject({
      readOnly: true,
      responseElements: null,
    })
  })

  test('of IAM is one of us-east-1, and tells its error', () => {
    const answer =
      '<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>not there</Message></Error><RequestId>r-1</RequestId></ErrorResponse>'
    expect(recordOf({ service: 'iam', body: 'Action=DeleteRole&Version=2010-05-08&RoleName=a', status: 404, answer })).toMatchObject({
      awsRegion: 'us-east-1',
      errorCode: 'NoSuchEntityException',
      errorMessage: 'not there',
      requestID: 'r-1',
      requestParameters: { roleName: 'a' },
      responseElements: null,
    })
  })

  test('of a REST service has what the path says', () => {
    const url = '/clusters/dev/access-entries/arn%3Aaws%3Aiam%3A%3A0%3Arole%2Fa'
    expect(recordOf({ service: 'eks', method: 'DELETE', url })).toMatchObject({
      eventName: 'DeleteAccessEntry',
      requestParameters: { name: 'dev', principalArn: 'arn:aws:iam::0:role/a' },
    })
  })

  test('of a service that acts for somebody names the service', () => {
    const exchange = exchangeOf({ service: 'eks', method: 'GET', url: '/clusters' })
    const kind = eventKindOf(exchange.call, 'eu-west-1')
    const record = kind && makeRecord(exchange, kind, { type: 'AssumedRole', invokedBy: 'scheduler.amazonaws.com' }, '000000000000')
    expect(record).toMatchObject({ sourceIPAddress: 'scheduler.amazonaws.com', userAgent: 'scheduler.amazonaws.com' })
  })

  test.each([
    [{ service: 's3', method: 'PUT', url: '/bucket/key' }, 'Data', 'AWS::S3::Object'],
    [{ service: 's3', method: 'PUT', url: '/bucket?policy' }, 'Management', undefined],
    [{ service: 'dynamodb', target: 'DynamoDB_20120810.PutItem', body: '{}' }, 'Data', 'AWS::DynamoDB::Table'],
    [{ service: 'dynamodb', target: 'DynamoDB_20120810.CreateTable', body: '{}' }, 'Management', undefined],
  ])('%j is an event of %s', (asked, category, resourceType) => {
    expect(eventKindOf(exchangeOf(asked).call, 'eu-west-1')).toMatchObject({ category, ...(resourceType && { resourceType }) })
  })

  test('is not made of what CloudTrail has no events of', () => {
    expect(recordOf({ service: 'logs', target: 'Logs_20140328.PutLogEvents', body: '{}' })).toBeUndefined()
    expect(recordOf({ service: 'eks', method: 'GET', url: '/no/such/operation/at/all' })).toBeUndefined()
  })
})

describe('secrets', () => {
  test.each([
    [{ masterUserPassword: 'a' }, 'rds'],
    [{ secretString: 'a', nested: [{ Plaintext: 'b' }] }, 'secretsmanager'],
    [{ value: 'a' }, 'ssm'],
    [{ item: { id: { S: 'a' } } }, 'dynamodb'],
    [{ credentials: { sessionToken: 'a' } }, 'sts'],
  ])('are hidden in %j of %s', (value, service) => {
    const text = JSON.stringify(redact(value, service))
    expect(text).not.toMatch(/"[ab]"/)
    expect(text).toContain('HIDDEN_DUE_TO_SECURITY_REASONS')
  })

  test('are not what only sounds like one', () => {
    expect(redact({ secretId: 's', value: 'v', keyId: 'k' }, 'logs')).toEqual({ secretId: 's', value: 'v', keyId: 'k' })
  })
})

describe('a form', () => {
  const read = (text: string, protocol: 'query' | 'ec2' = 'query'): unknown => queryParameters(new URLSearchParams(text), protocol)

  test('becomes lists and structures', () => {
    expect(read('Action=TagRole&RoleName=a&Tags.member.2.Key=c&Tags.member.1.Key=b&Tags.member.1.Value=1')).toEqual({
      roleName: 'a',
      tags: [{ key: 'b', value: 1 }, { key: 'c' }],
    })
    expect(read('DBSubnetIds.SubnetIdentifier.1=a')).toEqual({ dBSubnetIds: ['a'] })
    expect(read('Attributes.entry.1.key=a&Attributes.entry.1.value=b')).toEqual({ attributes: { a: 'b' } })
  })

  test('of EC2 becomes sets', () => {
    expect(read('InstanceId.1=i-1&Filter.1.Name=vpc-id&Filter.1.Value.1=v', 'ec2')).toEqual({
      instancesSet: { items: [{ instanceId: 'i-1' }] },
      filterSet: { items: [{ name: 'vpc-id', valueSet: { items: [{ value: 'v' }] } }] },
    })
  })

  test('keeps account numbers as they are', () => {
    expect(read('AccountId=000000000000&Count=3&DryRun=true')).toEqual({ accountId: '000000000000', count: 3, dryRun: true })
  })
})

test('a session of a role is read from the answer of STS', () => {
  const answer = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
    <SessionToken>t</SessionToken><Expiration>2026-01-31T13:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROA1:me</AssumedRoleId>
    <Arn>arn:aws:sts::1:assumed-role/ops/me</Arn></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>`
  const body = 'Action=AssumeRole&RoleArn=arn:aws:iam::1:role/path/ops&RoleSessionName=me&SourceIdentity=alex&SerialNumber=arn'
  const session = sessionIn(exchangeOf({ service: 'sts', body, answer }), ROOT, '1')
  expect(session).toMatchObject({
    accessKeyId: 'ASIA1',
    expiresAt: '2026-01-31T13:00:00Z',
    identity: {
      type: 'AssumedRole',
      sessionContext: {
        sessionIssuer: { arn: 'arn:aws:iam::1:role/path/ops', principalId: 'AROA1', userName: 'ops' },
        attributes: { mfaAuthenticated: 'true' },
        sourceIdentity: 'alex',
      },
    },
  })
  expect(JSON.stringify(session)).not.toContain('"s"')
})

test('operations of REST services are told apart by path', () => {
  expect(restOperation('scheduler', 'DELETE', '/schedules/night')).toEqual({ name: 'DeleteSchedule', labels: { Name: 'night' } })
  expect(restOperation('route53', 'POST', '/2013-04-01/hostedzone/Z1/rrset/')?.name).toBe('ChangeResourceRecordSets')
  expect(restOperation('scheduler', 'PATCH', '/schedules/night')).toBeUndefined()
  expect(restOperation('nobody', 'GET', '/')).toBeUndefined()
})
