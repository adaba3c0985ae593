import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApplyResult } from '../../src/lib/roots/apply-root.js'
import { clientsOf } from '../helpers/aws.js'
import { applyInProgress, expectOneOfEach } from '../helpers/interruption.js'
import { Repository } from '../helpers/repository.js'

let repository: Repository
beforeAll(async () => {
  repository = await Repository.init()
})
afterAll(async () => repository.remove())

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const CREATE = ['env', 'create', 'dev', '--yes', '--json']
const statuses = async (): Promise<unknown> => (await repository.run('env', 'list', '--json')).json()

/** One environment goes through all of it, in this order: what one test leaves is what the next one finds. */
describe('a creation that is cut short', () => {
  it('stops cleanly on Ctrl-C and says how to go on', async () => {
    const running = repository.start(...CREATE)
    await applyInProgress(repository, running, 3)
    process.kill(running.pid ?? 0, 'SIGINT')
    const { exitCode, stdout } = await running
    expect(exitCode).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'Interrupted', next: [expect.stringContaining('same command')] } })
    expect(await statuses()).toMatchObject([{ status: 'incomplete' }])
  })

  it('goes on with the same command, which lets nobody else work on it, and after it was killed Terraform goes on', async () => {
    const running = repository.start(...CREATE)
    const { pid } = await applyInProgress(repository, running, 1)
    const other = await repository.run(...CREATE)
    expect(other.json()).toMatchObject({ error: { code: 'RunInProgress', details: { pid: running.pid } } })
    process.kill(running.pid ?? 0, 'SIGKILL')
    await running
    expect(isAlive(pid)).toBe(true)
    expect(await statuses()).toMatchObject([{ status: 'busy' }])
  })

  it('is finished by the same command, and nothing is made twice', async () => {
    const finished = await repository.run(...CREATE)
    expect(finished.stderr).not.toContain('Error')
    expect(finished.json<ApplyResult>()).toMatchObject({ status: 'resumed', outputs: { cluster_name: 'acme-dev' } })
    await expectOneOfEach(await clientsOf(repository))
  })

  it('goes on in the background with --no-wait, and the same command checks it', async () => {
    await repository.edit('environments/dev.yaml', (text) => `${text}\ntags:\n  team: shop\n`)
    const started = await repository.run(...CREATE, '--no-wait')
    expect(started.json<ApplyResult>()).toMatchObject({ status: 'started' })
    const second = await repository.run(...CREATE)
    expect(second.stderr).not.toContain('Error')
    expect(second.json<ApplyResult>()).toMatchObject({ status: 'resumed', changes: { add: 0, destroy: 0 } })
  })

  it('leaves nothing when it is destroyed', async () => {
    const destroyed = await repository.run('env', 'destroy', 'dev', '--confirm', 'dev', '--json')
    expect(destroyed.json()).toMatchObject({ destroyed: true, orphans: [] })
  })
})
