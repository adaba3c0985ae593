import { execa } from 'execa'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Environment } from '../../../src/lib/config/project.js'
import { execProgram } from '../../../src/lib/core/exec.js'
import { Journal, type RunRecord } from '../../../src/lib/core/journal.js'
import { lostWith, notUndone, refuseImpossible } from '../../../src/lib/environments/rollback/limits.js'
import { changedFiles, refuseUncommitted, restorationOf, restore, undo } from '../../../src/lib/environments/rollback/restoration.js'
import { commandFor, isOnItsWay, revisionOf } from '../../../src/lib/environments/rollback/revision.js'
import { appliedCommit } from '../../../src/lib/roots/applied-commit.js'
import { digestOf } from '../../../src/lib/templates/lock-file.js'

const who = { GIT_AUTHOR_NAME: 'C', GIT_AUTHOR_EMAIL: 'c@example.com', GIT_COMMITTER_NAME: 'C', GIT_COMMITTER_EMAIL: 'c@example.com' }
const env = { PATH: process.env['PATH'], HOME: '/nowhere', GIT_CONFIG_NOSYSTEM: '1', ...who }
let now = Date.parse('2030-01-01T00:00:00Z')
const clock = { now: () => new Date((now += 1000)), sleep: async () => undefined }
const ports = { exec: execProgram, env, signal: new AbortController().signal, clock }
const MODULE = 'infra/modules/network/1.0.0/main.tf'
const ROOT = 'infra/environments/dev'

let here: string
let first: string
beforeEach(async () => {
  here = await mkdtemp(path.join(tmpdir(), 'platform-rollback-'))
  await git('init', '-q', '-b', 'main')
  await write({
    'platform.lock.json': JSON.stringify(lock('old', 'one')),
    'environments/dev.yaml': 'old\n',
    'environments/prod.yaml': 'old\n',
    [`${ROOT}/main.tf`]: 'old\n',
    [`${ROOT}/terraform.tfvars.json`]: '{}',
    [MODULE]: 'one\n',
    'gitops/clusters/dev/cluster.yaml': 'old\n',
    'gitops/apps/web/base/1/Chart.yaml': 'one\n',
    'gitops/apps/web/environments/dev/app.yaml': 'base: "1"\n',
    'gitops/apps/web/environments/prod/app.yaml': 'base: "1"\n',
  })
  first = await commit('First')
})
afterEach(async () => rm(here, { recursive: true, force: true }))

function lock(root: string, module: string, version = '1.0.0') {
  return {
    schemaVersion: 2,
    roots: { [ROOT]: { root: 'eks', version, templates: '0.2.0', modules: { network: '1.0.0' } } },
    files: { [`${ROOT}/main.tf`]: digestOf(`${root}\n`), [MODULE]: digestOf(`${module}\n`) },
    tools: {},
  }
}
const git = async (...args: string[]) => (await execa('git', args, { cwd: here, env })).stdout
const read = async (file: string) => readFile(path.join(here, file), 'utf8')
async function write(files: Record<string, string>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(here, file)), { recursive: true })
    await writeFile(path.join(here, file), text)
  }
}
async function commit(message: string): Promise<string> {
  await git('add', '-A', '--', ':!.platform')
  await git('commit', '-qm', message)
  return git('rev-parse', 'HEAD')
}

/** Everything of dev changes, and so does prod. */
async function moveOn(): Promise<string> {
  await rm(path.join(here, 'gitops/apps/web/base/1'), { recursive: true })
  await write({
    'platform.lock.json': JSON.stringify(lock('new', 'one', '1.1.0')),
    'environments/dev.yaml': 'new\n',
    'environments/prod.yaml': 'new\n',
    [`${ROOT}/main.tf`]: 'new\n',
    [`${ROOT}/added.tf`]: 'new\n',
    [`${ROOT}/terraform.tfvars.json`]: '{"a":1}',
    'gitops/apps/web/base/2/Chart.yaml': 'two\n',
    'gitops/apps/web/environments/dev/app.yaml': 'base: "2"\n',
    'gitops/apps/web/environments/prod/app.yaml': 'base: "2"\n',
    'gitops/addons/environments/dev/karpenter.yaml': 'new\n',
  })
  return commit('Second')
}

const restoration = (target = first) => restorationOf(ports, here, 'dev', target)

