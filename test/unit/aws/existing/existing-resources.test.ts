import { describe, expect, it } from 'vitest'
import { ExistingResources } from '../../../../src/lib/aws/existing/existing-resources.js'
import { awsError, fakeAws, type Answers } from '../../../helpers/fake-aws.js'
import { fakeClock } from '../../../helpers/fake-clock.js'

const scope = { platform: 'acme', environment: 'dev' }
const tags = (resource: string, environment = 'dev') => [
  { Key: 'platform:name', Value: 'acme' },
  { Key: 'platform:environment', Value: environment },
  { Key: 'platform:resource', Value: resource },
]
const tagValues = (resource: string) => ({ tags_all: { 'platform:resource': resource } })
const planned = (type: string, values: Record<string, unknown>) => ({ address: `${type}.this`, type, values })

function world(answers: Answers) {
  const clock = fakeClock()
  const controller = new AbortController()
  const progress: string[] = []
  const aws = fakeAws(answers)
  const session = new ExistingResources({ clock, signal: controller.signal }, aws.clients, scope, (detail) => progress.push(detail))
  return { ...aws, session, clock, controller, progress }
}

const notFound = (name: string) => () => {
  throw awsError(name, 404)
}

/** Answers each time with the next state, and with the last one for ever. */
function states<T>(...answers: T[]): () => T {
  let index = 0
  return () => answers[Math.min(index++, answers.length - 1)] as T
}

