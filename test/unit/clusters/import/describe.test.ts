import { describe, expect, test } from 'vitest'
import type { FoundCluster } from '../../../../src/lib/aws/existing-cluster.js'
import { describeCluster, notesOn, obstaclesTo } from '../../../../src/lib/clusters/import/describe.js'
import { environmentText } from '../../../../src/lib/clusters/import/environment-text.js'
import { loadProject } from '../../../../src/lib/config/load.js'
import { environmentRoot } from '../../../../src/lib/roots/environment-root.js'
import { problemsOf, repository } from '../../config/repository.js'

const ADMIN = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'
const PEOPLE = 'arn:aws:iam::000000000000:role/team/people'

const found: FoundCluster = {
  cluster: {
    name: 'Legacy',
    arn: 'arn:aws:eks:eu-west-1:000000000000:cluster/Legacy',
    status: 'ACTIVE',
    version: '1.34',
    roleArn: 'arn:aws:iam::000000000000:role/control',
    accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' },
    resourcesVpcConfig: {
      vpcId: 'vpc-1',
      subnetIds: ['subnet-2', 'subnet-1'],
      endpointPublicAccess: true,
      endpointPrivateAccess: false,
      publicAccessCidrs: ['192.0.2.0/24'],
    },
    logging: {
      clusterLogging: [
        { types: ['audit', 'api'], enabled: true },
        { types: ['scheduler'], enabled: false },
      ],
    },
    tags: { owner: 'them', 'aws:cloudformation:stack-name': 'x' },
  },
  vpcCidr: '172.20.0.0/22',
  nodeGroups: [
    {
      nodegroupName: 'A_b',
      status: 'ACTIVE',
      version: '1.34',
      nodeRole: 'arn:aws:iam::000000000000:role/node',
      subnets: ['subnet-1'],
      amiType: 'AL2023_x86_64_STANDARD',
      capacityType: 'SPOT',
      diskSize: 30,
      instanceTypes: ['m6i.large'],
      scalingConfig: { minSize: 1, maxSize: 3, desiredSize: 2 },
      taints: [{ key: 'dedicated', effect: 'NO_SCHEDULE' }],
    },
  ],
  addons: [{ addon: { addonName: 'coredns', addonVersion: 'v1.12.4-eksbuild.1' }, podIdentities: {} }],
  accessEntries: [
    {
      principalArn: PEOPLE,
      userName: 'arn:aws:sts::000000000000:assumed-role/people/{{SessionName}}',
      groups: [],
      tags: {},
      policies: [{ policyArn: ADMIN, accessScope: { type: 'cluster', namespaces: [] } }],
    },
  ],
  oidcProvider: { url: 'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC', clientIds: ['sts.amazonaws.com'], thumbprints: ['ab'], tags: {} },
  fargateProfiles: ['batch'],
}
const place = { role: 'workload', account: 'sandbox', region: 'eu-west-1' } as const
const text = environmentText(place, describeCluster(found))

describe('the file of an imported cluster', () => {
  test('is valid, and everything in it is imported', async () => {
    const project = await loadProject(await repository({ 'environments/legacy.yaml': text }))
    const environment = project.environments.get('legacy')!
    expect(environment).toMatchObject({
      cluster: { name: 'Legacy', kubernetesVersion: '1.34', nodeGroups: { A_b: { capacity: 'spot', diskGiB: 30 } } },
      network: { cidr: '172.20.0.0/22' },
      edge: { enabled: false },
      protection: false,
    })
    const root = environmentRoot(project, environment)
    expect(root.template).toBe('eks-existing')
    expect(root.foreign?.imports).toEqual([
      { to: 'module.cluster.aws_eks_cluster.this', id: 'Legacy' },
      { to: 'module.cluster.aws_eks_node_group.this["A_b"]', id: 'Legacy:A_b' },
      { to: 'module.cluster.aws_eks_addon.this["coredns"]', id: 'Legacy:coredns' },
      { to: `module.cluster.aws_eks_access_entry.this["${PEOPLE}"]`, id: `Legacy:${PEOPLE}` },
      { to: `module.cluster.aws_eks_access_policy_association.this["${PEOPLE} ${ADMIN}"]`, id: `Legacy#${PEOPLE}#${ADMIN}` },
      {
        to: 'module.cluster.aws_iam_openid_connect_provider.this[0]',
        id: 'arn:aws:iam::000000000000:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC',
      },
    ])
    expect(root.values(new Map())).toMatchObject({
      vpc_id: 'vpc-1',
      cluster: { node_groups: { A_b: { follows_cluster: true, capacity: 'SPOT' } }, tags: { owner: 'them' }, log_types: ['api', 'audit'] },
    })
  })

  test('leaves out what AWS itself says', () => {
    expect(text).not.toContain('aws:cloudformation')
    expect(text).not.toContain('SessionName')
  })

  test.each([
    ['network:\n  cidr: 10.0.0.0/16\n', 'network', 'not for an environment around an existing cluster'],
    ['edge:\n  enabled: true\n', 'edge', 'not for an environment around an existing cluster'],
    ['databases: {}\n', 'databases', 'not for an environment around an existing cluster'],
  ])('%j beside it is refused', async (more, field, message) => {
    expect(await problemsOf(await repository({ 'environments/legacy.yaml': text + more }))).toMatchObject([
      { field, message: expect.stringContaining(message) as string },
    ])
  })

  test('is no host of soft environments', async () => {
    const soft = 'apiVersion: platform/v1alpha1\nkind: Environment\nrole: workload\nisolation: soft\nhost: legacy\n'
    const problems = await problemsOf(await repository({ 'environments/legacy.yaml': text, 'environments/team.yaml': soft }))
    expect(problems).toMatchObject([{ field: 'host', message: expect.stringContaining('imported') as string }])
  })
})

describe('obstacles', () => {
  test('there are none', () => {
    expect(obstaclesTo(found)).toEqual([])
    expect(notesOn(found).join(' ')).toContain('batch')
  })

  test.each([
    [
      { accessConfig: { authenticationMode: 'CONFIG_MAP' } },
      'aws eks update-cluster-config --name Legacy --access-config authenticationMode=API_AND_CONFIG_MAP',
    ],
    [{ version: '1.29' }, 'Upgrade it first'],
    [{ status: 'UPDATING' }, 'Wait until it is ACTIVE'],
    [{ computeConfig: { enabled: true } }, 'Auto Mode'],
    [{ tags: { 'platform:environment': 'dev' } }, 'platform env create dev --adopt'],
  ] as Array<[Partial<FoundCluster['cluster']>, string]>)('%j', (cluster, next) => {
    const [obstacle, ...others] = obstaclesTo({ ...found, cluster: { ...found.cluster, ...cluster } })
    expect(obstacle?.next).toContain(next)
    expect(others).toEqual([])
  })

  test('of node groups are named with the group', () => {
    const nodeGroups = [{ ...found.nodeGroups[0]!, remoteAccess: { ec2SshKey: 'key' } }]
    expect(obstaclesTo({ ...found, nodeGroups })).toMatchObject([{ what: expect.stringContaining('A_b') as string }])
  })
})
