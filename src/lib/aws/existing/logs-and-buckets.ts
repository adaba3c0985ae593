import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import type * as S3 from '@aws-sdk/client-s3'
import type { S3Client } from '@aws-sdk/client-s3'
import { awsStatus, isAwsError, unlessMissing } from '../explain-error.js'
import { candidate, collect, ownerOf, text, type Finder } from './finding.js'

/**
 * Names of log groups are unique. One without tags is taken too: EKS makes the group of a cluster again
 * when late records arrive after it was deleted.
 */
const logGroup: Finder = async (finding, values) => {
  const name = text(values, 'name')
  if (name === undefined) return []
  const { ListTagsForResourceCommand, paginateDescribeLogGroups } = await import('@aws-sdk/client-cloudwatch-logs')
  const client = await finding.clients.logs()
  const groups = await collect(paginateDescribeLogGroups({ client }, { logGroupNamePrefix: name }), (page) => page.logGroups)
  const group = groups.find(({ logGroupName }) => logGroupName === name)
  const resourceArn = group?.logGroupArn ?? group?.arn?.replace(/:\*$/, '')
  if (!group || resourceArn === undefined) return []
  const owner = ownerOf((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags, finding.scope)
  if (owner === 'other') return []
  return [candidate(name, undefined, owner === 'untagged' ? 'The log group had no tags; AWS may have made it.' : undefined)]
}

/** Filters have no tags; their group does. Import id: GROUP:NAME. */
const metricFilter: Finder = async (finding, values) => {
  const name = text(values, 'name')
  const logGroupName = text(values, 'log_group_name')
  if (name === undefined || logGroupName === undefined) return []
  const { DescribeMetricFiltersCommand } = await import('@aws-sdk/client-cloudwatch-logs')
  const call = (await finding.clients.logs()).send(new DescribeMetricFiltersCommand({ logGroupName, filterNamePrefix: name }))
  const found = await unlessMissing(call, 'ResourceNotFoundException')
  return found?.metricFilters?.some(({ filterName }) => filterName === name) === true ? [candidate(`${logGroupName}:${name}`)] : []
}

const logResourcePolicy: Finder = async (finding, values) => {
  const name = text(values, 'policy_name')
  if (name === undefined) return []
  const names = await finding.cached('logs/resource-policies', async () => resourcePolicyNames(await finding.clients.logs()))
  return names.includes(name) ? [candidate(name)] : []
}

async function resourcePolicyNames(client: CloudWatchLogsClient): Promise<string[]> {
  const { DescribeResourcePoliciesCommand } = await import('@aws-sdk/client-cloudwatch-logs')
  const names: string[] = []
  let nextToken: string | undefined
  do {
    const page = await client.send(new DescribeResourcePoliciesCommand({ ...(nextToken !== undefined && { nextToken }) }))
    names.push(...(page.resourcePolicies ?? []).flatMap(({ policyName }) => policyName ?? []))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return names
}

type S3Sdk = typeof S3
interface BucketInput {
  Bucket: string
  ExpectedBucketOwner: string
}

/** Everything about a bucket is imported by the bucket's name. `read` rejects when there is no such setting. */
function ofBucket(read: (sdk: S3Sdk, client: S3Client, input: BucketInput) => Promise<unknown>): Finder {
  return async (finding, values) => {
    const Bucket = text(values, 'bucket')
    if (Bucket === undefined) return []
    try {
      const input = { Bucket, ExpectedBucketOwner: finding.clients.connection.accountId }
      const found = await read(await import('@aws-sdk/client-s3'), await finding.clients.s3(), input)
      return found === false ? [] : [candidate(Bucket)]
    } catch (error) {
      // Another account's bucket answers 403; Terraform's own attempt to make it tells why.
      if (
        awsStatus(error) === 404 ||
        awsStatus(error) === 403 ||
        isAwsError(error, 'NoSuch*', 'NotFound', 'ObjectLockConfigurationNotFoundError')
      )
        return []
      throw error
    }
  }
}

export const logAndBucketFinders: Readonly<Record<string, Finder>> = {
  aws_cloudwatch_log_group: logGroup,
  aws_cloudwatch_log_metric_filter: metricFilter,
  aws_cloudwatch_log_resource_policy: logResourcePolicy,
  aws_s3_bucket: ofBucket((sdk, client, input) => client.send(new sdk.HeadBucketCommand(input))),
  aws_s3_bucket_policy: ofBucket((sdk, client, input) => client.send(new sdk.GetBucketPolicyCommand(input))),
  aws_s3_bucket_public_access_block: ofBucket((sdk, client, input) => client.send(new sdk.GetPublicAccessBlockCommand(input))),
  aws_s3_bucket_ownership_controls: ofBucket((sdk, client, input) => client.send(new sdk.GetBucketOwnershipControlsCommand(input))),
  aws_s3_bucket_server_side_encryption_configuration: ofBucket((sdk, client, input) =>
    client.send(new sdk.GetBucketEncryptionCommand(input)),
  ),
  aws_s3_bucket_lifecycle_configuration: ofBucket((sdk, client, input) =>
    client.send(new sdk.GetBucketLifecycleConfigurationCommand(input)),
  ),
  aws_s3_bucket_object_lock_configuration: ofBucket(
    async (sdk, client, input) =>
      (await client.send(new sdk.GetObjectLockConfigurationCommand(input))).ObjectLockConfiguration?.Rule !== undefined,
  ),
  aws_s3_bucket_versioning: ofBucket(
    async (sdk, client, input) => (await client.send(new sdk.GetBucketVersioningCommand(input))).Status !== undefined,
  ),
}
