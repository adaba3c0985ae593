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
      const arn = `arn:aws:ec2:${region}:${accountId}:${typeOfEc2(ResourceId, ResourceType)}/${ResourceId}`
      const resource = found.get(arn) ?? { arn, tags: {} }
      resource.tags[Key] = Value ?? ''
      found.set(arn, resource)
    }
  }
  return [...found.values()]
}

/** Types that the emulator's DescribeTags calls just `resource` (Amazon EC2 API Reference, "TagSpecification"). */
const EC2_TYPES: Readonly<Record<string, string>> = {
  eni: 'network-interface',
  fl: 'vpc-flow-log',
  i: 'instance',
  lt: 'launch-template',
  nat: 'natgateway',
  pcx: 'vpc-peering-connection',
  pl: 'prefix-list',
  snap: 'snapshot',
  vol: 'volume',
  vpce: 'vpc-endpoint',
}

/** The resource type in an EC2 ARN. */
export function typeOfEc2(resourceId: string, resourceType: string): string {
  return resourceType === 'resource' ? (EC2_TYPES[resourceId.slice(0, resourceId.lastIndexOf('-'))] ?? resourceType) : resourceType
}

async function eks(clients: AwsClients): Promise<TaggedResource[]> {
  const { paginateListClusters, DescribeClusterCommand } = await import('@aws-sdk/client-eks')
  const client = await clients.eks()
  const names = await collect(paginateListClusters({ client }, {}), ({ clusters }) => clusters)
  const lists = names.map(async (name) => {
    const { cluster } = await client.send(new DescribeClusterCommand({ name }))
    return [...tagged(cluster?.arn, cluster?.tags), ...(await partsOfCluster(clients, name))]
  })
  return (await Promise.all(lists)).flat()
}

async function partsOfCluster(clients: AwsClients, clusterName: string): Promise<TaggedResource[]> {
  const sdk = await import('@aws-sdk/client-eks')
  const client = await clients.eks()
  const [groups, addons, entries, associations] = await Promise.all([
    collect(sdk.paginateListNodegroups({ client }, { clusterName }), ({ nodegroups }) => nodegroups),
    collect(sdk.paginateListAddons({ client }, { clusterName }), (page) => page.addons),
    collect(sdk.paginateListAccessEntries({ client }, { clusterName }), ({ accessEntries }) => accessEntries),
    collect(sdk.paginateListPodIdentityAssociations({ client }, { clusterName }), (page) => page.associations),
  ])
  const parts = await Promise.all([
    ...groups.map(async (nodegroupName) => {
      const { nodegroup } = await client.send(new sdk.DescribeNodegroupCommand({ clusterName, nodegroupName }))
      return tagged(nodegroup?.nodegroupArn, nodegroup?.tags)
    }),
    ...addons.map(async (addonName) => {
      const { addon } = await client.send(new sdk.DescribeAddonCommand({ clusterName, addonName }))
      return tagged(addon?.addonArn, addon?.tags)
    }),
    ...entries.map(async (principalArn) => {
      const { accessEntry } = await client.send(new sdk.DescribeAccessEntryCommand({ clusterName, principalArn }))
      return tagged(accessEntry?.accessEntryArn, accessEntry?.tags)
    }),
    ...associations.map(async ({ associationId }) => {
      const { association } = await client.send(new sdk.DescribePodIdentityAssociationCommand({ clusterName, associationId }))
      return tagged(association?.associationArn, association?.tags)
    }),
  ])
  return parts.flat()
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
  const groups = await collect(paginateDescribeLogGroups({ client }, {}), ({ logGroups }) => logGroups)
  const lists = groups.map(async ({ logGroupArn }) => {
    if (logGroupArn === undefined) return []
    const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn: logGroupArn }))
    return tagged(logGroupArn, tags)
  })
  return (await Promise.all(lists)).flat()
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

async function collect<Page, Item>(pages: AsyncIterable<Page>, itemsOf: (page: Page) => Item[] | undefined): Promise<Item[]> {
  const items: Item[] = []
  for await (const page of pages) items.push(...(itemsOf(page) ?? []))
  return items
}

function tagged(arn: string | undefined, tags: Record<string, string> | undefined): TaggedResource[] {
  return arn === undefined ? [] : [{ arn, tags: tags ?? {} }]
}

function inRegion(arn: string, region: string): boolean {
  return arn.split(':')[3] === region
}
