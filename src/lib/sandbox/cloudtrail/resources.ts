import type { RecordResource } from './record.js'
import type { EventKind } from './event-kinds.js'

type Elements = Record<string, unknown> | null

/** Which parameter names a resource of which type: what LookupEvents finds a resource by. */
const NAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  eks: {
    name: 'AWS::EKS::Cluster',
    clusterName: 'AWS::EKS::Cluster',
    nodegroupName: 'AWS::EKS::Nodegroup',
    principalArn: 'AWS::EKS::AccessEntry',
    addonName: 'AWS::EKS::Addon',
  },
  iam: {
    userName: 'AWS::IAM::User',
    roleName: 'AWS::IAM::Role',
    policyArn: 'AWS::IAM::Policy',
    groupName: 'AWS::IAM::Group',
    instanceProfileName: 'AWS::IAM::InstanceProfile',
    accessKeyId: 'AWS::IAM::AccessKey',
  },
  s3: { bucketName: 'AWS::S3::Bucket' },
  sts: { roleArn: 'AWS::IAM::Role' },
  kms: { keyId: 'AWS::KMS::Key', targetKeyId: 'AWS::KMS::Key', aliasName: 'AWS::KMS::Alias' },
  ec2: {
    vpcId: 'AWS::EC2::VPC',
    subnetId: 'AWS::EC2::Subnet',
    instanceId: 'AWS::EC2::Instance',
    groupId: 'AWS::EC2::SecurityGroup',
    volumeId: 'AWS::EC2::Volume',
    natGatewayId: 'AWS::EC2::NatGateway',
    routeTableId: 'AWS::EC2::RouteTable',
    networkInterfaceId: 'AWS::EC2::NetworkInterface',
  },
  logs: { logGroupName: 'AWS::Logs::LogGroup' },
  dynamodb: { tableName: 'AWS::DynamoDB::Table' },
  rds: { dBInstanceIdentifier: 'AWS::RDS::DBInstance', dBClusterIdentifier: 'AWS::RDS::DBCluster' },
  secretsmanager: { secretId: 'AWS::SecretsManager::Secret' },
  scheduler: { name: 'AWS::Scheduler::Schedule' },
  cloudtrail: { name: 'AWS::CloudTrail::Trail', trailName: 'AWS::CloudTrail::Trail' },
  ecr: { repositoryName: 'AWS::ECR::Repository' },
  ssm: { name: 'AWS::SSM::Parameter' },
  sns: { topicArn: 'AWS::SNS::Topic' },
  lambda: { functionName: 'AWS::Lambda::Function' },
  codepipeline: { name: 'AWS::CodePipeline::Pipeline', pipelineName: 'AWS::CodePipeline::Pipeline' },
}

/** The resources that a record names, as LookupEvents shows them. */
export function namedResources(
  source: string,
  request: Elements,
  response: Elements,
): Array<{ ResourceType: string; ResourceName: string }> {
  const types = NAMED[source.replace(/\.amazonaws\.com$/, '')] ?? {}
  const found = new Map<string, string>()
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look)
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        if (typeof inner === 'string' && Object.hasOwn(types, name) && inner !== '') found.set(inner, types[name] ?? '')
        else look(inner)
      }
    }
  }
  look(request)
  look(response)
  return [...found].map(([ResourceName, ResourceType]) => ({ ResourceType, ResourceName }))
}

/** The field `resources` of a record, which few services fill. */
export function recordResources(kind: EventKind, request: Elements, accountId: string): RecordResource[] | undefined {
  const text = (name: string): string | undefined => (typeof request?.[name] === 'string' ? request[name] : undefined)
  const arn = (service: string, rest: string): string => `arn:aws:${service}:${kind.region}:${accountId}:${rest}`
  const own = (ARN: string, type: string): RecordResource => ({ accountId, type, ARN })
  switch (kind.source) {
    case 's3.amazonaws.com': {
      const [bucket, key] = [text('bucketName'), text('key')]
      if (bucket === undefined) return undefined
      const whole = own(`arn:aws:s3:::${bucket}`, 'AWS::S3::Bucket')
      return kind.category === 'Data' ? [{ type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${bucket}/${key ?? ''}` }, whole] : [whole]
    }
    case 'sts.amazonaws.com': {
      const role = text('roleArn')
      return role === undefined ? undefined : [own(role, 'AWS::IAM::Role')]
    }
    case 'kms.amazonaws.com': {
      const key = text('keyId')
      if (key === undefined) return undefined
      return [own(key.startsWith('arn:') ? key : arn('kms', key.startsWith('alias/') ? key : `key/${key}`), 'AWS::KMS::Key')]
    }
    case 'dynamodb.amazonaws.com': {
      const table = text('tableName')
      return kind.category === 'Management' || table === undefined
        ? undefined
        : [own(table.startsWith('arn:') ? table : arn('dynamodb', `table/${table}`), 'AWS::DynamoDB::Table')]
    }
    case 'lambda.amazonaws.com': {
      const name = text('functionName')
      return kind.category === 'Management' || name === undefined
        ? undefined
        : [own(name.startsWith('arn:') ? name : arn('lambda', `function:${name}`), 'AWS::Lambda::Function')]
    }
    case 'sqs.amazonaws.com': {
      const queue = text('queueUrl')?.split('/').at(-1)
      return kind.category === 'Management' || queue === undefined ? undefined : [own(arn('sqs', queue), 'AWS::SQS::Queue')]
    }
    case 'sns.amazonaws.com': {
      const topic = text('topicArn')
      return kind.category === 'Management' || topic === undefined ? undefined : [own(topic, 'AWS::SNS::Topic')]
    }
    default:
      return undefined
  }
}
