import { execa } from 'execa'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AwsClients } from '../../src/lib/aws/clients.js'
import { systemProcesses } from '../../src/lib/core/processes.js'
import type { ApplyResult } from '../../src/lib/roots/apply-root.js'
import { clearFaults, injectFaults } from '../../src/lib/sandbox/faults.js'
import type { StateHistory } from '../../src/lib/state/history.js'
import type { LockEntry } from '../../src/lib/state/locks.js'
import type { RestoreResult } from '../../src/lib/state/restore.js'
import { clientsOf } from '../helpers/aws.js'
import { expectOneOfEach } from '../helpers/interruption.js'
import { Repository } from '../helpers/repository.js'

/** A name that no other test has: a Terraform in a folder of this name would be taken for one of ours. */
const NAME = 'lake'
const KEY = `environments/${NAME}/terraform.tfstate`
const BUCKET = 'acme-state-000000000000-eu-west-1'
const ports = { processes: systemProcesses }

let repository: Repository
let clients: AwsClients
beforeAll(async () => {
  repository = await Repository.init()
  await repository.run('sandbox', 'up')
  clients = await clientsOf(repository)
})
afterAll(async () => repository.remove())

const errored = (): string => path.join(repository.directory, 'infra/environments', NAME, 'errored.tfstate')
const history = async (): Promise<StateHistory['versions']> =>
  (await repository.run('state', 'history', NAME, '--json')).json<StateHistory>().versions

async function put(key: string, body: string): Promise<void> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3')
  await (await clients.s3()).send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }))
}

describe('a state that Terraform could not save', () => {
  it('is kept, closed to others and out of Git', async () => {
    await injectFaults(ports, repository.directory, [{ kind: 'server-error', service: 's3', action: 'PutObject', path: KEY, count: null }])
    const failed = await repository.run('env', 'create', NAME, '--yes', '--json')
    expect(failed.json()).toMatchObject({ error: { code: 'ApplyFailed' } })
    expect(failed.stderr).toContain('could not save its state')
    await clearFaults(ports, repository.directory)

    expect((await stat(errored())).mode & 0o777).toBe(0o600)
    await execa('git', ['check-ignore', '-q', errored()], { cwd: repository.directory })
    const [copy = ''] = await readdir(path.join(repository.directory, '.platform/states', NAME))
    const kept = path.join(repository.directory, '.platform/states', NAME, copy)
    expect(await readFile(kept, 'utf8')).toBe(await readFile(errored(), 'utf8'))
    expect((await stat(kept)).mode & 0o777).toBe(0o600)
  })

  it('is put into the bucket by the resumed run, which has nothing to make again', async () => {
    const resumed = await repository.run('run', 'resume', '--json')
    expect(resumed.stderr).toContain('put the state that an earlier run could not save into the bucket')
    expect(resumed.json<ApplyResult>()).toMatchObject({ environment: NAME, status: 'resumed', changes: { add: 0, destroy: 0 } })
    await expect(stat(errored())).rejects.toThrow('ENOENT')
    await expectOneOfEach(clients)
    expect((await repository.run('run', 'resume', '--json')).json()).toMatchObject({ resumed: false })
  })
})

describe('a state lock', () => {
  const lock = { ID: 'lock-of-alice', Operation: 'OperationTypeApply', Who: 'alice@elsewhere', Created: '2026-01-01T00:00:00Z' }

  it('of somebody else is listed, respected, and released only by its id', async () => {
    await put(`${KEY}.tflock`, JSON.stringify(lock))
    const [entry] = (await repository.run('lock', 'list', '--json')).json<LockEntry[]>()
    expect(entry).toMatchObject({ root: NAME, id: lock.ID, user: 'alice', host: 'elsewhere', operation: 'apply', holder: 'elsewhere' })
    const plan = await repository.run('env', 'plan', NAME, '--json')
    const next = expect.arrayContaining([expect.stringContaining(`platform lock release ${NAME} --id ${lock.ID}`)]) as string[]
    expect(plan.json()).toMatchObject({ error: { code: 'StateLocked', next } })

    const wrong = await repository.run('lock', 'release', NAME, '--id', 'another', '--yes', '--json')
    expect(wrong).toMatchObject({ exitCode: 64 })
    expect(wrong.json()).toMatchObject({ error: { code: 'LockNotFound' } })
    const unnamed = await repository.run('lock', 'release', NAME, '--yes', '--json')
    expect(unnamed.json()).toMatchObject({ error: { code: 'ConfirmationNeeded' } })

    const released = await repository.run('lock', 'release', NAME, '--id', lock.ID, '--json')
    expect(released.json()).toMatchObject({ root: NAME, released: true, id: lock.ID })
    expect((await repository.run('lock', 'list', '--json')).json()).toEqual([{ root: NAME, status: 'free' }])
  })

  it('that Terraform took without hearing of it is released by the same run', async () => {
    const lost = { kind: 'lost-answer', service: 's3', action: 'PutObject', path: `${KEY}.tflock` } as const
    await injectFaults(ports, repository.directory, [lost])
    const plan = await repository.run('env', 'plan', NAME, '--json')
    expect(plan.stderr).toContain('Released the lock that this run had left itself')
    expect(plan.json()).toMatchObject({ status: 'unchanged' })
    expect((await repository.run('lock', 'list', '--json')).json()).toEqual([{ root: NAME, status: 'free' }])
  })
})

describe('a state that is lost or damaged', () => {
  it('stops a plan when it is gone, and when it is no state', async () => {
    const { DeleteObjectCommand } = await import('@aws-sdk/client-s3')
    await (await clients.s3()).send(new DeleteObjectCommand({ Bucket: BUCKET, Key: KEY }))
    const plan = await repository.run('env', 'plan', NAME, '--json')
    expect(plan.exitCode).toBe(3)
    expect(plan.json()).toMatchObject({ error: { code: 'StateMissing', details: { stateExists: false } } })

    await put(KEY, '{"version": 4, "terraf')
    expect((await repository.run('env', 'create', NAME, '--yes', '--json')).json()).toMatchObject({ error: { code: 'StateUnreadable' } })
    expect((await history()).slice(0, 2)).toMatchObject([
      { current: true, deleted: false, unreadable: true },
      { current: false, deleted: true },
    ])
  })

  it('comes back from a version, under a new serial, and nothing is lost', async () => {
    const before = await history()
    const { stdout } = await repository.run('state', 'history', NAME)
    const lines = stdout.trimEnd().split('\n')
    expect(lines.slice(1, 3)).toEqual([expect.stringMatching(/^\* .*unreadable$/), expect.stringMatching(/^ {2} .*deleted$/)])
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80)
    const good = before.find(({ unreadable, resources }) => !unreadable && resources > 0)
    const versionId = good?.versionId ?? ''
    const restored = await repository.run('state', 'restore', NAME, '--version', versionId, '--yes', '--json')
    expect(restored.stderr).not.toContain('Error')
    expect(restored.json<RestoreResult>()).toMatchObject({
      status: 'restored',
      changes: { add: 0, change: 0, replace: 0, destroy: 0, import: 0 },
    })
    const after = await history()
    expect(after[0]?.serial).toBeGreaterThan(Math.max(...before.map(({ serial = 0 }) => serial)))
    expect(after[0]?.lineage).toBe(good?.lineage)
    expect(after[0]).toMatchObject({ current: true, resources: good?.resources })
    expect(after.map((version) => version.versionId)).toEqual(expect.arrayContaining(before.map((version) => version.versionId)))
  })
})
