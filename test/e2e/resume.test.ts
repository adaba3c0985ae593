import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApplyResult } from '../../src/lib/roots/apply-root.js'
import { clientsOf } from '../helpers/aws.js'
import { applyInProgress, expectComplete, expectOneOfEach } from '../helpers/interruption.js'
import { Repository } from '../helpers/repository.js'

let repository: Repository
beforeEach(async () => {
  repository = await Repository.init()
})
afterEach(async () => repository.remove())

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a creation that is cut short', () => {
  it('is finished by the same command after platform was killed: Terraform went on', async () => {
    const running = repository.start('env', 'create', 'dev', '--yes', '--json')
    const { pid } = await applyInProgress(repository, running, 3)
    process.kill(running.pid ?? 0, 'SIGKILL')
    await running
    expect(isAlive(pid)).toBe(true)
    expect((await repository.run('env', 'list', '--json')).json()).toMatchObject([{ status: 'busy' }])

    const second = await repository.run('env', 'create', 'dev', '--yes', '--json')
    expect(second.stderr).not.toContain('Error')
    expect(second.json<ApplyResult>()).toMatchObject({ status: 'resumed' })
    await expectOneOfEach(await clientsOf(repository))
    await expectComplete(repository)
  })

  it('stops cleanly on Ctrl-C, says how to go on, and goes on', async () => {
    const running = repository.start('env', 'create', 'dev', '--yes', '--json')
    await applyInProgress(repository, running, 3)
    process.kill(running.pid ?? 0, 'SIGINT')
    const { exitCode, stdout } = await running
    expect(exitCode).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'Interrupted', next: [expect.stringContaining('same command')] } })
    expect((await repository.run('env', 'list', '--json')).json()).toMatchObject([{ status: 'incomplete' }])

    const second = await repository.run('env', 'create', 'dev', '--yes', '--json')
    expect(second.json<ApplyResult>()).toMatchObject({ status: 'resumed' })
    await expectOneOfEach(await clientsOf(repository))
  })

  it('goes on in the background with --no-wait, and the same command checks it', async () => {
    const started = await repository.run('env', 'create', 'dev', '--yes', '--no-wait', '--json')
    expect(started.json<ApplyResult>()).toMatchObject({ status: 'started' })
    const second = await repository.run('env', 'create', 'dev', '--yes', '--json')
    expect(second.stderr).not.toContain('Error')
    expect(second.json<ApplyResult>()).toMatchObject({ status: 'resumed', outputs: { cluster_name: 'acme-dev' } })
  })
})

describe('two creations at once', () => {
  it('lets one work and tells the other who holds the environment', async () => {
    const running = repository.start('env', 'create', 'dev', '--yes', '--json')
    await applyInProgress(repository, running, 1)
    const second = await repository.run('env', 'create', 'dev', '--yes', '--json')
    expect(second.json()).toMatchObject({ error: { code: 'RunInProgress', details: { pid: running.pid } } })
    const { stdout } = await running
    expect(JSON.parse(stdout)).toMatchObject({ status: 'created' })
  })
})
