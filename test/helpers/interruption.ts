import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { AwsClients } from '../../src/lib/aws/clients.js'
import { systemClock } from '../../src/lib/core/clock.js'
import { Journal } from '../../src/lib/core/journal.js'
import { doubledResources, natGateways } from './aws.js'
import type { Repository } from './repository.js'

/** The Terraform that is applying now, once it has made at least `resources` resources. */
export async function applyInProgress(repository: Repository, resources: number): Promise<{ pid: number }> {
  // Not with `run list`: a start of Node each time would take the CPU from what is waited for.
  const journal = new Journal(repository.directory, systemClock)
  for (let tries = 0; tries < 3000; tries += 1) {
    const [run] = await journal.list()
    const apply = run?.processes.findLast(({ operation, finishedAt }) => operation === 'apply' && finishedAt === undefined)
    if (run && apply) {
      const file = path.join(journal.folderOf(run.runId), 'apply-1.jsonl')
      const messages = await readFile(file, 'utf8').catch(() => '')
      if (messages.split('"type":"apply_complete"').length > resources) return apply
    }
    await sleep(100)
  }
  throw new Error('no apply has come so far')
}

/** Starts a creation and kills `platform`, Terraform and its providers when so many resources were made: the state loses most of them. */
export async function createAndKillEverything(repository: Repository, resources: number): Promise<void> {
  const running = repository.start('env', 'create', 'dev', '--yes', '--json')
  const { pid } = await applyInProgress(repository, resources)
  process.kill(running.pid ?? 0, 'SIGKILL')
  process.kill(-pid, 'SIGKILL')
  await running
}

export async function expectOneOfEach(clients: AwsClients): Promise<void> {
  expect(await natGateways(clients)).toBe(1)
  expect(await doubledResources(clients)).toEqual([])
}

/** Nothing is missing. */
export async function expectUnchanged(repository: Repository): Promise<void> {
  const again = await repository.run('env', 'create', 'dev', '--yes', '--json')
  expect(again.json()).toMatchObject({ status: 'unchanged' })
}

/** Nothing is missing, and nothing is left when it is destroyed. */
export async function expectComplete(repository: Repository): Promise<void> {
  await expectUnchanged(repository)
  const destroyed = await repository.run('env', 'destroy', 'dev', '--confirm', 'dev', '--json')
  expect(destroyed.json()).toMatchObject({ destroyed: true, orphans: [] })
}
