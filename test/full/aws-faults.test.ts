import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApplyResult as CreateResult } from '../../src/lib/roots/apply-root.js'
import { systemProcesses } from '../../src/lib/core/processes.js'
import { clearFaults, injectFaults, listFaults, type FaultInput } from '../../src/lib/sandbox/faults.js'
import { sandboxFolders } from '../../src/lib/sandbox/folders.js'
import { readRecord, type SandboxRecord } from '../../src/lib/sandbox/record.js'
import { clientsOf } from '../helpers/aws.js'
import { applyInProgress, expectOneOfEach } from '../helpers/interruption.js'
import { Repository } from '../helpers/repository.js'

const ports = { processes: systemProcesses }
let repository: Repository

const inject = (...faults: FaultInput[]): Promise<void> => injectFaults(ports, repository.directory, faults)
const endFaults = (): Promise<void> => clearFaults(ports, repository.directory)
const create = () => repository.run('env', 'create', 'dev', '--yes', '--json')

async function sandbox(): Promise<SandboxRecord> {
  const record = await readRecord(sandboxFolders(repository.directory).record)
  if (!record) throw new Error('no sandbox')
  return record
}

/** A repository for the tests of a group: what one of them leaves is what the next one finds. */
function useOneRepository(): void {
  beforeAll(async () => {
    repository = await Repository.init()
    await repository.run('sandbox', 'up')
  })
  afterAll(async () => repository.remove())
}

describe('a creation whose session ends', () => {
  useOneRepository()

  it('says so when that happens before anything is made', async () => {
    await inject({ kind: 'expired-token', service: 'sts', count: 1 })
    const result = await create()
    expect(result.exitCode).toBe(1)
    expect(result.json()).toMatchObject({
      error: { code: 'NoCredentials', message: expect.stringContaining('session has expired') as unknown },
    })
    await endFaults()
  })

  it('says so in the middle of an apply too', async () => {
    // Not ec2: there the provider tries each call 25 times, which takes half an hour.
    await inject({ kind: 'expired-token', service: 'iam', after: 30, count: null })
    const result = await create()
    expect(result.exitCode).toBe(1)
    expect(result.json()).toMatchObject({
      error: { code: 'NoCredentials', next: ['Renew your AWS credentials, then run the same command again.'] },
    })
    expect((await repository.run('env', 'list', '--json')).json()).toMatchObject([{ status: 'incomplete' }])
    await endFaults()
  })

  it('is finished by the same command with a new session', async () => {
    expect((await create()).json()).toMatchObject({ status: 'resumed' })
    await expectOneOfEach(await clientsOf(repository))
  })
})

describe('a creation in an AWS that fails', () => {
  useOneRepository()

  it('goes on through throttling, errors, slow answers, lost answers and the end of the emulator', async () => {
    await inject(
      { kind: 'throttle', service: 'ec2', after: 5, count: 4 },
      { kind: 'throttle', service: 'kms', count: 3 },
      { kind: 'server-error', service: 'iam', status: 503, count: 2 },
      { kind: 'server-error', service: 'eks', status: 500, count: 2 },
      { kind: 'latency', service: 'logs', delayMs: 1500, count: 3 },
      { kind: 'lost-answer', service: 'ec2', action: 'CreateRoute', count: 1 },
      { kind: 'lost-answer', service: 'eks', action: 'CreateCluster', count: 1 },
    )
    const running = repository.start('env', 'create', 'dev', '--yes', '--json')
    await applyInProgress(repository, running, 2)
    const before = await sandbox()
    if (!before.emulator) throw new Error('no emulator')
    await systemProcesses.signal(before.emulator, 'SIGKILL', { group: false })
    const { stdout, stderr } = await running
    expect(`${stdout}${stderr}`).not.toMatch(/^\s+at /m)
    // What no retry of the provider can outlive is finished by the same command, once or twice.
    let last = JSON.parse(stdout) as Partial<CreateResult>
    for (let tries = 0; tries < 2 && last.status === undefined; tries += 1) last = (await create()).json<CreateResult>()
    expect(last.status, `${stdout}${stderr}`).toMatch(/^(?:created|resumed)$/)
    // Every fault has happened, all its times.
    const faults = await listFaults(ports, repository.directory)
    expect(faults.filter(({ hits, count }) => hits !== count)).toEqual([])
    expect((await sandbox()).emulator?.pid).not.toBe(before.emulator.pid)
    await expectOneOfEach(await clientsOf(repository))
    await endFaults()
  })

  it('is unchanged afterwards', async () => {
    expect((await create()).json()).toMatchObject({ status: 'unchanged' })
  })

  it('is not touched while the whole of AWS is away, and is whole when it is back', async () => {
    const { supervisor, emulator } = await sandbox()
    await systemProcesses.signal(supervisor, 'SIGKILL', { group: false })
    if (emulator) await systemProcesses.signal(emulator, 'SIGKILL', { group: false })
    expect((await create()).json()).toMatchObject({ status: 'unchanged' })
  })
})
