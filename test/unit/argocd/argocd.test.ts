import { describe, expect, test } from 'vitest'
import { isSettled, toApplication, waitsForSync } from '../../../src/lib/argocd/application.js'
import { listApplications, refreshApplication, syncApplication } from '../../../src/lib/argocd/argocd.js'
import { waitForApplications } from '../../../src/lib/argocd/wait.js'
import type { KubernetesObject } from '../../../src/lib/core/kubernetes.js'
import { fakeClock } from '../../helpers/fake-clock.js'
import { applicationObject, FakeKubernetes } from '../../helpers/fake-kubernetes.js'

const APPLICATIONS = 'applications.argoproj.io'

function cluster(...objects: KubernetesObject[]): FakeKubernetes {
  const kubernetes = new FakeKubernetes()
  for (const object of objects) kubernetes.put(APPLICATIONS, object)
  return kubernetes
}

const ports = () => ({ clock: fakeClock(), signal: new AbortController().signal })

describe('an application', () => {
  test('is read with neutral values for what is missing', () => {
    expect(toApplication({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'x' } })).toMatchObject({
      name: 'x',
      namespace: 'argocd',
      sync: 'Unknown',
      health: 'Unknown',
      automated: false,
      operation: null,
      resources: [],
    })
  })

  test('that is well is not settled while something runs or was asked for', () => {
    expect(isSettled(toApplication(applicationObject('x')))).toBe(true)
    expect(isSettled(toApplication(applicationObject('x', { operation: { phase: 'Running' } })))).toBe(false)
    expect(isSettled(toApplication({ ...applicationObject('x'), operation: { sync: {} } }))).toBe(false)
  })

  test('waits for a sync only where nobody syncs it by itself', () => {
    expect(waitsForSync(toApplication(applicationObject('x', { sync: 'OutOfSync', automated: false })))).toBe(true)
    expect(waitsForSync(toApplication(applicationObject('x', { sync: 'OutOfSync' })))).toBe(false)
    const off = applicationObject('x', { sync: 'OutOfSync' })
    off['spec'] = { syncPolicy: { automated: { enabled: false } } }
    expect(waitsForSync(toApplication(off))).toBe(true)
  })

  test('are listed by name', async () => {
    const found = await listApplications(cluster(applicationObject('b'), applicationObject('a')))
    expect(found.map(({ name }) => name)).toEqual(['a', 'b'])
  })
})

describe('refresh and sync', () => {
  test('a refresh is an annotation', async () => {
    const kubernetes = cluster(applicationObject('x'))
    await refreshApplication(kubernetes, 'x', { hard: true })
    expect(kubernetes.objects(APPLICATIONS)[0]?.metadata.annotations).toEqual({ 'argocd.argoproj.io/refresh': 'hard' })
  })

  test('a sync is an operation with the options of the application', async () => {
    const kubernetes = cluster(applicationObject('x'))
    await syncApplication(ports(), kubernetes, 'x', { prune: true, username: 'ann' })
    expect(kubernetes.objects(APPLICATIONS)[0]?.['operation']).toEqual({
      initiatedBy: { username: 'ann' },
      retry: { limit: 3 },
      sync: { syncStrategy: { hook: {} }, prune: true, syncOptions: ['CreateNamespace=true'] },
    })
  })

  test('a sync waits for the one that runs', async () => {
    const kubernetes = cluster(applicationObject('x', { operation: { phase: 'Running' } }))
    let looks = 0
    kubernetes.beforeAnswer = (call) => {
      if (call.startsWith('get') && ++looks === 3)
        kubernetes.put(APPLICATIONS, applicationObject('x', { operation: { phase: 'Succeeded' } }))
    }
    await syncApplication(ports(), kubernetes, 'x')
    expect(looks).toBe(3)
  })

  test('a sync of nothing is an error', async () => {
    await expect(syncApplication(ports(), cluster(), 'x')).rejects.toMatchObject({ code: 'ArgoCdNotReady' })
  })
})

