import type { AwsClients } from '../../aws/clients.js'

export interface TaggedResource {
  arn: string
  tags: Record<string, string>
}

interface Place {
  region: string
  accountId: string
}

/**
 * Every tagged resource of one region that the tagging API knows, read from the services themselves. Like AWS, it leaves out IAM roles
 * and users ("GetResources does not currently support IAM users and roles", Resource Groups Tagging API Reference).
 */
export async function listTaggedResources(clients: AwsClients, place: Place): Promise<TaggedResource[]> {
  const lists = await Promise.all([ec2(clients, place), eks(clients), kms(clients, place), logs(clients), s3(clients, place)])
  return lists.flat().filter(({ tags }) => Object.keys(tags).length > 0)
}

async function ec2(clients: AwsClients, { region, accountId }: Place): Promise<TaggedResource[]> {
  const { paginateDescribeTags } = await import('@aws-sdk/client-ec2')
  const found = new Map<string, TaggedResource>()
  for await (const { Tags = [] } of paginateDescribeTags({ client: await clients.ec2() }, {})) {
    for (const { ResourceId, ResourceType, Key, Value } of Tags) {
      if (ResourceId === undefined || ResourceType === undefined || Key === undefined) continue
      const arn = `arn:aws:ec2:${region}:${accountId}:${ResourceType}/${ResourceId}`
      const resource = found.get(arn) ?? { arn, tags: {} }
      resource.tags[Key] = Value ?? ''
      found.set(arn, resource)
    }
  }
  return [...found.values()]
}

async function eks(clients: AwsClients): Promise<TaggedResource[]> {
  const { paginateListClusters, DescribeClusterCommand } = await import('@aws-sdk/client-eks')
  const client = await clients.eks()
  const found: TaggedResource[] = []
  for await (const { clusters = [] } of paginateListClusters({ client }, {})) {
    for (const name of clusters) {
      const { cluster } = await client.send(new DescribeClusterCommand({ name }))
      if (cluster?.arn !== undefined) found.push({ arn: cluster.arn, tags: cluster.tags ?? {} })
      found.push(...(await partsOfCluster(clients, name)))
    }
  }
  return found
}

async function partsOfCluster(clients: AwsClients, clusterName: string): Promise<TaggedResource[]> {
  const sdk = await import('@aws-sdk/client-eks')
  const client = await clients.eks()
  const parts: Array<{ arn: string | undefined; tags: Record<string, string> | undefined } | undefined> = []
  for await (const { nodegroups = [] } of sdk.paginateListNodegroups({ client }, { clusterName })) {
    for (const nodegroupName of nodegroups) {
      const { nodegroup } = await client.send(new sdk.DescribeNodegroupCommand({ clusterName, nodegroupName }))
      parts.push({ arn: nodegroup?.nodegroupArn, tags: nodegroup?.tags })
    }
  }
  for await (const { addons = [] } of sdk.paginateListAddons({ client }, { clusterName })) {
    for (const addonName of addons) {
      const { addon } = await client.send(new sdk.DescribeAddonCommand({ clusterName, addonName }))
      parts.push({ arn: addon?.addonArn, tags: addon?.tags })
    }
  }
  for await (const { accessEntries = [] } of sdk.paginateListAccessEntries({ client }, { clusterName })) {
    for (const principalArn of accessEntries) {
      const { accessEntry } = await client.send(new sdk.DescribeAccessEntryCommand({ clusterName, principalArn }))
      parts.push({ arn: accessEntry?.accessEntryArn, tags: accessEntry?.tags })
    }
  }
  for await (const { associations = [] } of sdk.paginateListPodIdentityAssociations({ client }, { clusterName })) {
    for (const { associationId } of associations) {
      const { association } = await client.send(new sdk.DescribePodIdentityAssociationCommand({ clusterName, associationId }))
      parts.push({ arn: association?.associationArn, tags: association?.tags })
    }
  }
  return parts.flatMap((part) => (part?.arn === undefined ? [] : [{ arn: part.arn, tags: part.tags ?? {} }]))
}

async function kms(clients: AwsClients, { region }: Place): Promise<TaggedResource[]> {
  const { paginateListKeys, ListResourceTagsCommand } = await import('@aws-sdk/client-kms')
  const client = await clients.kms()
  const found: TaggedResource[] = []
  for await (const { Keys = [] } of paginateListKeys({ client }, {})) {
    for (const { KeyId, KeyArn } of Keys) {
      if (KeyArn === undefined || !inRegion(KeyArn, region)) continue
      const { Tags = [] } = await client.send(new ListResourceTagsCommand({ KeyId }))
      found.push({ arn: KeyArn, tags: Object.fromEntries(Tags.map(({ TagKey, TagValue }) => [TagKey ?? '', TagValue ?? ''])) })
    }
  }
  return found
}

async function logs(clients: AwsClients): Promise<TaggedResource[]> {
  const { paginateDescribeLogGroups, ListTagsForResourceCommand } = await import('@aws-sdk/client-cloudwatch-logs')
  const client = await clients.logs()
  const found: TaggedResource[] = []
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, {})) {
    for (const { logGroupArn } of logGroups) {
      if (logGroupArn === undefined) continue
      const { tags = {} } = await client.send(new ListTagsForResourceCommand({ resourceArn: logGroupArn }))
      found.push({ arn: logGroupArn, tags })
    }
  }
  return found
}

async function s3(clients: AwsClients, { region }: Place): Promise<TaggedResource[]> {
  const { ListBucketsCommand, GetBucketLocationCommand, GetBucketTaggingCommand, S3ServiceException } = await import('@aws-sdk/client-s3')
  const client = await clients.s3()
  const { Buckets = [] } = await client.send(new ListBucketsCommand({}))
  const found: TaggedResource[] = []
  for (const { Name: Bucket } of Buckets) {
    try {
      const { LocationConstraint } = await client.send(new GetBucketLocationCommand({ Bucket }))
      if ((LocationConstraint ?? 'us-east-1') !== region) continue
      const { TagSet = [] } = await client.send(new GetBucketTaggingCommand({ Bucket }))
      found.push({ arn: `arn:aws:s3:::${Bucket}`, tags: Object.fromEntries(TagSet.map(({ Key, Value }) => [Key ?? '', Value ?? ''])) })
    } catch (error) {
      // NoSuchTagSet: the bucket has none. NoSuchBucket: it went meanwhile.
      if (!(error instanceof S3ServiceException) || !['NoSuchTagSet', 'NoSuchBucket'].includes(error.name)) throw error
    }
  }
  return found
}

function inRegion(arn: string, region: string): boolean {
  return arn.split(':')[3] === region
}
