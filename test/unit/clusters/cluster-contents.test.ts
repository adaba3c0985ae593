import { beforeEach, describe, expect, test } from 'vitest'
import { findCloudObjects, removeCloudObjects } from '../../../src/lib/clusters/teardown/cluster-contents.js'
import { fakeClock } from '../../helpers/fake-clock.js'
import { FakeKubernetes } from '../../helpers/fake-kubernetes.js'

const service = (name: string, type: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'web' },
  spec: { type },
})
const ports = () => ({ clock: fakeClock(), signal: new AbortController().signal })

let cluster: FakeKubernetes
let progress: string[]
beforeEach(() => {
  cluster = new FakeKubernetes()
  progress = []
  cluster.put('services', service('frontend', 'LoadBalancer'))
  cluster.put('services', service('backend', 'ClusterIP'))
  cluster.put('ingresses.networking.k8s.io', {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'site', namespace: 'web', finalizers: ['ingress.k8s.aws/resources'] },
  })
  cluster.put('nodepools.karpenter.sh', { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', metadata: { name: 'default' } })
})

const options = { patienceMs: 10_000, progress: (detail: string) => void progress.push(detail) }

test('what makes things in AWS is found, and nothing else', async () => {
  expect((await findCloudObjects(cluster)).map(({ title }) => title)).toEqual([
    'Ingress web/site',
    'Service web/frontend',
    'NodePool default',
  ])
})

describe('removing it', () => {
  test('goes kind by kind, load balancers before machines, and leaves the rest', async () => {
    expect(await removeCloudObjects(ports(), cluster, options)).toEqual([])
    expect(cluster.calls.filter((call) => call.startsWith('delete'))).toEqual([
      'delete ingresses.networking.k8s.io/web/site',
      'delete services/web/frontend',
      'delete nodepools.karpenter.sh//default',
    ])
    expect(cluster.objects('services').map(({ metadata }) => metadata.name)).toEqual(['backend'])
    expect(progress).toContain('Service web/frontend')
  })

  test('does not wait for ever for a controller that is gone, and says who holds what is left', async () => {
    const ingress = cluster.objects('ingresses.networking.k8s.io')[0]!
    cluster.beforeAnswer = (call) => {
      if (call === 'list ingresses.networking.k8s.io') cluster.put('ingresses.networking.k8s.io', ingress)
    }
    const left = await removeCloudObjects(ports(), cluster, options)
    expect(left).toMatchObject([{ title: 'Ingress web/site', finalizers: ['ingress.k8s.aws/resources'] }])
    expect(cluster.calls).toContain('delete nodepools.karpenter.sh//default')
  })

  test('ends at once when it is interrupted', async () => {
    const ingress = cluster.objects('ingresses.networking.k8s.io')[0]!
    cluster.beforeAnswer = () => cluster.put('ingresses.networking.k8s.io', ingress)
    const controller = new AbortController()
    controller.abort(new Error('stop'))
    await expect(removeCloudObjects({ clock: fakeClock(), signal: controller.signal }, cluster, options)).rejects.toThrow('stop')
  })
})
