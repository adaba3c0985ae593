import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AwsClients } from '../../src/lib/aws/clients.js'
import type { RunRecord } from '../../src/lib/core/journal.js'
import type { CreateResult } from '../../src/lib/environments/create.js'
import { clientsOf, doubledResources, natGateways } from '../helpers/aws.js'
import { Repository } from '../helpers/repository.js'

let repository: Repository
beforeEach(async () => {
  repository = await Repository.init()
})
afterEach(async () => repository.remove())

/** The Terraform that is applying now, once it has made at least `resources` resources. */
async function applyInProgress(resources: number): Promise<{ pid: number }> {
  for (let tries = 0; tries < 1200; tries += 1) {
    const [run] = (await repository.run('run', 'list', '--json', '--limit', '1')).json<RunRecord[]>()
    const apply = run?.processes.findLast(({ operation, finishedAt }) => operation === 'apply' && finishedAt === undefined)
    if (run && apply) {
      const messages = await readFile(path.join(repository.directory, '.platform/runs', run.runId, 'apply-1.jsonl'), 'utf8').catch(() => '')
      if (messages.split('"type":"apply_complete"').length > resources) return apply
    }
    await sleep(100)
  }
  throw new Error('no apply has come so far')
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function expectOneOfEach(clients: AwsClients): Promise<void> {
  expect(await natGateways(clients)).toBe(1)
  expect(await doubledResources(clients)).toEqual([])
}

async function expectComplete(): Promise<void> {
  const again = await repository.run('env', 'create', 'dev', '--yes', '--json')
  expect(again.json()).toMatchObject({ status: 'unchanged' })
  const destroyed = await repository.run('env', 'destroy', 'dev', '--confirm', 'dev', '--json')
  expect(destroyed.json()).toMatchObject({ destroyed: true, orphans: [] })
}

describe('a creation that is cut short', () => {
  it('is finished by the same command after platform was killed: Terraform went on', async () => {
    const running = repository.start('env', 'create', 'dev', '--yes', '--json')
    const { pid } = await applyInProgress(3)
    process.kill(running.pid ?? 0, 'SIGKILL')
    await running
    expect(isAlive(pid)).toBe(true)

    const second = await repository.run('env', 'create', 'dev', '--yes', '--json')
    expect(second.stderr).not.toContain('Error')
    expect(second.json<CreateResult>()).toMatchObject({ status: 'resumed' })
    await expectOneOfEach(await clientsOf(repository))
    await expectComplete()
  })

  it('is finished by the same command after everything was killed, though the state lost what was made', async () => {
    const running = repository.start('env', 'create', 'dev', '--yes', '--json')
    const { pid } = await applyInProgress(25)
    process.kill(running.pid ?? 0, 'SIGKILL')
    process.kill(-pid, 'SIGKILL')
    await running

    const second = await repository.run('env', 'create', 'dev', '--yes', '--json')
    expect(second.stderr).not.toContain('Error')
    expect(second.json<CreateResult>()).toMatchObject({ status: 'resumed' })
    expect(second.stderr).toMatch(/found in AWS and imported/)
    await expectOneOfEach(await clientsOf(repository))
    await expectComplete()
  })

  it('stops cleanly on Ctrl-C, says how to go on, and goes on', async () => {
    const running = repository.start('env', 'create', 'dev', '--yes', '--json')
    await applyInProgress(3)
    process.kill(running.pid ?? 0, 'SIGINT')
    const { exitCode, stdout } = await running
    expect(exitCode).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'Interrupted', next: [expect.stringContaining('same command')] } })
    expect((await repository.run('env', 'list', '--json')).json()).toMatchObject([{ status: 'incomplete' }])

    const second = await repository.run('env', 'create', 'dev', '--yes', '--json')
    expect(second.json<CreateResult>()).toMatchObject({ status: 'resumed' })
    await expectOneOfEach(await clientsOf(repository))
  })

  it('can be destroyed instead, even where the state lost what was made', async () => {
    const running = repository.start('env', 'create', 'dev', '--yes', '--json')
    const { pid } = await applyInProgress(25)
    process.kill(running.pid ?? 0, 'SIGKILL')
    process.kill(-pid, 'SIGKILL')
    await running
    const destroyed = await repository.run('env', 'destroy', 'dev', '--confirm', 'dev', '--json')
    expect(destroyed.stderr).not.toContain('Error')
    expect(destroyed.json()).toMatchObject({ destroyed: true, orphans: [] })
  })
})

describe('two creations at once', () => {
  it('lets one work and tells the other who holds the environment', async () => {
    const running = repository.start('env', 'create', 'dev', '--yes', '--json')
    await applyInProgress(1)
    const second = await repository.run('env', 'create', 'dev', '--yes', '--json')
    expect(second.json()).toMatchObject({ error: { code: 'RunInProgress', details: { pid: running.pid } } })
    const { stdout } = await running
    expect(JSON.parse(stdout)).toMatchObject({ status: 'created' })
  })
})
