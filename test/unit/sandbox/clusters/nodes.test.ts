import { describe, expect, test } from 'vitest'
import { nodesOf, type FakeNode, type NodeGroup } from '../../../../src/lib/sandbox/clusters/node-shape.js'
import { reconcileNodes } from '../../../../src/lib/sandbox/clusters/reconcile-nodes.js'

const site = { cluster: 'dev', region: 'eu-west-1', programs: '1.35.4' }
const group: NodeGroup = {
  name: 'general',
  desired: 3,
  instanceType: 'm7i.xlarge',
  capacityType: 'ON_DEMAND',
  amiType: 'AL2023_x86_64_STANDARD',
  version: '1.35',
  release: '1.35/1.35.4-20260101/1',
  labels: { team: 'core' },
  taints: [{ key: 'dedicated', value: 'core', effect: 'NO_SCHEDULE' }],
  subnets: [
    { cidr: '10.0.1.0/24', zone: 'eu-west-1a' },
    { cidr: '10.0.2.0/24', zone: 'eu-west-1b' },
  ],
}

describe('the nodes of a node group', () => {
  const nodes = nodesOf(site, [group])

  test('are as many as are desired, each with a name of its own', () => {
    expect(new Set(nodes.map(({ metadata }) => metadata.name)).size).toBe(3)
    expect(nodesOf(site, [{ ...group, desired: 0 }])).toEqual([])
    expect(nodesOf(site, [])).toEqual([])
  })

  test('are named by an address in the subnet of their zone', () => {
    for (const { metadata } of nodes) expect(metadata.name).toMatch(/^ip-10-0-[12]-\d+\.eu-west-1\.compute\.internal$/)
    expect(nodes.map(({ metadata }) => metadata.labels['topology.kubernetes.io/zone'])).toEqual(['eu-west-1a', 'eu-west-1b', 'eu-west-1a'])
    expect(nodes[0]?.metadata.name).toContain('ip-10-0-1-')
    expect(nodes[1]?.metadata.name).toContain('ip-10-0-2-')
  })

  test('in us-east-1 have its older names', () => {
    expect(nodesOf({ ...site, region: 'us-east-1' }, [group])[0]?.metadata.name).toMatch(/^ip-10-0-1-\d+\.ec2\.internal$/)
  })

  test('are the same each time, and others for another release', () => {
    expect(nodesOf(site, [group])).toEqual(nodes)
    const names = new Set(nodes.map(({ metadata }) => metadata.name))
    const later = nodesOf(site, [{ ...group, release: '1.36' }])
    expect(later.filter(({ metadata }) => names.has(metadata.name))).toEqual([])
  })

  test('keep their names when the group grows', () => {
    expect(nodesOf(site, [{ ...group, desired: 5 }]).slice(0, 3)).toEqual(nodes)
  })

  test('say what EKS says', () => {
    expect(nodes[0]?.metadata.labels).toMatchObject({
      team: 'core',
      'eks.amazonaws.com/nodegroup': 'general',
      'eks.amazonaws.com/capacityType': 'ON_DEMAND',
      'node.kubernetes.io/instance-type': 'm7i.xlarge',
      'topology.kubernetes.io/region': 'eu-west-1',
      'kubernetes.io/arch': 'amd64',
    })
    expect(nodes[0]?.spec.taints).toEqual([{ key: 'dedicated', value: 'core', effect: 'NoSchedule' }])
    expect(nodes[0]?.spec.providerID).toMatch(/^aws:\/\/\/eu-west-1a\/i-[0-9a-f]{17}$/)
    expect(nodes[0]?.status).toMatchObject({ capacity: { cpu: '4', memory: '16Gi', pods: '58' }, nodeInfo: { kubeletVersion: 'v1.35.4' } })
  })

  test.each([
    ['c7g.large', '2', '4Gi', '29'],
    ['r7i.2xlarge', '8', '64Gi', '58'],
    ['t3.medium', '2', '4Gi', '17'],
    ['m7i.4xlarge', '16', '64Gi', '234'],
  ])('%s has %s processors and %s', (instanceType, cpu, memory, pods) => {
    expect(nodesOf(site, [{ ...group, instanceType }])[0]?.status).toMatchObject({ capacity: { cpu, memory, pods } })
  })

  test('fill a small subnet without sharing an address, and leave out those of AWS', () => {
    const small = { ...group, desired: 11, subnets: [{ cidr: '10.9.0.0/28', zone: 'eu-west-1a' }] }
    const hosts = nodesOf(site, [small, { ...small, name: 'none', desired: 0 }]).map(({ metadata }) =>
      Number(/^ip-10-9-0-(\d+)\./.exec(metadata.name)?.[1]),
    )
    expect(hosts.sort((a, b) => a - b)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
  })

  test('run the version of their group', () => {
    const older = nodesOf(site, [{ ...group, version: '1.34' }])
    expect(older[0]?.status).toMatchObject({ nodeInfo: { kubeletVersion: 'v1.34.0', kubeProxyVersion: 'v1.34.0' } })
  })

  test('need no subnet that the emulator knows', () => {
    expect(nodesOf(site, [{ ...group, subnets: [] }])).toHaveLength(3)
  })
})

class FakeApi {
  readonly calls: Array<[string, string, unknown?]> = []
  constructor(
    readonly nodes: unknown[],
    readonly pods: unknown[] = [],
  ) {}
  list = async <T>(path: string): Promise<T[]> => (path.startsWith('/api/v1/nodes') ? this.nodes : this.pods) as T[]
  create = async (path: string, object: unknown) => void this.calls.push(['create', path, object])
  merge = async (path: string, change: unknown) => void this.calls.push(['merge', path, change])
  remove = async (path: string) => void this.calls.push(['remove', path])
}

function live({ metadata, spec }: FakeNode, extra: { taints?: unknown[]; labels?: Record<string, string> } = {}) {
  return {
    metadata: { ...metadata, labels: { ...metadata.labels, ...extra.labels } },
    spec: { ...spec, taints: [...(spec.taints ?? []), ...(extra.taints ?? [])] },
  }
}

describe('making them so', () => {
  const wanted = nodesOf(site, [{ ...group, desired: 2 }])
  const [first, second] = wanted as [FakeNode, FakeNode]

  test('missing ones are made', async () => {
    const api = new FakeApi([live(first)])
    await reconcileNodes(api, wanted)
    expect(api.calls).toEqual([['create', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', ...second }]])
  })

  test('nothing happens to those that are right, whatever Kubernetes and others put on them', async () => {
    const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }
    const api = new FakeApi([live(first, { taints: [taint] }), live(second, { labels: { mine: 'yes' } })])
    await reconcileNodes(api, wanted)
    expect(api.calls).toEqual([])
  })

  test('labels and taints follow the group', async () => {
    const changed = nodesOf(site, [{ ...group, desired: 1, labels: { tier: 'web' }, taints: [] }])
    const api = new FakeApi([live(first, { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' }] })])
    await reconcileNodes(api, changed)
    expect(api.calls).toEqual([
      [
        'merge',
        `/api/v1/nodes/${first.metadata.name}`,
        {
          metadata: { labels: { team: null, tier: 'web' }, annotations: changed[0]?.metadata.annotations },
          spec: { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' }] },
        },
      ],
    ])
  })

  test('those too many go after their pods', async () => {
    const api = new FakeApi([live(first), live(second)], [{ metadata: { name: 'web-1', namespace: 'shop' } }])
    await reconcileNodes(api, [first])
    const name = second.metadata.name
    expect(api.calls).toEqual([
      ['merge', `/api/v1/nodes/${name}`, { spec: { unschedulable: true } }],
      ['remove', '/api/v1/namespaces/shop/pods/web-1'],
      ['remove', `/api/v1/nodes/${name}`],
    ])
  })
})
