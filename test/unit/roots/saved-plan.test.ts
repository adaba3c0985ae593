import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { savedPlanStep } from '../../../src/lib/roots/plan-step.js'
import type { Plan } from '../../../src/lib/roots/planning.js'
import type { Prepared } from '../../../src/lib/roots/preparation.js'
import type { Run } from '../../../src/lib/roots/run.js'
import type { PlanJson } from '../../../src/lib/terraform/plan.js'

const HERE = { platform: 'acme', environment: 'dev', account_id: '111122223333', region: 'eu-west-1' }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-saved-plan-'))
  await writeFile(path.join(folder, 'terraform.tfvars.json'), JSON.stringify(HERE))
  await writeFile(path.join(folder, 'plan'), 'the plan')
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

async function read(planned: Record<string, string>, digest?: string): Promise<Plan | undefined> {
  const json: PlanJson = { variables: Object.fromEntries(Object.entries(planned).map(([name, value]) => [name, { value }])) }
  const prepared = (): Prepared => ({ terraform: { options: { folder }, showPlan: async () => json } }) as unknown as Prepared
  const run = { record: { environment: 'dev' } } as Run
  const commands = { plan: 'platform env plan dev', apply: '', destroy: '', origins: '' }
  let plan: Plan | undefined
  const savedPlan = { file: path.join(folder, 'plan'), ...(digest !== undefined && { digest }) }
  await savedPlanStep({ run, root: { commands }, prepared, savedPlan }, (made) => (plan = made)).run({ progress: () => undefined })
  return plan
}

it('takes the plan of this environment', async () => {
  expect(await read(HERE)).toMatchObject({ digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string })
})

it.each([{ environment: 'prod' }, { account_id: '444455556666' }, { region: 'us-east-1' }, { platform: 'other' }])(
  'refuses a plan for %j',
  async (other) => {
    await expect(read({ ...HERE, ...other })).rejects.toMatchObject({
      code: 'PlanChanged',
      reason: expect.stringContaining(Object.keys(other)[0] ?? '') as string,
    })
  },
)

it('refuses a plan with another digest', async () => {
  await expect(read(HERE, `sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'PlanChanged' })
})

it.runIf(process.platform === 'linux')('takes a plan that belongs to somebody else', async () => {
  // Nobody may change the rights of it.
  await rm(path.join(folder, 'plan'))
  await symlink('/proc/self/status', path.join(folder, 'plan'))
  expect(await read(HERE)).toMatchObject({ digest: expect.stringContaining('sha256:') as string })
})
