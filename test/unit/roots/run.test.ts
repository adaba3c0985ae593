import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { UserError } from '../../../src/lib/core/errors.js'
import type { Ports } from '../../../src/lib/core/ports.js'
import { silentReporter } from '../../../src/lib/core/report.js'
import { type Run, withRun } from '../../../src/lib/roots/run.js'
import { runTerraform, terraformFiles } from '../../../src/lib/roots/terraform-run.js'
import { fakeClock } from '../../helpers/fake-clock.js'

let repository: string
beforeEach(async () => {
  repository = await mkdtemp(path.join(tmpdir(), 'platform-run-'))
})
afterEach(async () => rm(repository, { recursive: true, force: true }))

const ports = {
  clock: fakeClock(),
  report: silentReporter,
  signal: new AbortController().signal,
  interrupts: { onForce: () => () => undefined },
  processes: { self: async () => ({ pid: 1, startedAt: 'x' }), isAlive: async () => false },
} as unknown as Ports

/** A run whose journal cannot be written any more while `work` is done, as on a full disk. */
function onFullDisk(work: (run: Run) => Promise<unknown>): Promise<unknown> {
  return withRun(ports, { repository, environment: 'dev', command: 'env create dev', purpose: 'change' }, async (run) => {
    const file = path.join(run.journal.folderOf(run.record.runId), 'run.json')
    await rm(file)
    await mkdir(path.join(file, 'in the way'), { recursive: true })
    return work(run)
  })
}

it('ends with what went wrong, also where the journal cannot be written', async () => {
  const wrong = new UserError('VerifyFailed', 'It is not what it should be.')
  await expect(onFullDisk(() => Promise.reject(wrong))).rejects.toBe(wrong)
  await expect(onFullDisk(() => Promise.resolve(1))).rejects.toMatchObject({ code: 'FileNotWritable' })
})

it('ends with what Terraform says, also where the journal cannot be written', async () => {
  const terraform = (run: Run, exitCode: number, said: string): Promise<unknown> =>
    runTerraform(run, 'plan', {
      start: async () => {
        await writeFile(terraformFiles(run, 'plan').stderrFile, said)
        const { save } = run.journal
        // The start is noted; the disk is full from then on.
        run.journal.save = async () => void (run.journal.save = save)
        return { pid: 2, startedAt: 'y', exited: Promise.resolve({ exitCode, signal: null }) }
      },
      files: terraformFiles(run, 'plan'),
      control: { progress: () => undefined },
    })
  await expect(onFullDisk((run) => terraform(run, 1, 'Error: no such thing'))).rejects.toMatchObject({ code: 'PlanFailed' })
  // It cannot say that the disk is full when the disk is full.
  await expect(onFullDisk((run) => terraform(run, 1, ''))).rejects.toMatchObject({ code: 'FileNotWritable' })
  await expect(onFullDisk((run) => terraform(run, 0, ''))).rejects.toMatchObject({ code: 'FileNotWritable' })
})
