import { rm } from 'node:fs/promises'
import path from 'node:path'
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  DescribeLaunchTemplateVersionsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeNatGatewaysCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2'
import { DescribeClusterCommand, DescribeNodegroupCommand, ListAccessEntriesCommand, ListClustersCommand } from '@aws-sdk/client-eks'
import { ListRolesCommand } from '@aws-sdk/client-iam'
import { DescribeKeyCommand, GetKeyPolicyCommand, GetKeyRotationStatusCommand } from '@aws-sdk/client-kms'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestSandbox } from '../../helpers/sandbox.js'
import { everyActionFor, statementsOf } from './key-policy.js'
import { actionsOf, importIdOf, resourcesOf, type StateResource } from './terraform-json.js'
import { ADMINISTRATOR, large, small } from './values.js'
import { copyOfTemplates, findBinary, writeJson, type Emulator } from './workbench.js'

const terraform = (await findBinary('terraform'))!
let emulator: Pick<Emulator, 'endpoint' | 'clients'>
// The sandbox and not the bare emulator, which cannot make the launch template of a second node group.
let sandbox: TestSandbox
beforeAll(async () => {
  sandbox = await TestSandbox.start()
  emulator = { endpoint: sandbox.endpoint, clients: sandbox.clients() }
})
afterAll(() => sandbox.remove())

/** The root with values, in a folder of its own. */
async function rootWith(values: typeof small) {
  const folder = path.join(await copyOfTemplates(), 'roots/eks')
  const use = (changed: typeof small): Promise<void> => writeJson(folder, 'terraform.tfvars.json', changed)
  const run = async (args: string[], okCodes = [0]) => terraform.run(folder, args, { endpoint: emulator.endpoint, okCodes })
  const show = async (...file: string[]): Promise<string> => (await run(['show', '-json', ...file])).stdout
  await use(values)
  await run(['init', '-input=false'])
  return {
    folder,
    use,
    run,
    apply: () => run(['apply', '-auto-approve', '-input=false']),
    /** What a plan with other values does, by action. */
    async planned(changed: typeof small): Promise<Record<string, string[]>> {
      await use(changed)
      await run(['plan', '-input=false', '-out=changed.tfplan'])
      await use(values)
      return actionsOf(await show('changed.tfplan'))
    },
    isClean: async () => (await run(['plan', '-input=false', '-detailed-exitcode'], [0, 2])).exitCode === 0,
    resources: async () => resourcesOf(await show()),
  }
}

type Root = Awaited<ReturnType<typeof rootWith>>
const kinds = (addresses: string[] = []): string[] => [...new Set(addresses.map((address) => address.replace(/\[[^\]]*\]$/, '')))].sort()
const tagsOf = ({ values }: StateResource): Record<string, string> => values['tags_all'] as Record<string, string>