describe('what an earlier commit has', () => {
  test('comes back: file, root module, what Argo CD reads, the base that it needs, and the digests; nothing of others', async () => {
    await moveOn()
    const found = await restoration()
    expect(found.write.map((file) => file.path).sort()).toEqual([
      'environments/dev.yaml',
      'gitops/apps/web/base/1/Chart.yaml',
      'gitops/apps/web/environments/dev/app.yaml',
      `${ROOT}/main.tf`,
    ])
    expect(found.remove).toEqual(['gitops/addons/environments/dev/karpenter.yaml', `${ROOT}/added.tf`])
    await restore(here, 'dev', found)
    expect(JSON.parse(await read('platform.lock.json'))).toMatchObject(lock('old', 'one'))
    expect(await git('status', '--porcelain', '--', 'environments/prod.yaml', 'gitops/apps/web/environments/prod')).toBe('')
    // Killed now, the same command finds the same files.
    expect((await restoration()).write).toEqual([])
    expect(await changedFiles(ports, here, 'dev', await restoration())).toEqual(
      expect.arrayContaining(['environments/dev.yaml', `${ROOT}/added.tf`, `${ROOT}/main.tf`]),
    )
    await expect(refuseUncommitted(ports, here, 'dev', await restoration())).resolves.toBeUndefined()
  })

  test('can be taken back again', async () => {
    await moveOn()
    const text = await read('platform.lock.json')
    const found = await restoration()
    const files = await changedFiles(ports, here, 'dev', found)
    await restore(here, 'dev', found)
    // Also after Ctrl-C.
    const interrupted = { ...ports, signal: AbortSignal.abort() }
    await undo(interrupted, here, { name: 'dev', files, lockText: text, repeated: false })
    expect(await git('status', '--porcelain')).toBe('')
  })

  test('can be taken back again where an earlier run was killed after it wrote everything', async () => {
    await moveOn()
    await restore(here, 'dev', await restoration())
    const again = await restoration()
    expect([...again.write, ...again.remove]).toEqual([])
    const files = await changedFiles(ports, here, 'dev', again)
    await undo(ports, here, { name: 'dev', files, lockText: await read('platform.lock.json'), repeated: true })
    expect(JSON.parse(await read('platform.lock.json'))).toMatchObject(lock('new', 'one', '1.1.0'))
    expect(await git('status', '--porcelain', '--', 'environments', ROOT, 'gitops/apps/web/environments', 'gitops/addons')).toBe('')
  })

  test('is refused where it would be written over edits that are not committed', async () => {
    await moveOn()
    await write({ 'environments/dev.yaml': 'mine\n', 'environments/prod.yaml': 'mine too\n' })
    await expect(refuseUncommitted(ports, here, 'dev', await restoration())).rejects.toMatchObject({
      code: 'RollbackRefused',
      reason: 'environments/dev.yaml',
    })
    expect(await read('environments/dev.yaml')).toBe('mine\n')
  })

  test('is refused without the environment, and where what it was vendored from is another or nowhere', async () => {
    await git('rm', '-q', 'environments/dev.yaml')
    const without = await commit('Without')
    await expect(restoration(without)).rejects.toMatchObject({ code: 'RollbackRefused' })
    await write({ 'environments/dev.yaml': 'new\n', 'platform.lock.json': JSON.stringify(lock('new', 'two')), [MODULE]: 'two\n' })
    await commit('Other digests')
    await expect(restoration()).rejects.toMatchObject({
      code: 'RollbackRefused',
      reason: expect.stringContaining('other digests') as string,
    })
  })

  test('brings a module back that is gone', async () => {
    await git('rm', '-qr', 'infra/modules')
    await write({ 'platform.lock.json': JSON.stringify({ ...lock('old', 'one'), files: {} }) })
    await commit('Without modules')
    const found = await restoration()
    expect(found.write).toEqual([{ path: MODULE, content: 'one\n' }])
  })
})

