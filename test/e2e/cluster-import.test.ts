import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  CreateAddonCommand,
  CreateClusterCommand,
  CreateNodegroupCommand,
  DescribeClusterCommand,
  ListTagsForResourceCommand,
  waitUntilClusterActive,
  type EKSClient,
} from '@aws-sdk/client-eks'
import { CreateSubnetCommand, CreateVpcCommand } from '@aws-sdk/client-ec2'
import { CreateRoleCommand } from '@aws-sdk/client-iam'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AwsClients } from '../../src/lib/aws/clients.js'
import { clientsOf } from '../helpers/aws.js'
import { Repository } from '../helpers/repository.js'

const NAME = 'Legacy_prod'
const ADMIN = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'

let repository: Repository
let clients: AwsClients
let eks: EKSClient
let subnets: string[]

/** A cluster as somebody made it without platform: its own VPC, roles and names. */
async function makeCluster(): Promise<void> {
  const [ec2, iam] = [await clients.ec2(), await clients.iam()]
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '172.20.0.0/22' }))
  subnets = []
  for (const [index, zone] of ['eu-west-1a', 'eu-west-1b'].entries()) {
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: `172.20.${index}.0/24`, AvailabilityZone: zone }),
    )
    subnets.push(Subnet?.SubnetId ?? '')
  }
  const trust = (Service: string) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }] })
  const role = async (RoleName: string, service: string) =>
    (await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust(service) }))).Role?.Arn ?? ''
  const [control, node, people] = [
    await role('legacy-control', 'eks.amazonaws.com'),
    await role('legacy-node', 'ec2.amazonaws.com'),
    await role('legacy-people', 'ec2.amazonaws.com'),
  ]
  await eks.send(
    new CreateClusterCommand({
      name: NAME,
      version: '1.34',
      roleArn: control,
      resourcesVpcConfig: {
        subnetIds: subnets,
        endpointPublicAccess: true,
        endpointPrivateAccess: true,
        publicAccessCidrs: ['192.0.2.0/24'],
      },
      accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP', bootstrapClusterCreatorAdminPermissions: true },
      logging: { clusterLogging: [{ types: ['api', 'audit'], enabled: true }] },
      tags: { owner: 'the old team' },
    }),
  )
  await waitUntilClusterActive({ client: eks, maxWaitTime: 120, minDelay: 0.2, maxDelay: 1 }, { name: NAME })
  await eks.send(
    new CreateNodegroupCommand({
      clusterName: NAME,
      nodegroupName: 'Workers-1',
      subnets,
      nodeRole: node,
      instanceTypes: ['m6i.large'],
      scalingConfig: { minSize: 1, maxSize: 4, desiredSize: 2 },
      labels: { tier: 'general' },
      taints: [{ key: 'dedicated', value: 'batch', effect: 'NO_SCHEDULE' }],
      updateConfig: { maxUnavailable: 1 },
      tags: { cost: 'old' },
    }),
  )
  await eks.send(new CreateAddonCommand({ clusterName: NAME, addonName: 'kube-proxy' }))
  await eks.send(new CreateAccessEntryCommand({ clusterName: NAME, principalArn: people, kubernetesGroups: ['viewers'] }))
  await eks.send(
    new AssociateAccessPolicyCommand({
      clusterName: NAME,
      principalArn: people,
      policyArn: ADMIN,
      accessScope: { type: 'namespace', namespaces: ['web'] },
    }),
  )
}

beforeAll(async () => {
  repository = await Repository.init()
  await repository.run('sandbox', 'env', '--json')
  clients = await clientsOf(repository)
  eks = await clients.eks()
  await makeCluster()
}, 600_000)
afterAll(() => repository.remove())

const describeCluster = async () => (await eks.send(new DescribeClusterCommand({ name: NAME }))).cluster

