import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeLaunchTemplateVersionsCommand, DescribeLaunchTemplatesCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2'
import { DescribeClusterCommand, DescribeNodegroupCommand, ListClustersCommand } from '@aws-sdk/client-eks'
import { ListRolesCommand } from '@aws-sdk/client-iam'
import { DescribeKeyCommand, GetKeyPolicyCommand } from '@aws-sdk/client-kms'
import { rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ExistingResources } from '../../src/lib/aws/existing/existing-resources.js'
import { importsFile, planImports, type ImportBlock } from '../../src/lib/aws/existing/plan-imports.js'
import { findLeftovers } from '../../src/lib/aws/leftovers/leftovers.js'
import { systemClock } from '../../src/lib/core/clock.js'
import { plannedCreates, summarisePlan, type PlanJson } from '../../src/lib/terraform/plan.js'
import { doubledResources, natGateways } from '../helpers/aws.js'
import { eksRoot, kindsOfChanges, type EksRoot } from '../e2e/modules/eks-bench.js'
import { everyActionFor, statementsOf } from '../e2e/modules/key-policy.js'
import { actionsOf, type StateResource } from '../e2e/modules/terraform-json.js'
import { large } from '../e2e/modules/values.js'
import { writeJson } from '../e2e/modules/workbench.js'

const ports = { clock: systemClock, signal: new AbortController().signal }
const scope = { platform: large.platform, environment: large.environment }
const MAX_ROUNDS = 5

/** One large environment with long names goes through all of it, in this order: what one test leaves is what the next one finds. */
let root: EksRoot
let resources: StateResource[]
beforeAll(async () => {
  root = await eksRoot(large)
})
afterAll(() => root.remove())

async function plan(): Promise<{ plan: PlanJson; json: string }> {
  await root.run(['plan', '-input=false', '-out=plan.bin'])
  const json = await root.show('plan.bin')
  return { plan: JSON.parse(json) as PlanJson, json }
}

const session = () => new ExistingResources(ports, root.clients, scope)

/** Plans until nothing more is found. */
async function recover(): Promise<{ plan: PlanJson; json: string; imports: ImportBlock[]; rounds: number }> {
  let imports: ImportBlock[] = []
  for (let rounds = 1; rounds <= MAX_ROUNDS; rounds += 1) {
    const current = await plan()
    const round = await planImports(plannedCreates(current.plan), session(), imports)
    expect(round.unknown).toEqual([])
    expect(round.failed).toEqual([])
    if (round.found === 0) return { ...current, imports, rounds }
    imports = round.imports
    await writeJson(root.folder, 'imports.tf.json', importsFile(imports))
  }
  throw new Error(`Something new was still found after ${MAX_ROUNDS} rounds.`)
}

async function applyImports(): Promise<void> {
  await root.run(['apply', '-input=false', 'plan.bin'])
  await rm(path.join(root.folder, 'imports.tf.json'))
}

async function loseState(): Promise<void> {
  await rename(path.join(root.folder, 'terraform.tfstate'), path.join(root.folder, 'lost.tfstate'))
  await rm(path.join(root.folder, 'terraform.tfstate.backup'), { force: true })
}

test('finds nothing in an account that has nothing', async () => {
  const creates = plannedCreates((await plan()).plan)
  expect(creates.length).toBeGreaterThan(50)
  await expect(planImports(creates, session())).resolves.toMatchObject({ found: 0, failed: [], unknown: [] })
})

