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
beforeAll(async () => {
  repository = await Repository.init()
  await repository.run('sandbox', 'up')
})
afterAll(async () => repository.remove())

const inject = (...faults: FaultInput[]): Promise<void> => injectFaults(ports, repository.directory, faults)
const create = (...more: string[]) => repository.run('env', 'create', 'dev', '--yes', '--json', ...more)

async function sandbox(): Promise<SandboxRecord> {
  const record = await readRecord(sandboxFolders(repository.directory).record)
  if (!record) throw new Error('no sandbox')
  return record
}

/** One environment goes through all of it, in this order: what one test leaves is what the next one finds. */
describe('a creation in an AWS that fails', () => {
  it('says that the session has expired when that happens before anything is made', async () => {
    await inject({ kind: 'expired-token', service: 'sts', count: 1 })
    const result = await create()
    expect(result.exitCode).toBe(1)
    expect(result.json()).toMatchObject({
      error: { code: 'NoCredentials', message: expect.stringContaining('session has expired') as unknown },
    })
    await clearFaults(ports, repository.directory)
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
    await clearFaults(ports, repository.directory)
  })

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
    await applyInProgress(repository, 2)
    const before = await sandbox()
    if (before.emulator) await systemProcesses.signal(before.emulator, 'SIGKILL', { group: false })
    const { stdout, stderr } = await running
    expect(`${stdout}${stderr}`).not.toMatch(/^\s+at /m)
    const hits = (await listFaults(ports, repository.directory)).filter((fault) => fault.hits > 0)
    for (const kind of ['throttle', 'server-error', 'lost-answer']) expect(hits.map((fault) => fault.kind)).toContain(kind)
    await clearFaults(ports, repository.directory)
    const first = JSON.parse(stdout) as Partial<CreateResult>
    // What no retry of the provider can outlive is finished by the same command.
    const result = first.status === 'resumed' ? first : (await create()).json<CreateResult>()
    expect(result).toMatchObject({ status: 'resumed' })
    expect((await sandbox()).emulator?.pid).not.toBe(before.emulator?.pid)
    await expectOneOfEach(await clientsOf(repository))
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