test('a cluster that is not there is told with the nearest name', async () => {
  const { exitCode, json } = await repository.run('cluster', 'import', 'legacy', '--cluster', 'Legacy_prud', '--yes', '--json')
  expect(exitCode).toBe(1)
  expect(json()).toMatchObject({ error: { code: 'ClusterNotFound', details: { found: [NAME], nearest: NAME } } })
  expect(existsSync(path.join(repository.directory, 'environments/legacy.yaml'))).toBe(false)
})

test('a dry run shows the file and the plan, and changes nothing', async () => {
  const { exitCode, json, stderr } = await repository.run('cluster', 'import', 'legacy', '--cluster', NAME, '--dry-run', '--json')
  expect(exitCode, stderr).toBe(0)
  expect(json()).toMatchObject({ file: 'environments/legacy.yaml', changes: { add: 0, change: 0, destroy: 0, replace: 0, import: 5 } })
  expect(existsSync(path.join(repository.directory, 'environments/legacy.yaml'))).toBe(false)
})

test('it is imported without being changed, and the next plan is clean', async () => {
  const before = await describeCluster()
  const { exitCode, json, stderr } = await repository.run('cluster', 'import', 'legacy', '--cluster', NAME, '--yes', '--json')
  expect(exitCode, stderr).toBe(0)
  expect(json()).toMatchObject({ environment: 'legacy', changes: { add: 0, change: 0, destroy: 0 } })
  expect(await describeCluster()).toEqual(before)

  const text = await readFile(path.join(repository.directory, 'environments/legacy.yaml'), 'utf8')
  expect(text).toContain('the old team')
  const plan = await repository.run('env', 'plan', 'legacy', '--json')
  expect(plan.exitCode, plan.stderr).toBe(0)
  expect(plan.json()).toMatchObject({ changes: { add: 0, change: 0, destroy: 0, replace: 0, import: 0 }, resources: [] })

  const again = await repository.run('cluster', 'import', 'legacy', '--cluster', NAME, '--yes', '--json')
  expect(again.exitCode, again.stderr).toBe(0)
  expect(again.json()).toMatchObject({ status: 'unchanged' })
})

test('the other commands know it', async () => {
  const status = await repository.run('cluster', 'status', 'legacy', '--json')
  expect(status.exitCode, status.stderr).toBe(0)
  expect(status.json()).toMatchObject({ nodeGroups: [{ name: 'Workers-1' }] })
  const shown = await repository.run('env', 'show', 'legacy', '--json')
  expect(shown.exitCode, shown.stderr).toBe(0)
})

test('destroying the environment forgets the cluster, and the same command finds nothing to do', async () => {
  const before = await describeCluster()
  const preview = await repository.run('env', 'destroy', 'legacy', '--dry-run', '--json')
  expect(preview.json()).toMatchObject({ changes: { destroy: 0 } })
  const { exitCode, json, stderr } = await repository.run('env', 'destroy', 'legacy', '--confirm', 'legacy', '--json')
  expect(exitCode, stderr).toBe(0)
  expect(json()).toMatchObject({ environment: 'legacy', destroyed: true, orphans: [] })
  expect(await describeCluster()).toEqual(before)
  const { tags } = await eks.send(new ListTagsForResourceCommand({ resourceArn: before?.arn }))
  expect(tags).toEqual({ owner: 'the old team' })

  const again = await repository.run('env', 'destroy', 'legacy', '--confirm', 'legacy', '--json')
  expect(again.exitCode, again.stderr).toBe(0)
  expect(await describeCluster()).toEqual(before)
})

test('with --delete-cluster it is destroyed', async () => {
  const imported = await repository.run('cluster', 'import', 'legacy', '--cluster', NAME, '--yes', '--json')
  expect(imported.exitCode, imported.stderr).toBe(0)
  const { exitCode, stderr } = await repository.run('env', 'destroy', 'legacy', '--confirm', 'legacy', '--delete-cluster', '--json')
  expect(exitCode, stderr).toBe(0)
  await expect(describeCluster()).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  await rm(path.join(repository.directory, 'environments/legacy.yaml'))
})