describe('waiting', () => {
  test('ends when all are synced and healthy, and tells how far it is', async () => {
    const kubernetes = cluster(applicationObject('x', { sync: 'OutOfSync', health: 'Missing' }))
    const told: string[] = []
    let looks = 0
    kubernetes.beforeAnswer = (call) => {
      if (call.startsWith('list') && ++looks === 2) kubernetes.put(APPLICATIONS, applicationObject('x'))
    }
    const progress = (detail: string): number => told.push(detail)
    const done = await waitForApplications(ports(), kubernetes, { timeoutMs: 60_000, progress })
    expect(done.map(({ name, health }) => [name, health])).toEqual([['x', 'Healthy']])
    expect(told).toEqual(['x OutOfSync, Missing'])
  })

  test('waits for the commit that is asked for', async () => {
    const kubernetes = cluster(applicationObject('x', { revision: 'old' }))
    let looks = 0
    kubernetes.beforeAnswer = (call) => {
      if (call.startsWith('list') && ++looks === 4) kubernetes.put(APPLICATIONS, applicationObject('x', { revision: 'new' }))
    }
    await waitForApplications(ports(), kubernetes, { names: ['x'], revision: 'new', timeoutMs: 60_000 })
    expect(looks).toBe(4)
  })

  test('refreshes what takes long', async () => {
    const kubernetes = cluster(applicationObject('x', { sync: 'OutOfSync' }))
    await expect(waitForApplications(ports(), kubernetes, { timeoutMs: 40_000 })).rejects.toMatchObject({ code: 'NotHealthy' })
    expect(kubernetes.calls.filter((call) => call.startsWith('patch'))).toHaveLength(1)
  })

  test('an application that never gets healthy is explained by its object and the last events', async () => {
    const resources = [
      {
        group: 'apps',
        kind: 'Deployment',
        namespace: 'shop',
        name: 'web',
        status: 'Synced',
        health: { status: 'Degraded', message: 'too slow' },
      },
      { kind: 'Service', namespace: 'shop', name: 'web', status: 'Synced', health: { status: 'Healthy' } },
    ]
    const kubernetes = cluster(applicationObject('shop', { health: 'Degraded', resources }))
    const event = (name: string, kind: string, reason: string, lastTimestamp: string, type = 'Warning'): void =>
      kubernetes.put('events', {
        ...{ apiVersion: 'v1', kind: 'Event', metadata: { name: `${name}.${reason}`, namespace: 'shop' } },
        ...{ involvedObject: { kind, name }, reason, message: `because of ${reason}`, type, lastTimestamp, count: 2 },
      })
    event('web-5d4-x', 'Pod', 'BackOff', '2026-11-25T10:00:02Z')
    event('web', 'Deployment', 'ScalingReplicaSet', '2026-11-25T10:00:03Z', 'Normal')
    event('other', 'Pod', 'Killing', '2026-11-25T10:00:04Z')
    const error: unknown = await waitForApplications(ports(), kubernetes, { timeoutMs: 3000 }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'NotHealthy' })
    const { reason } = error as { reason: string }
    expect(reason).toContain('Deployment shop/web: Degraded (too slow)')
    expect(reason).toContain('Warning BackOff: because of BackOff (2 times)')
    expect(reason).not.toContain('Service')
    expect(reason).not.toContain('Killing')
  })

  test('a failed sync that nobody repeats ends it at once', async () => {
    const kubernetes = cluster(
      applicationObject('x', { sync: 'OutOfSync', operation: { phase: 'Failed', message: 'one object is invalid' } }),
    )
    const wait = waitForApplications(ports(), kubernetes, { timeoutMs: 600_000, failOnError: true })
    await expect(wait).rejects.toMatchObject({ code: 'NotHealthy', reason: expect.stringContaining('one object is invalid') as string })
  })

  test('applications that never come are named', async () => {
    const wait = waitForApplications(ports(), cluster(), { names: ['x'], timeoutMs: 2000 })
    await expect(wait).rejects.toMatchObject({ code: 'NotHealthy', details: { missing: ['x'] } })
  })
})