describe('EC2 resources', () => {
  const nat = (id: string, State: string, resource = 'network/nat/0', environment = 'dev') => ({
    NatGatewayId: id,
    State,
    Tags: tags(resource, environment),
  })
  const wanted = planned('aws_nat_gateway', tagValues('network/nat/0'))

  it('finds by tag and not what is deleted, of another environment or another resource', async () => {
    const { session } = world({
      DescribeNatGateways: () => ({
        NatGateways: [
          nat('nat-old', 'deleted'),
          nat('nat-other', 'available', 'network/nat/0', 'prod'),
          nat('nat-1', 'available', 'network/nat/1'),
          nat('nat-0', 'available'),
        ],
      }),
    })
    await expect(session.find(wanted)).resolves.toEqual({ importId: 'nat-0' })
  })

  it('asks only for what carries the tags of the environment, and only once', async () => {
    const { session, calls } = world({ DescribeSubnets: () => ({ Subnets: [] }) })
    const subnets = [0, 1, 2].map((index) => planned('aws_subnet', tagValues(`network/subnet/${index}`)))
    await Promise.all(subnets.map((subnet) => session.find(subnet)))
    expect(calls).toHaveLength(1)
    expect(calls[0]?.input['Filters']).toEqual([
      { Name: 'tag:platform:name', Values: ['acme'] },
      { Name: 'tag:platform:environment', Values: ['dev'] },
    ])
  })

  it('waits for a NAT gateway that is being made', async () => {
    const { session, clock, progress } = world({
      DescribeNatGateways: states(
        { NatGateways: [nat('nat-0', 'pending')] },
        { NatGateways: [nat('nat-0', 'pending')] },
        { NatGateways: [nat('nat-0', 'available')] },
      ),
    })
    await expect(session.find(wanted)).resolves.toEqual({ importId: 'nat-0' })
    expect(clock.slept).toHaveLength(2)
    expect(progress[0]).toMatch(/nat-0.*pending/)
  })

  it('waits for one that is being deleted, and then finds none', async () => {
    const { session } = world({
      DescribeNatGateways: states({ NatGateways: [nat('nat-0', 'deleting')] }, { NatGateways: [nat('nat-0', 'deleted')] }),
    })
    await expect(session.find(wanted)).resolves.toBeUndefined()
  })

  it('says that a failed one is of no use', async () => {
    const { session } = world({ DescribeNatGateways: () => ({ NatGateways: [nat('nat-0', 'failed')] }) })
    await expect(session.find(wanted)).resolves.toMatchObject({ importId: 'nat-0', failed: true })
  })

  it('prefers the one that works to the one that failed', async () => {
    const { session } = world({ DescribeNatGateways: () => ({ NatGateways: [nat('nat-0', 'failed'), nat('nat-1', 'available')] }) })
    await expect(session.find(wanted)).resolves.toEqual({ importId: 'nat-1' })
  })

  it('does not guess between two, and names both', async () => {
    const { session } = world({ DescribeNatGateways: () => ({ NatGateways: [nat('nat-0', 'available'), nat('nat-1', 'available')] }) })
    await expect(session.find(wanted)).rejects.toMatchObject({
      code: 'DuplicateResource',
      message: expect.stringMatching(/nat-0, nat-1/) as string,
      details: { ids: ['nat-0', 'nat-1'] },
    })
  })

  it('stops waiting when it is told to', async () => {
    const { session, controller } = world({ DescribeNatGateways: () => ({ NatGateways: [nat('nat-0', 'pending')] }) })
    controller.abort(new Error('stop'))
    await expect(session.find(wanted)).rejects.toThrow('stop')
  })

  it('gives up after a long time', async () => {
    const { session } = world({ DescribeNatGateways: () => ({ NatGateways: [nat('nat-0', 'pending')] }) })
    await expect(session.find(wanted)).rejects.toMatchObject({ code: 'TimedOut' })
  })

  it('stops waiting for one when another has failed', async () => {
    const { session } = world({
      DescribeNatGateways: () => ({ NatGateways: [nat('nat-0', 'pending')] }),
      DescribeVpcs: notFound('UnauthorizedOperation'),
    })
    const waiting = session.find(wanted)
    await expect(session.find(planned('aws_vpc', tagValues('network/vpc')))).rejects.toMatchObject({ code: 'AwsRefused' })
    await expect(waiting).rejects.toMatchObject({ code: 'AwsRefused' })
  })

  it('tells a gateway endpoint from an interface endpoint with the same tag', async () => {
    const endpoint = (VpcEndpointId: string, VpcEndpointType: string) => ({
      VpcEndpointId,
      VpcEndpointType,
      ServiceName: 'com.amazonaws.eu-west-1.s3',
      State: 'Available',
      Tags: tags('network/endpoint/s3'),
    })
    const { session } = world({
      DescribeVpcEndpoints: () => ({ VpcEndpoints: [endpoint('vpce-g', 'Gateway'), endpoint('vpce-i', 'Interface')] }),
    })
    const values = { ...tagValues('network/endpoint/s3'), vpc_endpoint_type: 'Interface' }
    await expect(session.find(planned('aws_vpc_endpoint', values))).resolves.toEqual({ importId: 'vpce-i' })
  })

  describe('routes and associations', () => {
    const tables = {
      DescribeRouteTables: () => ({
        RouteTables: [
          {
            RouteTableId: 'rtb-1',
            Routes: [
              { DestinationCidrBlock: '10.0.0.0/16', Origin: 'CreateRouteTable', State: 'active' },
              { DestinationCidrBlock: '0.0.0.0/0', Origin: 'CreateRoute', State: 'blackhole' },
            ],
            Associations: [
              { Main: true, RouteTableId: 'rtb-1' },
              { SubnetId: 'subnet-1', AssociationState: { State: 'associated' } },
              { SubnetId: 'subnet-2', AssociationState: { State: 'disassociated' } },
            ],
          },
        ],
      }),
    }

    it.each([
      ['aws_route', { route_table_id: 'rtb-1', destination_cidr_block: '0.0.0.0/0' }, 'rtb-1_0.0.0.0/0'],
      ['aws_route', { route_table_id: 'rtb-1', destination_cidr_block: '10.0.0.0/16' }, undefined],
      ['aws_route', { destination_cidr_block: '0.0.0.0/0' }, undefined],
      ['aws_route_table_association', { subnet_id: 'subnet-1', route_table_id: 'rtb-9' }, 'subnet-1/rtb-1'],
      ['aws_route_table_association', { subnet_id: 'subnet-2' }, undefined],
    ])('%s %j is %s', async (type, values, importId) => {
      const found = await world(tables).session.find(planned(type, values))
      expect(found?.importId).toBe(importId)
    })
  })

  describe('security group rules without a tag', () => {
    const rule = {
      SecurityGroupRuleId: 'sgr-1',
      GroupId: 'sg-1',
      IsEgress: false,
      IpProtocol: 'tcp',
      FromPort: 443,
      ToPort: 443,
      CidrIpv4: '10.0.0.0/16',
    }
    const rules = { DescribeSecurityGroupRules: () => ({ SecurityGroupRules: [rule] }) }
    const values = { security_group_id: 'sg-1', ip_protocol: 'tcp', from_port: 443, to_port: 443, cidr_ipv4: '10.0.0.0/16' }

    it('are known by what they say', async () => {
      await expect(world(rules).session.find(planned('aws_vpc_security_group_ingress_rule', values))).resolves.toEqual({
        importId: 'sgr-1',
      })
    })

    it.each([
      ['another port', 'aws_vpc_security_group_ingress_rule', { ...values, to_port: 444 }],
      ['another direction', 'aws_vpc_security_group_egress_rule', values],
      ['an unknown source', 'aws_vpc_security_group_ingress_rule', { ...values, cidr_ipv4: undefined }],
    ])('are not taken for %s', async (_, type, changed) => {
      await expect(world(rules).session.find(planned(type, changed))).resolves.toBeUndefined()
    })
  })
})

