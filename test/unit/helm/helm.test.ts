import { createHash } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ExecOptions, ExecResult } from '../../../src/lib/core/ports.js'
import { mergeValues, pullChart, templateChart } from '../../../src/lib/helm/chart.js'
import { Helm } from '../../../src/lib/helm/helm.js'
import { installRelease, readHistory, repairNeeded, repairRelease, type Release } from '../../../src/lib/helm/release.js'
import { fakeClock } from '../../helpers/fake-clock.js'

interface Call {
  args: readonly string[]
  options: ExecOptions
}

function helm(answer: (args: readonly string[], calls: Call[]) => Partial<ExecResult> | Promise<Partial<ExecResult>>): {
  helm: Helm
  calls: Call[]
} {
  const calls: Call[] = []
  const ports = {
    exec: async (_file: string, args: readonly string[], options: ExecOptions = {}) => {
      calls.push({ args, options })
      return { exitCode: 0, stdout: '', stderr: '', ...(await answer(args, calls)) }
    },
    env: { PATH: '/bin', HELM_KUBECONTEXT: 'other', KUBECONFIG: '/elsewhere' },
    signal: new AbortController().signal,
  }
  return { helm: new Helm({ ...ports, clock: fakeClock() }, { program: 'helm', folder: '/t', kubeconfig: '/t/kubeconfig' }), calls }
}

const place = { name: 'argo-cd', namespace: 'argocd' }
const release = (revision: number, status: Release['status']): Release => ({
  revision,
  status,
  chart: 'argo-cd-10.1.1',
  appVersion: 'v3.5.3',
})
const history = (...releases: Release[]): Partial<ExecResult> => ({
  stdout: JSON.stringify(releases.map(({ appVersion, ...each }) => ({ ...each, app_version: appVersion }))),
})

describe('a release that was left in the middle', () => {
  test.each([
    ['nothing', []],
    ['nothing', [release(1, 'deployed')]],
    ['nothing', [release(1, 'failed')]],
    ['forget', [release(1, 'pending-install')]],
    ['forget', [release(1, 'failed'), release(2, 'pending-upgrade')]],
    ['roll-back', [release(1, 'deployed'), release(2, 'pending-upgrade')]],
    ['roll-back', [release(1, 'superseded'), release(2, 'failed'), release(3, 'pending-rollback')]],
    ['uninstall', [release(1, 'uninstalling')]],
  ] as const)('%s: %j', (repair, releases) => {
    expect(repairNeeded(releases)).toBe(repair)
  })

  test('of a first install is forgotten, so that the next one adopts what it made', async () => {
    const forgotten: string[] = []
    const { helm: program, calls } = helm(() =>
      forgotten.length === 0 ? history(release(1, 'pending-install')) : { exitCode: 1, stderr: 'Error: release: not found' },
    )
    const repair = await repairRelease(program, place, async ({ name, namespace }) => void forgotten.push(`${namespace}/${name}`))
    expect(repair).toBe('forget')
    expect(forgotten).toEqual(['argocd/sh.helm.release.v1.argo-cd.v1'])
    expect(calls.every(({ args }) => args[0] === 'history')).toBe(true)
  })

  test('of an upgrade is rolled back to the last good revision', async () => {
    const { helm: program, calls } = helm((args, all) => {
      if (args[0] === 'rollback') return {}
      const done = all.some(({ args: [verb] }) => verb === 'rollback')
      return history(release(1, 'superseded'), release(2, 'deployed'), done ? release(4, 'deployed') : release(3, 'pending-upgrade'))
    })
    expect(await repairRelease(program, place, () => Promise.reject(new Error('nothing to forget')))).toBe('roll-back')
    expect(calls.find(({ args }) => args[0] === 'rollback')?.args.slice(0, 4)).toEqual(['rollback', 'argo-cd', '2', '--namespace=argocd'])
  })

  test('that stays stuck is an error', async () => {
    const { helm: program } = helm(() => history(release(1, 'pending-install')))
    await expect(repairRelease(program, place, async () => undefined)).rejects.toMatchObject({ code: 'HelmFailed' })
  })
})