describe('a small environment', () => {
  let root: Root
  let resources: StateResource[]
  beforeAll(async () => {
    root = await rootWith(small)
    await root.apply()
    resources = await root.resources()
  })

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
    const eks = await emulator.clients.eks()
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

  test('rotates its keys', async () => {
    const kms = await emulator.clients.kms()
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
    expect(kinds(actions['create'])).toEqual(
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
    const { stdout, exitCode } = await root.run(['plan', '-json', '-input=false'], [0, 1])
    await root.use(small)
    expect(exitCode).toBe(1)
    expect(stdout).toContain('mixes instance types with Arm and x86 processors')
  })

  test('refuses an account that is not the configured one', async () => {
    await root.use({ ...small, account_id: '111122223333' })
    const { stdout, exitCode } = await root.run(['plan', '-json', '-input=false'], [0, 1])
    await root.use(small)
    expect(exitCode).toBe(1)
    expect(stdout).toContain('AWS account ID not allowed')
  })

  test('can be imported whole when its state is lost, and nothing is replaced', async () => {
    await rm(path.join(root.folder, 'terraform.tfstate'))
    await writeJson(root.folder, 'imports.tf.json', {
      import: resources.map((resource) => ({ to: resource.address, id: importIdOf(resource) })),
    })
    const actions = await root.planned(small)
    expect(actions['import']).toHaveLength(resources.length)
    // Neither is known to AWS: how an add-on's conflicts are solved, and how long a key is kept once it is deleted.
    expect(kindsOfChanges(actions)).toEqual({
      import: expect.anything() as string[],
      update: ['module.cluster.aws_eks_addon.after_nodes', 'module.cluster.aws_eks_addon.before_nodes', 'module.keys.aws_kms_key.this'],
    })
    await root.apply()
    await rm(path.join(root.folder, 'imports.tf.json'))
    expect(await root.isClean()).toBe(true)
    const nats = await (await emulator.clients.ec2()).send(new DescribeNatGatewaysCommand({}))
    expect(nats.NatGateways?.filter(({ State }) => State === 'available')).toHaveLength(1)
  })

  test('is destroyed without leaving anything but keys that wait for their end', async () => {
    await root.run(['destroy', '-auto-approve', '-input=false'])
    const { clients } = emulator
    expect((await (await clients.ec2()).send(new DescribeVpcsCommand({}))).Vpcs?.filter(({ IsDefault }) => IsDefault !== true)).toEqual([])
    expect((await (await clients.ec2()).send(new DescribeLaunchTemplatesCommand({}))).LaunchTemplates).toEqual([])
    expect((await (await clients.eks()).send(new ListClustersCommand({}))).clusters).toEqual([])
    expect((await (await clients.iam()).send(new ListRolesCommand({ PathPrefix: '/platform/acme/dev/' }))).Roles).toEqual([])
    expect((await (await clients.logs()).send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([])
    for (const { values } of resources.filter(({ type }) => type === 'aws_kms_key')) {
      const { KeyMetadata: key } = await (await clients.kms()).send(new DescribeKeyCommand({ KeyId: String(values['key_id']) }))
      expect(key?.KeyState).toBe('PendingDeletion')
    }
  })
})

describe('a large environment with long names', () => {
  let root: Root
  let resources: StateResource[]
  beforeAll(async () => {
    root = await rootWith(large)
    await root.apply()
    resources = await root.resources()
  })
  const all = (type: string) => resources.filter((resource) => resource.type === type).map(({ values }) => values)

  test('has nothing left to do after it was applied', async () => {
    expect(await root.isClean()).toBe(true)
  })

  test('has a NAT gateway in each zone, and endpoints behind one security group', () => {
    expect(new Set(all('aws_nat_gateway').map((nat) => nat['subnet_id'])).size).toBe(3)
    expect(
      all('aws_vpc_endpoint')
        .map((endpoint) => `${String(endpoint['vpc_endpoint_type'])} ${String(endpoint['service_name'])}`)
        .sort(),
    ).toEqual([
      'Gateway com.amazonaws.eu-west-1.dynamodb',
      'Gateway com.amazonaws.eu-west-1.s3',
      'Interface com.amazonaws.eu-west-1.ecr.api',
      'Interface com.amazonaws.eu-west-1.sts',
    ])
    expect(all('aws_security_group')).toHaveLength(1)
  })

  test('keeps private subnets large, and none of them overlap', () => {
    const sizes = { private: '/22', public: '/25', database: '/25' }
    const subnets = resources.filter(({ type }) => type === 'aws_subnet')
    expect(subnets).toHaveLength(9)
    expect(new Set(subnets.map(({ values }) => values['cidr_block'])).size).toBe(9)
    for (const { address, values } of subnets) {
      const tier = /subnet\.(\w+)/.exec(address)?.[1] as keyof typeof sizes
      expect(values['cidr_block']).toMatch(new RegExp(`^10\\.1\\.\\d+\\.\\d+${sizes[tier]}$`))
      expect(Object.keys(values['tags'] as object).filter((key) => key.startsWith('kubernetes.io/role/'))).toEqual(
        { private: ['kubernetes.io/role/internal-elb'], public: ['kubernetes.io/role/elb'], database: [] }[tier],
      )
    }
  })

  test('has role names that AWS accepts, all different', () => {
    const names = all('aws_iam_role').map((role) => String(role['name']))
    expect(new Set(names).size).toBe(9)
    for (const name of names) expect(name.length).toBeLessThanOrEqual(64)
  })

  test('has a private endpoint only, and images for both architectures', async () => {
    const { cluster } = await (await emulator.clients.eks()).send(new DescribeClusterCommand({ name: large.cluster.name }))
    expect(cluster?.resourcesVpcConfig).toMatchObject({ endpointPrivateAccess: true, endpointPublicAccess: false })
    expect(
      all('aws_eks_node_group')
        .map((group) => `${String(group['node_group_name'])} ${String(group['ami_type'])}`)
        .sort(),
    ).toEqual([
      expect.stringMatching(/^arm-[0-9a-f]{8} AL2023_ARM_64_STANDARD$/),
      expect.stringMatching(/^default-[0-9a-f]{8} AL2023_x86_64_STANDARD$/),
    ])
  })

  test('has nodes with encrypted root volumes, whose metadata is for the node alone', async () => {
    const eks = await emulator.clients.eks()
    const ec2 = await emulator.clients.ec2()
    const groups = all('aws_eks_node_group')
    expect(groups).toHaveLength(2)
    for (const { node_group_name: name } of groups) {
      const { nodegroup } = await eks.send(new DescribeNodegroupCommand({ clusterName: large.cluster.name, nodegroupName: String(name) }))
      const { id, version } = nodegroup?.launchTemplate ?? {}
      const { LaunchTemplateVersions: [template] = [] } = await ec2.send(
        new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version ?? ''] }),
      )
      expect(template?.LaunchTemplateData).toMatchObject({
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true, DeleteOnTermination: true, VolumeSize: 50 } }],
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      })
    }
  })

  test('hands the administrators, users and accounts of the configuration to the keys', async () => {
    const kms = await emulator.clients.kms()
    for (const purpose of ['cluster-secrets', 'data', 'images', 'logs']) {
      const { KeyMetadata: key } = await kms.send(
        new DescribeKeyCommand({ KeyId: `alias/${large.platform}/${large.environment}/${purpose}` }),
      )
      const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId: key?.KeyId, PolicyName: 'default' }))
      const statements = statementsOf(Policy)
      expect(everyActionFor(statements, large.keys.administrators[0]!)).toContain('kms:ScheduleKeyDeletion')
      expect(everyActionFor(statements, large.keys.users[0]!)).toContain('kms:Decrypt')
      const shared = everyActionFor(statements, `arn:aws:iam::${large.keys.shared_account_ids[0]!}:root`)
      expect(shared.includes('kms:Decrypt')).toBe(purpose === 'data' || purpose === 'images')
    }
  })
})

function kindsOfChanges(actions: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(actions).flatMap(([action, addresses]) => (action === 'no-op' ? [] : [[action, kinds(addresses)]])),
  )
}
