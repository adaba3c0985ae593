import { describe, expect, test } from 'vitest'
import { playAddresses } from '../../../../src/lib/sandbox/players/addresses.js'
import { operatorKinds } from '../../../../src/lib/sandbox/players/operator-kinds.js'
import { holds, playOperators } from '../../../../src/lib/sandbox/players/operators.js'
import type { Stage } from '../../../../src/lib/sandbox/players/player.js'
import { playVolumes } from '../../../../src/lib/sandbox/players/volumes.js'

const now = new Date('2030-01-01T00:00:00.123Z')

/** An API server with these lists and objects. Remembers what is written. */
function stageWith(lists: Record<string, object[]>, objects: Record<string, object> = {}) {
  const written: Array<{ verb: string; path: string; body?: unknown }> = []
  const stage: Stage = {
    region: 'eu-west-1',
    now: () => now,
    api: {
      list: async <T>(path: string): Promise<T[]> => (lists[path] ?? []) as T[],
      get: async (path) => objects[path] as Record<string, unknown> | undefined,
      create: async (path, body) => void written.push({ verb: 'create', path, body }),
      merge: async (path, body) => void written.push({ verb: 'merge', path, body }),
      remove: async (path) => void written.push({ verb: 'remove', path }),
    },
  }
  return { stage, written }
}