describe('Helm', () => {
  test('gets its own cluster and folders, whatever the caller has set', async () => {
    const { helm: program, calls } = helm(() => history())
    await readHistory(program, place)
    expect(calls[0]?.args).toEqual(['history', 'argo-cd', '--namespace=argocd', '--output=json', '--kubeconfig=/t/kubeconfig'])
    expect(calls[0]?.options.env).toMatchObject({ HELM_CACHE_HOME: '/t/helm/cache' })
    expect(calls[0]?.options.env).not.toHaveProperty('HELM_KUBECONTEXT')
    expect(calls[0]?.options.env).not.toHaveProperty('KUBECONFIG')
  })

  test('says why it failed', async () => {
    const { helm: program } = helm(() => ({ exitCode: 1, stderr: 'Error: Kubernetes cluster unreachable: connection refused' }))
    await expect(readHistory(program, place)).rejects.toMatchObject({ code: 'KubernetesUnreachable' })
  })
})

describe('a chart', () => {
  const text = 'a chart'
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
  const pulling = (): Helm =>
    helm(async (args) => {
      const folder = args.find((each) => each.startsWith('--destination='))?.slice('--destination='.length) ?? ''
      await writeFile(path.join(folder, 'argo-cd-10.1.1.tgz'), text)
      return {}
    }).helm
  const reference = { name: 'argo-cd', repository: 'https://charts.example.com', version: '10.1.1' }

  test('is fetched when its digest is the expected one', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'chart-'))
    expect(await pullChart(pulling(), reference, { folder, digest })).toMatchObject({
      digest,
      file: path.join(folder, 'argo-cd-10.1.1/argo-cd-10.1.1.tgz'),
    })
  })

  test('with another digest is refused', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'chart-'))
    const pull = pullChart(pulling(), reference, { folder, digest: `sha256:${'0'.repeat(64)}` })
    await expect(pull).rejects.toMatchObject({ code: 'ChartDigestMismatch', exitCode: 3 })
  })

  test('that changed after it was fetched is not installed', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'chart-'))
    const archive = await pullChart(pulling(), reference, { folder, digest })
    await writeFile(archive.file, 'another chart')
    const { helm: program, calls } = helm(() => ({}))
    const install = installRelease(program, place, { archive, values: {}, timeoutMs: 1000, wait: true })
    await expect(install).rejects.toMatchObject({ code: 'ChartDigestMismatch' })
    expect(calls).toEqual([])
  })

  test('that cannot be had says where it was looked for', async () => {
    const { helm: program } = helm(() => ({ exitCode: 1, stderr: 'Error: chart "argo-cd" version "10.1.1" not found' }))
    const folder = await mkdtemp(path.join(tmpdir(), 'chart-'))
    await expect(pullChart(program, reference, { folder })).rejects.toMatchObject({
      code: 'ChartNotFound',
      details: { repository: reference.repository },
    })
  })

  test('that is refused is no matter of the network', async () => {
    const { helm: program } = helm(() => ({ exitCode: 1, stderr: 'Error: GET "https://x/v2/": response status code 401: unauthorized' }))
    const folder = await mkdtemp(path.join(tmpdir(), 'chart-'))
    await expect(pullChart(program, reference, { folder })).rejects.toMatchObject({
      code: 'ChartNotFound',
      next: [expect.stringContaining('wants a login') as unknown],
    })
  })

  test('gets its values by pipe, later layers over earlier ones', async () => {
    const { helm: program, calls } = helm(() => ({ stdout: 'kind: X' }))
    const archive = { name: 'x', version: '1.0.0', file: '/t/x.tgz' }
    const values = [
      { a: { b: 1, c: 1 }, list: [1, 2] },
      { a: { c: 2 }, list: [3] },
    ]
    expect(await templateChart(program, archive, { release: 'x', namespace: 'y', values, kubernetesVersion: '1.35' })).toBe('kind: X')
    expect(JSON.parse(calls[0]?.options.input ?? '')).toEqual({ a: { b: 1, c: 2 }, list: [3] })
    expect(mergeValues(values)).toEqual({ a: { b: 1, c: 2 }, list: [3] })
  })
})

test('an API server that is started anew is waited for, and anything else is not tried again', async () => {
  let answers = 0
  const unreachable = {
    exitCode: 1,
    stderr: 'Error: Kubernetes cluster unreachable: Get "https://127.0.0.1:1/version": connection refused',
  }
  const patient = helm(() => (++answers < 4 ? unreachable : {}))
  expect((await patient.helm.run(['history', 'argo-cd'])).exitCode).toBe(0)
  expect(patient.calls).toHaveLength(4)
  const failing = helm(() => ({ exitCode: 1, stderr: 'Error: release: not found' }))
  expect((await failing.helm.run(['history', 'argo-cd'])).exitCode).toBe(1)
  expect(failing.calls).toHaveLength(1)
})
