import type { Call } from '../gateway/call.js'

/** Names of services that differ between a signature and a record. */
const SOURCES: Readonly<Record<string, string>> = { 's3-control': 's3', email: 'ses' }

/** Their events are those of us-east-1, wherever they were called (AWS CloudTrail User Guide, "Global service events"). */
const GLOBAL = new Set(['iam', 'cloudfront', 'route53', 'organizations', 'budgets', 'ce', 'account', 'waf', 'shield', 'support'])

/** Names that do not begin as reading ones do, and that AWS marks as reading all the same. */
const READS =
  /^(?:Get|List|Describe|Head|Lookup|Search|Query|Scan|BatchGet|BatchDescribe|Check|Simulate|Test|Filter|Validate|Estimate|Preview|Select|Decode|Poll)/
const READS_TOO = new Set([
  'sts AssumeRole',
  'sts AssumeRoleWithSAML',
  'sts AssumeRoleWithWebIdentity',
  'eks-auth AssumeRoleForPodIdentity',
  ...['Decrypt', 'Encrypt', 'ReEncrypt', 'Sign', 'Verify', 'GenerateMac', 'VerifyMac'].map((name) => `kms ${name}`),
  ...['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'GenerateDataKeyPair', 'GenerateRandom'].map((name) => `kms ${name}`),
])
const S3_OBJECT_ACTIONS = new Set([
  ...['GetObject', 'PutObject', 'HeadObject', 'DeleteObject', 'CopyObject', 'ListObjects', 'ListObjectsV2', 'ListObjectVersions'],
  ...['DeleteObjects', 'PostObject', 'CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'AbortMultipartUpload'],
  ...['ListParts', 'ListMultipartUploads'],
])
const DATA_ACTIONS: Readonly<Record<string, { type: string; actions: ReadonlySet<string> }>> = {
  dynamodb: {
    type: 'AWS::DynamoDB::Table',
    actions: new Set([
      ...['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchGetItem', 'BatchWriteItem', 'Query', 'Scan', 'TransactGetItems'],
      ...['TransactWriteItems', 'ExecuteStatement', 'BatchExecuteStatement', 'ExecuteTransaction'],
    ]),
  },
  lambda: { type: 'AWS::Lambda::Function', actions: new Set(['Invoke', 'InvokeAsync', 'InvokeWithResponseStream']) },
  sqs: {
    type: 'AWS::SQS::Queue',
    actions: new Set([
      ...['SendMessage', 'SendMessageBatch', 'ReceiveMessage', 'DeleteMessage', 'DeleteMessageBatch', 'ChangeMessageVisibility'],
      'ChangeMessageVisibilityBatch',
    ]),
  },
  sns: { type: 'AWS::SNS::Topic', actions: new Set(['Publish', 'PublishBatch']) },
  kinesis: { type: 'AWS::Kinesis::Stream', actions: new Set(['PutRecord', 'PutRecords', 'GetRecords', 'GetShardIterator']) },
  monitoring: {
    type: 'AWS::CloudWatch::Metric',
    actions: new Set(['PutMetricData', 'GetMetricData', 'GetMetricStatistics', 'ListMetrics']),
  },
}
/** What CloudTrail has no events of. */
const SILENT = new Set(['logs PutLogEvents', 'events PutEvents', 'xray PutTraceSegments', 'xray PutTelemetryRecords'])

export interface EventKind {
  category: 'Management' | 'Data'
  /** Of a data event: what a selector calls its resource. */
  resourceType?: string
  source: string
  name: string
  readOnly: boolean
  region: string
  /** Whether it is one of the events that a trail may leave out as "global". */
  global: boolean
}

/** What CloudTrail makes of a call, or undefined when it is none of its events. */
export function eventKindOf(call: Call, ownRegion: string): EventKind | undefined {
  const { action, service } = call
  const key = `${service} ${action}`
  if (service === 'unknown' || /\s/.test(action) || action === '' || SILENT.has(key)) return undefined
  const resourceType = dataTypeOf(call)
  return {
    category: resourceType === undefined ? 'Management' : 'Data',
    ...(resourceType !== undefined && { resourceType }),
    source: `${SOURCES[service] ?? service}.amazonaws.com`,
    name: nameOf(call),
    readOnly: READS.test(action) || READS_TOO.has(key),
    region: GLOBAL.has(service) ? 'us-east-1' : (call.region ?? ownRegion),
    global: GLOBAL.has(service) || service === 'sts',
  }
}

function dataTypeOf({ action, path, service }: Call): string | undefined {
  if (service !== 's3') return DATA_ACTIONS[service]?.actions.has(action) === true ? DATA_ACTIONS[service].type : undefined
  const isObject = /^\/[^/]+\/./.test(path)
  return isObject || S3_OBJECT_ACTIONS.has(action) ? 'AWS::S3::Object' : undefined
}

/** Names of operations in records: some are those of an old version of the API (AWS Lambda Developer Guide, "Logging with CloudTrail"). */
function nameOf({ action, service }: Call): string {
  if (service === 'lambda') return LAMBDA_NAMES[action] ?? action
  if (service === 's3' || service === 's3-control') return S3_NAMES[action] ?? action
  return action
}

const LAMBDA_NAMES: Readonly<Record<string, string>> = {
  CreateFunction: 'CreateFunction20150331',
  DeleteFunction: 'DeleteFunction20150331',
  GetFunction: 'GetFunction20150331v2',
  GetFunctionConfiguration: 'GetFunctionConfiguration20150331v2',
  ListFunctions: 'ListFunctions20150331',
  UpdateFunctionCode: 'UpdateFunctionCode20150331v2',
  UpdateFunctionConfiguration: 'UpdateFunctionConfiguration20150331v2',
  AddPermission: 'AddPermission20150331v2',
  RemovePermission: 'RemovePermission20150331v2',
  GetPolicy: 'GetPolicy20150331v2',
  CreateEventSourceMapping: 'CreateEventSourceMapping20150331',
  DeleteEventSourceMapping: 'DeleteEventSourceMapping20150331',
}
/** Amazon S3 User Guide, "Amazon S3 CloudTrail events". */
const S3_NAMES: Readonly<Record<string, string>> = {
  GetBucketObjectLock: 'GetObjectLockConfiguration',
  PutBucketObjectLock: 'PutObjectLockConfiguration',
  ListObjectsV2: 'ListObjects',
  GetPublicAccessBlock: 'GetAccountPublicAccessBlock',
  PutPublicAccessBlock: 'PutAccountPublicAccessBlock',
  DeletePublicAccessBlock: 'DeleteAccountPublicAccessBlock',
}
