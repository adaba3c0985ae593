import { DescribeClusterCommand, ListAccessEntriesCommand, ListAssociatedAccessPoliciesCommand } from '@aws-sdk/client-eks'
import { DescribeKeyCommand, GetKeyRotationStatusCommand } from '@aws-sdk/client-kms'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eksRoot, kindsOf, kindsOfChanges, type EksRoot } from './eks-bench.js'
import type { StateResource } from './terraform-json.js'
import { ADMINISTRATOR, small as base } from './values.js'
import { ACCOUNT } from './workbench.js'

const small = { ...base, addons: ['karpenter', 'velero'] }

// A small environment. What is made, lost and destroyed is in aws-recovery.test.ts, with a large one.
let root: EksRoot
let resources: StateResource[]
beforeAll(async () => {
  root = await eksRoot(small)
  await root.apply()
  resources = await root.resources()
})
afterAll(() => root.remove())

const tagsOf = ({ values }: StateResource): Record<string, string> => values['tags_all'] as Record<string, string>

test('has nothing left to do after it was applied', async () => {
  expect(await root.isClean()).toBe(true)
})

test('can be told apart and found again by its tags', () => {
  const taggable = resources.filter(({ values }) => 'tags_all' in values)
  expect(taggable.length).toBeGreaterThan(40)
  const ids = taggable.map((resource) => tagsOf(resource)['platform:resource'])
  expect(ids).not.toContain(undefined)
  expect(new Set(ids).size).toBe(ids.length)
  for (const resource of taggable) {
    expect(tagsOf(resource), resource.address).toMatchObject({
      'platform:name': 'acme',
      'platform:environment': 'dev',
      'platform:managed-by': 'platform',
      team: 'shop',
    })
  }
  expect(ids).toEqual(
    expect.arrayContaining([
      ...['network/vpc', 'network/nat/0', 'network/subnet/private/0', 'network/subnet/private/1', 'keys/cluster-secrets'],
      ...['cluster/control-plane', 'cluster/node-group/default'],
    ]),
  )
})

test('has names that follow from the platform and the environment', () => {
  const valuesOf = (type: string, field: string) =>
    resources.filter((resource) => resource.type === type).map(({ values }) => values[field])
  expect(valuesOf('aws_kms_alias', 'name').sort()).toEqual(
    ['cluster-secrets', 'data', 'images', 'logs'].map((purpose) => `alias/acme/dev/${purpose}`),
  )
  expect(valuesOf('aws_cloudwatch_log_group', 'name').sort()).toEqual(['/aws/eks/acme-dev/cluster', '/platform/acme/dev/flow-logs'])
  expect(new Set(valuesOf('aws_iam_role', 'path'))).toEqual(new Set(['/platform/acme/dev/']))
  for (const name of valuesOf('aws_iam_role', 'name')) expect(name).toMatch(/^acme-dev-/)
})

test('makes the log group, encrypts it and keeps it for a time', () => {
  for (const { values } of resources.filter(({ type }) => type === 'aws_cloudwatch_log_group')) {
    expect(values).toMatchObject({ retention_in_days: 7, kms_key_id: expect.stringMatching(/^arn:aws:kms:/) as string })
  }
})

test('gives nobody but the named administrator access to the cluster', async () => {
  const eks = await root.clients.eks()
  const { cluster } = await eks.send(new DescribeClusterCommand({ name: 'acme-dev' }))
  expect(cluster).toMatchObject({
    status: 'ACTIVE',
    version: '1.34',
    accessConfig: { authenticationMode: 'API' },
    resourcesVpcConfig: { endpointPrivateAccess: true, endpointPublicAccess: true, publicAccessCidrs: ['203.0.113.0/24'] },
    encryptionConfig: [{ resources: ['secrets'] }],
    tags: { 'platform:role': 'workload', 'platform:protection': 'false' },
  })
  expect(cluster?.logging?.clusterLogging?.find(({ enabled }) => enabled)?.types).toHaveLength(5)
  const { accessEntries = [] } = await eks.send(new ListAccessEntriesCommand({ clusterName: 'acme-dev' }))
  expect(accessEntries.filter((arn) => !arn.includes('/platform/acme/dev/'))).toEqual([ADMINISTRATOR])
})

/** Both, and nothing else. */
const inAnyOrder = (one: string, other: string): unknown =>
  expect.toSatisfy((values: unknown) => Array.isArray(values) && values.length === 2 && values.includes(one) && values.includes(other))

test('lets the Argo CD of the management environment in, and nobody else, as a role that can do nothing in AWS', async () => {
  const deployer = `arn:aws:iam::${ACCOUNT}:role/platform/acme/dev/acme-dev-argocd-deployer`
  const eks = await root.clients.eks()
  const { associatedAccessPolicies = [] } = await eks.send(
    new ListAssociatedAccessPoliciesCommand({ clusterName: 'acme-dev', principalArn: deployer }),
  )
  expect(associatedAccessPolicies.map(({ policyArn, accessScope }) => [policyArn, accessScope?.type])).toEqual([
    ['arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy', 'cluster'],
  ])
  const ofRole = resources.filter(({ address }) => address.startsWith('module.gitops[0].aws_iam_'))
  expect(ofRole.map(({ address }) => address)).toEqual(['module.gitops[0].aws_iam_role.deployer[0]'])
  const trust = JSON.parse(String(ofRole[0]?.values['assume_role_policy'])) as { Statement: unknown }
  expect(trust.Statement).toEqual([
    {
      Action: inAnyOrder('sts:TagSession', 'sts:AssumeRole'),
      Condition: {
        ArnLike: {
          'aws:PrincipalArn': inAnyOrder(
            `arn:aws:sts::${ACCOUNT}:assumed-role/acme-mgmt-argocd/*`,
            `arn:aws:iam::${ACCOUNT}:role/platform/acme/mgmt/acme-mgmt-argocd`,
          ),
        },
      },
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    },
  ])
})