describe('a large environment with long names', () => {
  beforeAll(async () => {
    await root.run(['apply', '-input=false', 'plan.bin'])
    resources = await root.resources()
  })
  const all = (type: string) => resources.filter((resource) => resource.type === type).map(({ values }) => values)

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
    expect(new Set(names).size).toBe(10)
    for (const name of names) expect(name.length).toBeLessThanOrEqual(64)
  })

  test('has a private endpoint only, and images for both architectures', async () => {
    const { cluster } = await (await root.clients.eks()).send(new DescribeClusterCommand({ name: large.cluster.name }))
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
    const eks = await root.clients.eks()
    const ec2 = await root.clients.ec2()
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
    const kms = await root.clients.kms()
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

test('imports everything after the whole state was lost, and makes nothing twice', async () => {
  await loseState()
  const { plan: last, json, imports, rounds } = await recover()
  expect(plannedCreates(last).map(({ address }) => address)).toEqual([])
  expect(summarisePlan(last).changes).toMatchObject({ add: 0, replace: 0, destroy: 0 })
  expect(imports.map(({ to }) => to).sort()).toEqual(resources.map(({ address }) => address).sort())
  expect(rounds).toBeLessThanOrEqual(MAX_ROUNDS)
  // Neither is known to AWS: how an add-on's conflicts are solved, and how long a key is kept once it is deleted.
  expect(kindsOfChanges(actionsOf(json))).toEqual({
    import: expect.anything() as string[],
    update: ['module.cluster.aws_eks_addon.after_nodes', 'module.cluster.aws_eks_addon.before_nodes', 'module.keys.aws_kms_key.this'],
  })
  await applyImports()
  expect(await natGateways(root.clients)).toBe(large.network.zone_count)
  expect(await doubledResources(root.clients)).toEqual([])
  expect(await root.isClean()).toBe(true)
})

test('imports only what the state does not know', async () => {
  const lost = ['module.cluster.aws_eks_cluster.this', 'module.network.aws_nat_gateway.this[0]']
  await root.run(['state', 'rm', ...lost])
  const { imports } = await recover()
  expect(imports.map(({ to }) => to).sort()).toEqual(lost)
  await applyImports()
  expect(await natGateways(root.clients)).toBe(large.network.zone_count)
})

test('sees the living environment as left over, and only deleted keys after it was destroyed', async () => {
  const identity = { ...scope, clusterName: large.cluster.name }
  const living = await findLeftovers(root.clients, identity)
  const types = new Set(living.orphans.map(({ type }) => type))
  for (const type of [
    'ec2:vpc',
    'ec2:subnet',
    'ec2:natgateway',
    'ec2:elastic-ip',
    'eks:cluster',
    'iam:role',
    'kms:key',
    'kms:alias',
    'logs:log-group',
  ]) {
    expect(types, type).toContain(type)
  }

  await root.run(['destroy', '-input=false', '-auto-approve'])
  const { orphans, retained } = await findLeftovers(root.clients, identity, ports)
  expect(orphans).toEqual([])
  expect(retained.map(({ arn }) => /:key\//.test(arn))).toEqual([true, true, true, true])
  for (const { until } of retained) expect(new Date(until ?? '').getTime()).toBeGreaterThan(Date.now() + 6 * 86_400_000)
})

test('and AWS itself knows nothing more but keys that wait for their end', async () => {
  const { clients } = root
  expect((await (await clients.ec2()).send(new DescribeVpcsCommand({}))).Vpcs?.filter(({ IsDefault }) => IsDefault !== true)).toEqual([])
  expect((await (await clients.ec2()).send(new DescribeLaunchTemplatesCommand({}))).LaunchTemplates).toEqual([])
  expect((await (await clients.eks()).send(new ListClustersCommand({}))).clusters).toEqual([])
  const PathPrefix = `/platform/${large.platform}/${large.environment}/`
  expect((await (await clients.iam()).send(new ListRolesCommand({ PathPrefix }))).Roles).toEqual([])
  expect((await (await clients.logs()).send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([])
  for (const { values } of resources.filter(({ type }) => type === 'aws_kms_key')) {
    const { KeyMetadata: key } = await (await clients.kms()).send(new DescribeKeyCommand({ KeyId: String(values['key_id']) }))
    expect(key?.KeyState).toBe('PendingDeletion')
  }
})