describe('KMS keys', () => {
  const keyTags = tags('keys/data').map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }))
  const keys = (state: Record<string, string>): Answers => ({
    ListAliases: () => ({ Aliases: [{ AliasName: 'alias/aws/ebs', TargetKeyId: 'managed' }] }),
    ListKeys: () => ({ Keys: [{ KeyId: 'managed' }, { KeyId: 'foreign' }, ...Object.keys(state).map((KeyId) => ({ KeyId }))] }),
    ListResourceTags: ({ KeyId }) => {
      if (KeyId === 'foreign') throw awsError('AccessDeniedException')
      return { Tags: keyTags }
    },
    DescribeKey: ({ KeyId }) => ({ KeyMetadata: { Arn: `arn:${String(KeyId)}`, KeyState: state[String(KeyId)] } }),
  })

  it('are found by tag, without those pending deletion and those of others', async () => {
    const { session, calls } = world(keys({ old: 'PendingDeletion', live: 'Enabled' }))
    await expect(session.find(planned('aws_kms_key', tagValues('keys/data')))).resolves.toEqual({ importId: 'live' })
    expect(calls.some(({ operation, input }) => operation === 'ListResourceTags' && input['KeyId'] === 'managed')).toBe(false)
  })
})

describe('IAM', () => {
  const role = (extra: object): Answers => ({ GetRole: () => ({ Role: { RoleName: 'acme-dev-node', ...extra } }) })
  const wanted = planned('aws_iam_role', { name: 'acme-dev-node' })

  it.each([
    ['our path', { Path: '/platform/acme/dev/' }, 'acme-dev-node'],
    ['our tags', { Path: '/', Tags: tags('x') }, 'acme-dev-node'],
    ['neither', { Path: '/' }, undefined],
    ['the tags of another environment', { Path: '/platform/acme/dev/', Tags: tags('x', 'prod') }, undefined],
  ])('takes a role with %s for what it is', async (_, extra, importId) => {
    expect((await world(role(extra)).session.find(wanted))?.importId).toBe(importId)
  })

  it('finds no role where there is none', async () => {
    await expect(world({ GetRole: notFound('NoSuchEntityException') }).session.find(wanted)).resolves.toBeUndefined()
  })

  it('names attachments by role and policy', async () => {
    const arn = 'arn:aws:iam::aws:policy/AmazonEKSClusterPolicy'
    const { session } = world({ ListAttachedRolePolicies: () => ({ AttachedPolicies: [{ PolicyArn: arn }] }) })
    const values = { role: 'r', policy_arn: arn }
    await expect(session.find(planned('aws_iam_role_policy_attachment', values))).resolves.toEqual({ importId: `r/${arn}` })
  })
})

