import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { UserError } from '../../../src/lib/core/errors.js'
import { Journal } from '../../../src/lib/core/journal.js'
import type { DetachedProcess } from '../../../src/lib/core/ports.js'
import { silentReporter } from '../../../src/lib/core/report.js'
import { makePlan } from '../../../src/lib/roots/planning.js'
import type { Run } from '../../../src/lib/roots/run.js'
import type { Terraform } from '../../../src/lib/terraform/terraform.js'
import { fakeClock } from '../../helpers/fake-clock.js'

let repository: string
let run: Run
beforeEach(async () => {
  repository = await mkdtemp(path.join(tmpdir(), 'platform-terraform-run-'))
  const clock = fakeClock()
  const journal = new Journal(repository, clock)
  const owner = { pid: 1, startedAt: 'x' }
  const record = await journal.start({ command: 'env plan dev', environment: 'dev', purpose: 'look', owner })
  const ports = {
    clock,
    report: silentReporter,
    signal: new AbortController().signal,
    interrupts: { onForce: () => () => undefined },
    processes: {},
  }
  run = { record, repository, journal, ports } as unknown as Run
})
afterEach(async () => rm(repository, { recursive: true }))

type Files = Parameters<Terraform['startPlan']>[0]

/** Plans with a Terraform that leaves these files, and ends like this. */
async function plan(end: { exitCode: number | null }, write: (files: Files) => Promise<void> = async () => undefined): Promise<unknown> {
  const terraform = {
    options: { program: 'terraform', folder: repository, env: {} },
    startPlan: async (files: Files): Promise<DetachedProcess> => {
      await write(files)
      return { pid: 2, startedAt: 'y', exited: Promise.resolve({ signal: null, ...end }) }
    },
    showPlan: async () => ({}),
  } as unknown as Terraform
  return makePlan({ run, terraform }, { progress: () => undefined }).catch((error: unknown) => error)
}

const failed = (words: string) => ({ code: 'PlanFailed', reason: expect.stringContaining(words) as string })

it('says of a Terraform that was killed that it may have been', async () => {
  expect(await plan({ exitCode: null })).toMatchObject(failed('may have been killed'))
  expect(run.record.processes).toMatchObject([{ operation: 'plan', finishedAt: expect.any(String) as string }])
})

it('repeats the end of what it printed, and no more', async () => {
  const error = await plan({ exitCode: 1 }, ({ stderrFile }) => writeFile(stderrFile, `${'no\n'.repeat(1_000_000)}the cause\n`))
  expect(error).toMatchObject(failed('the cause'))
  expect((error as UserError).reason?.length).toBeLessThan(5000)
})

it('prefers what its messages say', async () => {
  const diagnostic = { severity: 'error', summary: 'Unsupported argument' }
  const error = await plan({ exitCode: 1 }, async ({ messagesFile, stderrFile }) => {
    await writeFile(messagesFile, `not json\n${JSON.stringify({ type: 'diagnostic', diagnostic })}\n`)
    await writeFile(stderrFile, 'something else')
  })
  expect(error).toMatchObject({ code: 'PlanFailed', reason: 'Unsupported argument' })
})

it('does not believe a Terraform that says it planned, and wrote no plan', async () => {
  expect(await plan({ exitCode: 0 })).toMatchObject({ code: 'PlanFailed', message: expect.stringContaining('wrote none') as string })
})

it('takes a plan that was written', async () => {
  const made = await plan({ exitCode: 0 }, ({ planFile }) => writeFile(planFile, 'the plan'))
  expect(made).toMatchObject({
    file: expect.stringMatching(/plan-1\.tfplan$/) as string,
    digest: expect.stringMatching(/^sha256:/) as string,
  })
})
