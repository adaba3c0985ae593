import { planOfModule } from '../e2e/modules/planned.js'
import { REGION } from '../e2e/modules/workbench.js'
import type { TestSandbox } from '../helpers/sandbox.js'

interface Statement {
  Effect: string
  Action: string | string[]
}

/** What services call themselves in a signature, where IAM has another name. */
const PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch', 'api.ecr': 'ecr', tagging: 'tag', 's3-control': 's3' }

/** Rights whose name is not that of the call (Service Authorization Reference). Empty: none is needed. */
const RIGHTS: Readonly<Record<string, string[]>> = {
  'sts GetCallerIdentity': [],
  's3 HeadBucket': ['s3:ListBucket'],
  's3 ListBuckets': ['s3:ListAllMyBuckets'],
  's3 ListObjects': ['s3:ListBucket'],
  's3 ListObjectsV2': ['s3:ListBucket'],
  's3 ListObjectVersions': ['s3:ListBucketVersions'],
  's3 GetBucketEncryption': ['s3:GetEncryptionConfiguration'],
  's3 PutBucketEncryption': ['s3:PutEncryptionConfiguration'],
  's3 DeleteBucketEncryption': ['s3:PutEncryptionConfiguration'],
  's3 GetBucketLifecycle': ['s3:GetLifecycleConfiguration'],
  's3 PutBucketLifecycle': ['s3:PutLifecycleConfiguration'],
  's3 DeleteBucketLifecycle': ['s3:PutLifecycleConfiguration'],
  's3 GetBucketAccelerate': ['s3:GetAccelerateConfiguration'],
  's3 GetBucketReplication': ['s3:GetReplicationConfiguration'],
  's3 DeleteBucketOwnershipControls': ['s3:PutBucketOwnershipControls'],
  's3 DeleteBucketPublicAccessBlock': ['s3:PutBucketPublicAccessBlock'],
  'budgets DescribeBudget': ['budgets:ViewBudget'],
  'budgets DescribeNotificationsForBudget': ['budgets:ViewBudget'],
  'budgets DescribeSubscribersForNotification': ['budgets:ViewBudget'],
  'budgets CreateBudget': ['budgets:ModifyBudget'],
  'budgets UpdateBudget': ['budgets:ModifyBudget'],
  'budgets DeleteBudget': ['budgets:ModifyBudget'],
  'budgets CreateNotification': ['budgets:ModifyBudget'],
  // Calls that need a right of another service, or of a further resource.
  'ec2 CreateFlowLogs': ['ec2:CreateFlowLogs', 'iam:PassRole', 'logs:CreateLogDelivery'],
  'ec2 DeleteFlowLogs': ['ec2:DeleteFlowLogs', 'logs:DeleteLogDelivery'],
  'ec2 CreateVpcEndpoint': ['ec2:CreateVpcEndpoint', 'route53:AssociateVPCWithHostedZone'],
  'eks CreateCluster': ['eks:CreateCluster', 'iam:PassRole'],
  'eks CreateNodegroup': ['eks:CreateNodegroup', 'iam:PassRole', 'ec2:RunInstances'],
  'eks CreatePodIdentityAssociation': ['eks:CreatePodIdentityAssociation', 'iam:PassRole'],
  'kms CreateKey': ['kms:CreateKey', 'kms:TagResource'],
  'rds CreateDBInstance': ['rds:CreateDBInstance', 'kms:CreateGrant', 'secretsmanager:CreateSecret', 'secretsmanager:TagResource'],
  'rds CreateDBCluster': ['rds:CreateDBCluster', 'kms:CreateGrant', 'secretsmanager:CreateSecret', 'secretsmanager:TagResource'],
  'wafv2 PutLoggingConfiguration': ['wafv2:PutLoggingConfiguration', 'logs:CreateLogDelivery', 'logs:PutResourcePolicy'],
  'wafv2 DeleteLoggingConfiguration': ['wafv2:DeleteLoggingConfiguration', 'logs:DeleteLogDelivery'],
}

/** The different calls that a gateway's log names, as `service Action`. */
export function callsOf(log: string): string[] {
  const calls = log.split('\n').flatMap((line) => /^\S+ \S+ (?<call>\S+ \S+) \d+ms/.exec(line)?.groups?.['call'] ?? [])
  return [...new Set(calls)].sort()
}

/** The policies of the roles that platform makes for itself. */
export async function rightsOfTheTool(sandbox: TestSandbox) {
  const planned = await planOfModule(sandbox, 'access-baseline', REGION, { platform: 'acme' })
  const patterns = (policy: string): RegExp[] => {
    const found = planned.find(({ address }) => address === `aws_iam_policy.tool["${policy}"]`)
    const { Statement } = JSON.parse(String(found?.values['policy'])) as { Statement: Statement[] }
    return Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => [Action].flat().map(glob))
  }
  return {
    /** Rights that calls need and none of the policies gives. */
    missingIn(policies: readonly string[], calls: readonly string[]): string[] {
      const given = policies.flatMap(patterns)
      const needed = calls.flatMap(rightsFor)
      return [...new Set(needed)].filter((right) => !given.some((pattern) => pattern.test(right)))
    },
  }
}

function rightsFor(call: string): string[] {
  const [service = '', action = ''] = call.split(' ')
  return RIGHTS[call] ?? [`${PREFIXES[service] ?? service}:${action}`]
}

function glob(pattern: string): RegExp {
  return new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  )
}