describe('EKS', () => {
  const owned = { 'platform:name': 'acme', 'platform:environment': 'dev' }
  const cluster = (status: string, clusterTags: object = owned) => ({ cluster: { status, tags: clusterTags } })
  const wanted = planned('aws_eks_cluster', { name: 'acme-dev' })

  it('waits for a cluster that is being made', async () => {
    const { session, clock } = world({ DescribeCluster: states(cluster('CREATING'), cluster('ACTIVE')) })
    await expect(session.find(wanted)).resolves.toEqual({ importId: 'acme-dev' })
    expect(clock.slept).toHaveLength(1)
  })

  it('leaves a cluster of the same name that is not ours', async () => {
    await expect(world({ DescribeCluster: () => cluster('ACTIVE', {}) }).session.find(wanted)).resolves.toBeUndefined()
  })

  it('reports a failed node group with its reason', async () => {
    const { session } = world({
      DescribeNodegroup: () => ({
        nodegroup: { status: 'CREATE_FAILED', tags: owned, health: { issues: [{ code: 'NodeCreationFailure', message: 'did not join' }] } },
      }),
    })
    const found = await session.find(planned('aws_eks_node_group', { cluster_name: 'acme-dev', node_group_name: 'main' }))
    expect(found).toMatchObject({ importId: 'acme-dev:main', failed: true, note: expect.stringContaining('did not join') as string })
  })

  it('does not wait for an add-on, which may be waiting for nodes', async () => {
    const { session, clock } = world({ DescribeAddon: () => ({ addon: { status: 'CREATING' } }) })
    const found = await session.find(planned('aws_eks_addon', { cluster_name: 'acme-dev', addon_name: 'coredns' }))
    expect(found).toMatchObject({ importId: 'acme-dev:coredns', note: expect.stringContaining('CREATING') as string })
    expect(clock.slept).toEqual([])
  })

  it.each([
    ['aws_eks_access_entry', { cluster_name: 'c', principal_arn: 'p' }, 'c:p'],
    ['aws_eks_access_policy_association', { cluster_name: 'c', principal_arn: 'p', policy_arn: 'a' }, 'c#p#a'],
    ['aws_eks_pod_identity_association', { cluster_name: 'c', namespace: 'n', service_account: 's' }, 'c,a-1'],
  ])('names %s', async (type, values, importId) => {
    const { session } = world({
      DescribeAccessEntry: () => ({ accessEntry: {} }),
      ListAssociatedAccessPolicies: () => ({ associatedAccessPolicies: [{ policyArn: 'a' }] }),
      ListPodIdentityAssociations: () => ({
        associations: [
          { namespace: 'n', serviceAccount: 'other', associationId: 'a-0' },
          { namespace: 'n', serviceAccount: 's', associationId: 'a-1' },
        ],
      }),
    })
    await expect(session.find(planned(type, values))).resolves.toEqual({ importId })
  })

  it('finds nothing in a cluster that does not exist', async () => {
    const missing = notFound('ResourceNotFoundException')
    const { session } = world({ ListPodIdentityAssociations: missing, ListAssociatedAccessPolicies: missing, DescribeAddon: missing })
    for (const type of ['aws_eks_pod_identity_association', 'aws_eks_access_policy_association', 'aws_eks_addon']) {
      const values = { cluster_name: 'c', namespace: 'n', service_account: 's', principal_arn: 'p', policy_arn: 'a', addon_name: 'x' }
      await expect(session.find(planned(type, values))).resolves.toBeUndefined()
    }
  })
})

describe('log groups and buckets', () => {
  const group = (found: object | undefined): Answers => ({
    DescribeLogGroups: () => ({
      logGroups: [
        { logGroupName: '/aws/eks/c/cluster-2', logGroupArn: 'arn:2' },
        { logGroupName: '/aws/eks/c/cluster', logGroupArn: 'arn:1' },
      ],
    }),
    ListTagsForResource: () => ({ tags: found }),
  })
  const wanted = planned('aws_cloudwatch_log_group', { name: '/aws/eks/c/cluster' })

  it('takes a log group that EKS made again, and says so', async () => {
    await expect(world(group({})).session.find(wanted)).resolves.toMatchObject({
      importId: '/aws/eks/c/cluster',
      note: expect.any(String) as string,
    })
  })

  it('leaves the log group of another environment', async () => {
    const other = { 'platform:name': 'acme', 'platform:environment': 'prod' }
    await expect(world(group(other)).session.find(wanted)).resolves.toBeUndefined()
  })

  it.each([
    ['NotFound', 404],
    ['403', 403],
  ])('leaves a bucket that answers %s', async (name, status) => {
    const { session } = world({
      HeadBucket: () => {
        throw awsError(name, status)
      },
    })
    await expect(session.find(planned('aws_s3_bucket', { bucket: 'b' }))).resolves.toBeUndefined()
  })

  it('knows the versioning of a bucket only when it was ever set', async () => {
    const versioning = planned('aws_s3_bucket_versioning', { bucket: 'b' })
    await expect(world({ GetBucketVersioning: () => ({}) }).session.find(versioning)).resolves.toBeUndefined()
    await expect(world({ GetBucketVersioning: () => ({ Status: 'Enabled' }) }).session.find(versioning)).resolves.toEqual({ importId: 'b' })
  })
})

it('says nothing about types it does not know', async () => {
  await expect(world({}).session.find(planned('aws_unheard_of', {}))).resolves.toBeUndefined()
})
