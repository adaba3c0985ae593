import { afterEach, describe, expect, test } from 'vitest'
import { ArgoCds } from '../../../../src/lib/sandbox/argocd/argo-cds.js'
import type { FindPrograms } from '../../../../src/lib/sandbox/argocd/programs.js'
import type { ServingCluster } from '../../../../src/lib/sandbox/clusters/companion.js'
import { Players } from '../../../../src/lib/sandbox/players/players.js'

/** Sleeps until it is woken. */
function sleepyClock() {
  const sleepers: Array<() => void> = []
  return {
    clock: { now: () => new Date('2030-01-01T00:00:00Z'), sleep: async () => new Promise<void>((resolve) => sleepers.push(resolve)) },
    wake: () => sleepers.splice(0).forEach((resolve) => resolve()),
    isAsleep: () => sleepers.length > 0,
  }
}

const server = {
  metadata: { namespace: 'argocd', labels: { 'app.kubernetes.io/component': 'server' } },
  spec: { template: { spec: { serviceAccountName: 'argocd-server', containers: [{}] } } },
}

function clusterWith(lists: () => unknown[] | Error): ServingCluster {
  const api = {
    list: async (path: string) => {
      const answer = lists()
      if (answer instanceof Error) throw answer
      return path.includes('/deployments') ? answer : []
    },
    get: async () => ({ data: { auth: 'cGFzcw==' } }),
  }
  return {
    name: 'dev',
    region: 'eu-west-1',
    endpoint: '',
    authority: '',
    api,
    folders: {},
    startProcess: undefined,
  } as unknown as ServingCluster
}

async function settle(isAsleep: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !isAsleep(); turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(isAsleep()).toBe(true)
}

describe('Argo CD of a cluster', () => {
  let argoCds: ArgoCds
  afterEach(() => argoCds.stop())
  const start = (findPrograms: FindPrograms, cluster: ServingCluster) => {
    const { clock, ...rest } = sleepyClock()
    const lines: string[] = []
    argoCds = new ArgoCds({ clock, log: (line) => lines.push(line), findPrograms, path: undefined, awsEnvironment: () => ({}) })
    argoCds.serves(cluster)
    return { ...rest, lines }
  }

  test('is told of when it is there and a program is missing', async () => {
    const { isAsleep } = start(
      async () => ({ missing: ['helm', 'redis-server'] }),
      clusterWith(() => [server]),
    )
    await settle(isAsleep)
    expect(await argoCds.argoCd('dev')).toEqual({
      namespace: 'argocd',
      version: null,
      url: null,
      ready: false,
      problem: 'not on this machine: helm, redis-server',
    })
    expect(await argoCds.argoCd('other')).toBeNull()
  })

  test('is nothing where it is not installed, and is found later', async () => {
    const installed: unknown[] = []
    let asked = 0
    const { isAsleep, wake } = start(
      async () => {
        asked += 1
        return { missing: ['argocd'] }
      },
      clusterWith(() => installed),
    )
    await settle(isAsleep)
    expect([await argoCds.argoCd('dev'), asked]).toEqual([null, 0])
    installed.push(server)
    wake()
    await settle(isAsleep)
    expect(await argoCds.argoCd('dev')).toMatchObject({ problem: 'not on this machine: argocd' })
  })

  test('is looked at again when the API server did not answer', async () => {
    let broken = true
    const { isAsleep, lines, wake } = start(
      async () => ({ missing: ['argocd'] }),
      clusterWith(() => (broken ? new Error('refused') : [server])),
    )
    await settle(isAsleep)
    expect(lines.join()).toContain('refused')
    broken = false
    wake()
    await settle(isAsleep)
    expect(await argoCds.argoCd('dev')).toMatchObject({ ready: false })
  })
})

test('a player that fails keeps no other one from playing, and is told of once', async () => {
  const { clock, isAsleep, wake } = sleepyClock()
  const lines: string[] = []
  let played = 0
  const players = new Players(clock, (line) => lines.push(line), {
    broken: async () => Promise.reject(new Error('refused')),
    whole: async () => void (played += 1),
  })
  players.serves(clusterWith(() => []))
  await settle(isAsleep)
  wake()
  await settle(isAsleep)
  await players.ends('dev')
  expect([played, lines]).toEqual([2, ['cluster dev: broken: refused']])
})
