import { describe, expect, test } from 'vitest'
import { toApplication } from '../../../src/lib/argocd/application.js'
import { driftOfApplication } from '../../../src/lib/argocd/drift.js'
import { applicationObject } from '../../helpers/fake-kubernetes.js'

type Options = Parameters<typeof applicationObject>[1] & { synced?: string | null; sources?: unknown[] }

function drift({ synced = 'c0ffee', sources, ...options }: Options, changed: boolean | undefined = true) {
  const object = applicationObject('shop', options)
  const history = synced === null ? [] : [{ revision: 'older' }, { revision: synced }]
  object['status'] = { ...(object['status'] as object), history }
  if (sources) object['spec'] = { ...(object['spec'] as object), sources }
  return driftOfApplication(toApplication(object), async () => changed)
}

const manual = { sync: 'OutOfSync', automated: false } as const
const deployment = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web', status: 'OutOfSync' }

describe('drift of an application', () => {
  test('is none where it is synced and healthy', async () => {
    expect(await drift({ resources: [{ ...deployment, status: 'Synced' }] })).toEqual({
      application: 'shop',
      state: 'clean',
      sync: 'Synced',
      health: 'Healthy',
      resources: [],
      reason: null,
    })
  })

  test('is a change in the cluster: Git is where it was synced', async () => {
    expect(await drift({ ...manual, resources: [deployment, { ...deployment, name: 'ok', status: 'Synced' }] })).toMatchObject({
      state: 'drifted',
      reason: 'out of sync',
      resources: [{ kind: 'Deployment', name: 'web', sync: 'OutOfSync' }],
    })
  })

  test('is none while it waits for its manual sync', async () => {
    expect(await drift({ ...manual, synced: 'older' })).toMatchObject({ state: 'pending', reason: expect.stringContaining('Git moved on') })
    // Nobody here knows these commits.
    expect(await drift({ ...manual, synced: 'older' }, undefined)).toMatchObject({ state: 'pending' })
    expect(await drift({ ...manual, synced: null, health: 'Missing' })).toMatchObject({
      state: 'pending',
      reason: expect.stringContaining('first sync'),
    })
  })

  test('is none while values beside its folder, or the folder itself, are others than at the last sync', async () => {
    const source = { path: 'base/1', helm: { valueFiles: ['/overlay/values.yaml', 'own.yaml'] } }
    const of = (last: object, changed: string[]) => {
      const object = applicationObject('shop', manual)
      object['spec'] = { ...(object['spec'] as object), source }
      object['status'] = { ...(object['status'] as object), history: [{ revision: 'older', source: last }] }
      return driftOfApplication(toApplication(object), async (file) => changed.includes(file))
    }
    expect(await of(source, ['overlay/values.yaml'])).toMatchObject({ state: 'pending' })
    expect(await of({ ...source, path: 'base/0' }, [])).toMatchObject({ state: 'pending' })
    expect(await of(source, ['own.yaml', 'elsewhere'])).toMatchObject({ state: 'drifted' })
  })

  test('is seen where Git moved on for others only', async () => {
    expect(await drift({ ...manual, synced: 'older' }, false)).toMatchObject({ state: 'drifted' })
    // With several sources no single folder tells.
    expect(await drift({ ...manual, synced: 'older', sources: [{ path: 'a' }] }, false)).toMatchObject({ state: 'pending' })
  })

  test('is being out of sync where Argo CD should have synced it', async () => {
    expect(await drift({ sync: 'OutOfSync', synced: 'older' })).toMatchObject({ state: 'drifted' })
    expect(await drift({ sync: 'OutOfSync', operation: { phase: 'Running' } })).toMatchObject({
      state: 'pending',
      reason: 'a sync is under way',
    })
  })

  test('is also what is not well, and what belongs to nobody', async () => {
    expect(await drift({ health: 'Degraded' })).toMatchObject({ state: 'drifted', reason: 'degraded' })
    const conditions = [{ type: 'OrphanedResourceWarning', message: 'Application has 1 orphaned resources' }]
    expect(await drift({ conditions })).toMatchObject({
      state: 'drifted',
      reason: 'orphaned resources: Application has 1 orphaned resources',
    })
    expect(await drift({ ...manual, synced: 'older', health: 'Degraded' })).toMatchObject({ state: 'drifted', reason: 'degraded' })
  })

  test('is not known where Argo CD could not compare', async () => {
    const conditions = [{ type: 'ComparisonError', message: 'no such path' }]
    expect(await drift({ sync: 'Unknown', conditions })).toMatchObject({ state: 'unknown', reason: 'no such path' })
  })
})
