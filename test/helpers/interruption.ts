import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'
import type { AwsClients } from '../../src/lib/aws/clients.js'
import { systemClock } from '../../src/lib/core/clock.js'
import { Journal } from '../../src/lib/core/journal.js'
import { doubledResources, natGateways } from './aws.js'
import type { Repository } from './repository.js'

/** A command that was started, as far as it matters here. */
export interface Running {
  readonly exitCode: number | null
  readonly signalCode: NodeJS.Signals | null
}

/** The Terraform that `running` applies with, once it has made at least `resources` resources. @throws when the command ends before. */
export async function applyInProgress(
  repository: Pick<Repository, 'directory'>,
  running: Running,
  resources: number,
): Promise<{ pid: number }> {
  // Not with `run list`: a start of Node each time would take the CPU from what is waited for.
  const journal = new Journal(repository.directory, systemClock)
  while (running.exitCode === null && running.signalCode === null) {
    const [run] = await journal.list()
    const apply = run?.processes.findLast(({ operation, finishedAt }) => operation === 'apply' && finishedAt === undefined)
    if (run && apply) {
      const messages = await readFile(path.join(journal.folderOf(run.runId), 'apply-1.jsonl'), 'utf8').catch(() => '')
      if (messages.split('"type":"apply_complete"').length > resources) return apply
    }
    await systemClock.sleep(50)
  }
  throw new Error(`The command ended before an apply had made ${resources} resources.`)
}

/** Starts a creation and kills `platform`, Terraform and its providers when so many resources were made: the state loses most of them. */
export async function createAndKillEverything(repository: Repository, resources: number): Promise<void> {
  const running = repository.start('env', 'create', 'dev', '--yes', '--json')
  const { pid } = await applyInProgress(repository, running, resources)
  process.kill(running.pid ?? 0, 'SIGKILL')
  process.kill(-pid, 'SIGKILL')
  await running
}

export async function expectOneOfEach(clients: AwsClients): Promise<void> {
  expect(await natGateways(clients)).toBe(1)
  expect(await doubledResources(clients)).toEqual([])
}