test('makes a role for Velero that only reaches its own bucket, which is encrypted, versioned and closed', () => {
  const of = (name: string) => resources.find(({ address }) => address === `module.addon_roles[0].${name}`)?.values
  const bucket = `acme-dev-velero-${ACCOUNT}-${small.region}`
  expect(of('aws_eks_pod_identity_association.this["velero"]')).toMatchObject({
    namespace: 'velero',
    service_account: 'velero-server',
    role_arn: `arn:aws:iam::${ACCOUNT}:role/platform/acme/dev/acme-dev-velero`,
  })
  const { Statement } = JSON.parse(String(of('aws_iam_role_policy.this["velero"]')?.['policy'])) as {
    Statement: Array<{ Resource: string }>
  }
  for (const { Resource } of Statement) expect(Resource).toMatch(new RegExp(`^arn:aws:(?:s3:::${bucket}|kms:.*:key/)`))
  expect(of('aws_s3_bucket.velero[0]')).toMatchObject({ bucket, force_destroy: true })
  expect(of('aws_s3_bucket_versioning.velero[0]')).toMatchObject({ versioning_configuration: [{ status: 'Enabled' }] })
  expect(of('aws_s3_bucket_public_access_block.velero[0]')).toMatchObject({ block_public_policy: true, restrict_public_buckets: true })
  expect(JSON.stringify(of('aws_s3_bucket_server_side_encryption_configuration.velero[0]'))).toContain('aws:kms')
})

test('tells Karpenter of machines that go away, through the queue that its role knows', () => {
  const of = (type: string) => resources.filter(({ address }) => address.startsWith(`module.addon_roles[0].${type}.karpenter`))
  expect(of('aws_sqs_queue')[0]?.values).toMatchObject({ name: 'acme-dev', sqs_managed_sse_enabled: true })
  expect(of('aws_cloudwatch_event_rule')).toHaveLength(4)
  for (const { values } of of('aws_cloudwatch_event_target')) expect(values['arn']).toMatch(/:sqs:.*:acme-dev$/)
})

test('rotates its keys', async () => {
  const kms = await root.clients.kms()
  for (const purpose of ['cluster-secrets', 'data', 'images', 'logs']) {
    const { KeyMetadata: key } = await kms.send(new DescribeKeyCommand({ KeyId: `alias/acme/dev/${purpose}` }))
    expect(await kms.send(new GetKeyRotationStatusCommand({ KeyId: key?.KeyId }))).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 365,
    })
  }
})

test('leaves the number of nodes to an autoscaler', async () => {
  const group = { ...small.cluster.node_groups['default']!, desired: 3 }
  expect(kindsOfChanges(await root.planned({ ...small, cluster: { ...small.cluster, node_groups: { default: group } } }))).toEqual({})
})

test('replaces nodes in their group when their disks change', async () => {
  const group = { ...small.cluster.node_groups['default']!, disk_gib: 100 }
  expect(kindsOfChanges(await root.planned({ ...small, cluster: { ...small.cluster, node_groups: { default: group } } }))).toEqual({
    update: ['module.cluster.aws_eks_node_group.this', 'module.cluster.aws_launch_template.node'],
  })
})

test('grows by a zone, and by a NAT gateway in each, with the old nodes there until the new ones are', async () => {
  const actions = await root.planned({ ...small, network: { ...small.network, zone_count: 3, nat: 'per-zone' } })
  expect(kindsOf(actions['create'])).toEqual(
    ['eip.nat', 'nat_gateway.this', 'route.private_nat', 'route_table.private']
      .map((name) => `module.network.aws_${name}`)
      .concat(
        ['database', 'private', 'public'].flatMap((name) => [
          `module.network.aws_route_table_association.${name}`,
          `module.network.aws_subnet.${name}`,
        ]),
      )
      .sort(),
  )
  expect(actions['update']).toEqual(expect.arrayContaining(['module.network.aws_route.private_nat[1]']))
  // A node group cannot get another subnet: a second one takes its place before it goes.
  expect(actions['create,delete']).toEqual(['module.cluster.aws_eks_node_group.this["default"]'])
  expect(Object.keys(actions).sort()).toEqual(['create', 'create,delete', 'no-op', 'update'])
})

test('refuses a node group with two processor architectures', async () => {
  const group = { ...small.cluster.node_groups['default']!, instance_types: ['m7g.large', 'm7i.large'] }
  await root.use({ ...small, cluster: { ...small.cluster, node_groups: { default: group } } })
  const { stdout, exitCode } = await root.run(['plan', '-json', '-input=false', '-refresh=false'], [0, 1])
  await root.use(small)
  expect(exitCode).toBe(1)
  expect(stdout).toContain('mixes instance types with Arm and x86 processors')
})

test('refuses an account that is not the configured one', async () => {
  await root.use({ ...small, account_id: '111122223333' })
  const { stdout, exitCode } = await root.run(['plan', '-json', '-input=false', '-refresh=false'], [0, 1])
  await root.use(small)
  expect(exitCode).toBe(1)
  expect(stdout).toContain('AWS account ID not allowed')
})