describe('the commit to go back to', () => {
  const of = (to?: string) => revisionOf(ports, here, 'dev', to)
  async function run(more: Partial<RunRecord>, status: 'succeeded' | 'failed' = 'succeeded'): Promise<void> {
    const journal = new Journal(here, clock)
    const record = await journal.start({
      command: 'env apply dev',
      environment: 'dev',
      purpose: 'change',
      owner: { pid: 1, startedAt: '1' },
    })
    await journal.finish(Object.assign(record, more), status)
  }
  const applying = { pid: 1, startedAt: '1', operation: 'apply', launchedAt: '', locks: true } as const

  test('is the one before the last change where no run says more, and not one for others', async () => {
    const second = await moveOn()
    await write({ 'environments/prod.yaml': 'newer\n' })
    await commit('Others')
    expect(await of()).toBe(first)
    await write({ 'environments/dev.yaml': 'newer\n' })
    await commit('Third')
    expect(await of()).toBe(second)
  })

  test('is the newest that was applied and differs from now', async () => {
    await moveOn()
    await write({ 'environments/dev.yaml': 'never applied\n' })
    await commit('Third')
    await write({ 'environments/dev.yaml': 'now\n' })
    const last = await commit('Fourth')
    await write({ [`${ROOT}/terraform.tfvars.json`]: '{"written":"since"}' })
    await commit('As applied')
    await run({ commit: first })
    await run({ commit: 'f'.repeat(40) })
    await run({ commit: last })
    expect(await of()).toBe(first)
  })

  test('is that of a rollback that had begun to apply', async () => {
    const second = await moveOn()
    await write({ 'environments/dev.yaml': 'newer\n' })
    await commit('Third')
    await run({ command: commandFor('dev', first) }, 'failed')
    expect(await of()).toBe(second)
    await run({ command: commandFor('dev', first), processes: [applying] }, 'failed')
    expect(await of()).toBe(first)
    // Somebody said no.
    await run({ command: commandFor('dev', first) }, 'failed')
    expect(await of()).toBe(first)
    await run({ command: 'env apply dev', processes: [applying] })
    expect(await of()).toBe(second)
  })

  test('keeps its files only once a run of this call applied, or one that it goes on with', async () => {
    const command = commandFor('dev', first)
    const runs = async () => new Journal(here, clock).list('dev')
    const ids = async () => new Set((await runs()).map(({ runId }) => runId))
    await run({ command, processes: [applying] })
    const known = await ids()
    expect(isOnItsWay(await runs(), { command, known, repeated: false })).toBe(false)
    // It was killed before its commit.
    expect(isOnItsWay(await runs(), { command, known, repeated: true })).toBe(true)
    await run({ command }, 'failed')
    expect(isOnItsWay(await runs(), { command, known, repeated: false })).toBe(false)
    await run({ command: 'env apply dev', processes: [applying] })
    expect(isOnItsWay(await runs(), { command, known, repeated: false })).toBe(false)
    expect(isOnItsWay(await runs(), { command, known: await ids(), repeated: true })).toBe(false)
    await run({ command, processes: [applying] }, 'failed')
    expect(isOnItsWay(await runs(), { command, known, repeated: false })).toBe(true)
    const later = await ids()
    await run({ command }, 'failed')
    expect(isOnItsWay(await runs(), { command, known: later, repeated: true })).toBe(true)
  })

  test('is the wanted one, or none', async () => {
    expect(await of('main')).toBe(first)
    await expect(of('nowhere')).rejects.toMatchObject({ code: 'RollbackRefused' })
    await expect(of('--output=x')).rejects.toMatchObject({ code: 'RollbackRefused' })
    await expect(of()).rejects.toMatchObject({ code: 'RollbackRefused', reason: expect.stringContaining('never changed') as string })
  })

  test('an apply notes the commit of its files, unless they have changes', async () => {
    const root = { file: 'environments/dev.yaml', folder: ROOT }
    await write({ [`${ROOT}/terraform.tfvars.json`]: '{"derived":1}', 'environments/prod.yaml': 'mine\n' })
    expect(await appliedCommit(ports, here, root)).toBe(first)
    await write({ [`${ROOT}/own.tf`]: 'mine\n' })
    expect(await appliedCommit(ports, here, root)).toBeUndefined()
    expect(await appliedCommit(ports, tmpdir(), root)).toBeUndefined()
  })
})

describe('what does not go back', () => {
  const environment = (version: string, more: object = {}): Environment =>
    ({ name: 'dev', cluster: { kubernetesVersion: version, authenticationMode: 'API' }, databases: {}, ...more }) as unknown as Environment
  const refused = (then: Environment, at: Environment, running?: string): string | undefined => {
    try {
      refuseImpossible(at, then, running, first)
      return undefined
    } catch (error) {
      return (error as { reason?: string }).reason
    }
  }

  test('the version of Kubernetes, as the cluster runs it', () => {
    expect(refused(environment('1.35'), environment('1.35'), '1.35')).toBeUndefined()
    expect(refused(environment('1.9'), environment('1.10'))).toContain('never goes back to 1.9')
    expect(refused(environment('1.35'), environment('1.35'), '1.36')).toContain('runs Kubernetes 1.36')
    expect(refused(environment('1.36'), environment('1.35'))).toBeUndefined()
  })

  test('how people sign in, and version and size of a database', () => {
    const mode = { cluster: { kubernetesVersion: '1.35', authenticationMode: 'API_AND_CONFIG_MAP' } }
    expect(refused(environment('1.35', mode), environment('1.35'))).toContain('API_AND_CONFIG_MAP')
    const database = (version: string, storageGiB: number) =>
      environment('1.35', { databases: { main: { engine: 'postgres', version, storageGiB } } })
    expect(refused(database('16.9', 20), database('16.10', 20))).toContain('16.10')
    expect(refused(database('16.10', 20), database('16.10', 50))).toContain('never gets smaller')
    expect(refused(database('16.10', 50), database('16.10', 20))).toBeUndefined()
  })

  test('data, what jobs have done, and what is replaced or destroyed are listed', () => {
    const [today, then] = [environment('1.35', { databases: { a: {} } }), environment('1.35', { databases: { a: {}, b: {} } })]
    expect(notUndone(today, then, ['web']).map(({ what }) => what)).toEqual(['database a', 'database b', 'application web'])
    expect(
      lostWith([
        { address: 'x', actions: ['delete', 'create'] },
        { address: 'y', actions: ['delete'] },
        { address: 'z', actions: ['update'] },
      ]).map(({ what, why }) => `${what} ${why.slice(0, 14)}`),
    ).toEqual(['x It is replaced', 'y It is destroye'])
  })
})