describe('operators', () => {
  const served = (group: string, resources: string[]): Record<string, object> => ({
    '/apis': { groups: [{ name: group, preferredVersion: { groupVersion: `${group}/v1` } }] },
    [`/apis/${group}/v1`]: { resources: resources.map((name) => ({ name })) },
  })

  test('write the status of an object that has none', async () => {
    const { stage, written } = stageWith(
      { '/apis/cert-manager.io/v1/certificates': [{ metadata: { name: 'web', namespace: 'shop' } }] },
      served('cert-manager.io', ['certificates', 'certificates/status']),
    )
    await playOperators(stage)
    expect(written).toMatchObject([
      {
        verb: 'merge',
        path: '/apis/cert-manager.io/v1/namespaces/shop/certificates/web/status',
        body: { status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2030-01-01T00:00:00Z' }] } },
      },
    ])
  })

  test('leave alone what is as it should be, and what is being deleted', async () => {
    const kind = operatorKinds.find(({ resource }) => resource === 'certificates')
    const status = JSON.parse(
      JSON.stringify(kind?.status({ metadata: { name: 'web' } })).replaceAll('@now', '2029-01-01T00:00:00Z'),
    ) as object
    const { stage, written } = stageWith(
      {
        '/apis/cert-manager.io/v1/certificates': [
          { metadata: { name: 'web', namespace: 'shop' }, status: { ...status, notAfter: 'later' } },
          { metadata: { name: 'old', namespace: 'shop', deletionTimestamp: 'now' } },
        ],
      },
      served('cert-manager.io', ['certificates', 'certificates/status']),
    )
    await playOperators(stage)
    expect(written).toEqual([])
  })

  test('ask for nothing that is not served, and write the object itself where its status is no part of its own', async () => {
    const { stage, written } = stageWith(
      {
        '/apis/velero.io/v1/backupstoragelocations': [{ metadata: { name: 'default', namespace: 'velero' } }],
        '/apis/cert-manager.io/v1/issuers': [{ metadata: { name: 'unserved', namespace: 'a' } }],
      },
      served('velero.io', ['backupstoragelocations']),
    )
    await playOperators(stage)
    expect(written.map(({ path }) => path)).toEqual(['/apis/velero.io/v1/namespaces/velero/backupstoragelocations/default'])
  })

  test('count the nodes of Elasticsearch', () => {
    const kind = operatorKinds.find(({ resource }) => resource === 'elasticsearches')
    const spec = { version: '9.4.3', nodeSets: [{ count: 3 }, { count: 2 }] }
    expect(kind?.status({ metadata: { name: 'logs', generation: 4 }, spec })).toEqual({
      health: 'green',
      phase: 'Ready',
      availableNodes: 5,
      version: '9.4.3',
      observedGeneration: 4,
    })
  })

  test.each([
    [{ a: 1, more: 2 }, { a: 1 }, true],
    [{ a: 1 }, { a: 2 }, false],
    [undefined, { a: 1 }, false],
    [{ list: [{ a: 1 }] }, { list: [{ a: 1 }, { a: 2 }] }, false],
    [{ at: '2029' }, { at: '@now' }, true],
    [{}, { at: '@now' }, false],
  ])('%j holds %j: %s', (live, wanted, expected) => {
    expect(holds(live, wanted)).toBe(expected)
  })
})

describe('volumes', () => {
  const claim = {
    metadata: {
      name: 'data',
      namespace: 'shop',
      uid: '1-2',
      annotations: { 'volume.kubernetes.io/storage-provisioner': 'ebs.csi.aws.com' } as Record<string, string>,
    },
    spec: { storageClassName: 'gp3', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
    status: { phase: 'Pending' },
  }
  const classes = { '/apis/storage.k8s.io/v1/storageclasses': [{ metadata: { name: 'gp3' }, reclaimPolicy: 'Retain' }] }

  test('are made for a claim that waits for a driver', async () => {
    const { stage, written } = stageWith({ ...classes, '/api/v1/persistentvolumeclaims': [claim] })
    await playVolumes(stage)
    expect(written).toMatchObject([
      {
        verb: 'create',
        path: '/api/v1/persistentvolumes',
        body: {
          metadata: { name: 'pvc-1-2' },
          spec: {
            capacity: { storage: '10Gi' },
            persistentVolumeReclaimPolicy: 'Retain',
            claimRef: { name: 'data', namespace: 'shop', uid: '1-2' },
            csi: { driver: 'ebs.csi.aws.com', volumeHandle: expect.stringMatching(/^vol-[0-9a-f]{17}$/) as string },
          },
        },
      },
    ])
  })

  test.each([
    ['is bound', { ...claim, status: { phase: 'Bound' } }],
    ['waits for no driver', { ...claim, metadata: { ...claim.metadata, annotations: {} } }],
    ['names a volume', { ...claim, spec: { ...claim.spec, volumeName: 'mine' } }],
    ['is being deleted', { ...claim, metadata: { ...claim.metadata, deletionTimestamp: 'now' } }],
  ])('are not made for a claim that %s', async (_, each) => {
    const { stage, written } = stageWith({ ...classes, '/api/v1/persistentvolumeclaims': [each] })
    await playVolumes(stage)
    expect(written).toEqual([])
  })

  test('are deleted when they are released, but for those of others and those to be kept', async () => {
    const volume = (name: string, annotations: object, spec: object, phase: string): object => ({
      metadata: { name, annotations },
      spec,
      status: { phase },
    })
    const own = { 'sandbox.platform/played-volume': 'eu-west-1' }
    const { stage, written } = stageWith({
      '/api/v1/persistentvolumes': [
        volume('over', own, { persistentVolumeReclaimPolicy: 'Delete' }, 'Released'),
        volume('kept', own, { persistentVolumeReclaimPolicy: 'Retain' }, 'Released'),
        volume('used', own, { persistentVolumeReclaimPolicy: 'Delete' }, 'Bound'),
        volume('theirs', {}, { persistentVolumeReclaimPolicy: 'Delete' }, 'Released'),
      ],
    })
    await playVolumes(stage)
    expect(written).toEqual([{ verb: 'remove', path: '/api/v1/persistentvolumes/over' }])
  })
})

describe('addresses', () => {
  test('are given to load balancers and Ingresses that have none', async () => {
    const { stage, written } = stageWith({
      '/api/v1/services': [
        { metadata: { name: 'web', namespace: 'shop', uid: 'a' }, spec: { type: 'LoadBalancer' } },
        { metadata: { name: 'inner', namespace: 'shop', uid: 'b' }, spec: { type: 'ClusterIP' } },
      ],
      '/apis/networking.k8s.io/v1/ingresses': [
        { metadata: { name: 'web', namespace: 'shop', uid: 'c' } },
        { metadata: { name: 'done', namespace: 'shop', uid: 'd' }, status: { loadBalancer: { ingress: [{ hostname: 'x' }] } } },
      ],
    })
    await playAddresses(stage)
    expect(written.map(({ path }) => path)).toEqual([
      '/api/v1/namespaces/shop/services/web/status',
      '/apis/networking.k8s.io/v1/namespaces/shop/ingresses/web/status',
    ])
    expect(written[0]?.body).toMatchObject({
      status: {
        loadBalancer: { ingress: [{ hostname: expect.stringMatching(/^k8s-shop-web-\w+\.nlb\.eu-west-1\.sandbox\.invalid$/) as string }] },
      },
    })
  })
})
