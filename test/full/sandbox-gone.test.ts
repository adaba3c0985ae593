import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemProcesses } from '../../src/lib/core/processes.js'
import type { ApplyResult } from '../../src/lib/roots/apply-root.js'
import { sandboxFolders } from '../../src/lib/sandbox/folders.js'
import { readRecord, type SandboxRecord } from '../../src/lib/sandbox/record.js'
import { clientsOf } from '../helpers/aws.js'
import { applyInProgress, expectOneOfEach } from '../helpers/interruption.js'
import { Repository } from '../helpers/repository.js'

let repository: Repository
beforeEach(async () => {
  repository = await Repository.init()
})
afterEach(async () => repository.remove())

const CREATE = ['env', 'create', 'dev', '--yes', '--json']

async function sandbox(): Promise<SandboxRecord> {
  const record = await readRecord(sandboxFolders(repository.directory).record)
  if (!record) throw new Error('no sandbox')
  return record
}

describe('the local AWS in the middle of an apply', () => {
  it.each(['the emulator alone', 'all of it'] as const)(
    '%s is killed: the same command finishes, and nothing is made twice',
    async (what) => {
      const running = repository.start(...CREATE)
      await applyInProgress(repository, running, 5)
      const before = await sandbox()
      if (what === 'all of it') await systemProcesses.signal(before.supervisor, 'SIGKILL', { group: false })
      if (before.emulator) await systemProcesses.signal(before.emulator, 'SIGKILL', { group: false })
      const { stdout, stderr } = await running
      expect(`${stdout}${stderr}`).not.toMatch(/^\s+at /m)
      const first = JSON.parse(stdout) as Partial<ApplyResult> & { error?: { next: string[] } }
      // The emulator comes back in a second, so the provider's own tries may outlive it. Nothing outlives the end of all of it.
      if (what === 'all of it') expect(first.error?.next).not.toEqual([])
      const again = await repository.run(...CREATE)
      expect(again.exitCode, again.stderr + again.stdout).toBe(0)
      expect(again.json<ApplyResult>().status).toBe(first.error ? 'resumed' : 'unchanged')
      const after = await sandbox()
      expect(after.emulator?.pid).not.toBe(before.emulator?.pid)
      expect(after.supervisor.pid === before.supervisor.pid).toBe(what === 'the emulator alone')
      await expectOneOfEach(await clientsOf(repository))
      expect((await repository.run(...CREATE)).json()).toMatchObject({ status: 'unchanged' })
    },
  )
})
