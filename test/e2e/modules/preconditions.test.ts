import { afterAll, beforeAll, expect, test } from 'vitest'
import { moduleValues } from './bad-values.js'
import { planOfModule } from './planned.js'
import { shared } from './shared-values.js'
import { copyOfTemplates, findBinary, placeOfRoot, startEmulator, writeJson, type Emulator } from './workbench.js'
import path from 'node:path'

// What only several variables together break is refused while Terraform plans, not when it reads each of them.
let emulator: Emulator
beforeAll(async () => void (emulator = await startEmulator()))
afterAll(() => emulator.stop())

const good = (module: string): Record<string, unknown> => moduleValues[module]!.good

/** What Terraform says, in one line, against a plan of the module. */
async function refusal(module: string, values: Record<string, unknown>): Promise<string> {
  const error = await planOfModule(emulator, module, 'eu-west-1', { ...good(module), ...values }).then(
    () => new Error('it was planned'),
    (caught: unknown) => caught as Error,
  )
  return inOneLine(error.message)
}

/** Terraform wraps lines, and draws a border beside them. */
const inOneLine = (text: string): string => text.replaceAll(/[\s│╵╷]+/g, ' ')

test('a trail neither locks records for longer than it keeps them, nor moves them after their end', async () => {
  const said = await refusal('trail', { retention_days: 100, lock_days: 101, cold_storage_days: 100 })
  expect(said).toContain('lock_days must be at most retention_days.')
  expect(said).toContain('cold_storage_days must be smaller than retention_days.')
})

test('a budget tells somebody', async () => {
  const budgets = { quiet: { monthly_usd: 10, emails: [] } }
  expect(await refusal('observability', { budgets, alarms: false })).toContain('Budget "quiet" tells nobody')
})

test('a network is not peered with itself', async () => {
  const { vpc_id } = good('connectivity')
  const management = { ...(good('connectivity')['management'] as object), vpc_id }
  expect(await refusal('connectivity', { management })).toContain('A network cannot be peered with itself')
})

test('what environments share has no budget that tells nobody, or that is none', async () => {
  const terraform = (await findBinary('terraform'))!
  const folder = path.join(await copyOfTemplates(), placeOfRoot('shared'))
  await terraform.run(folder, ['init', '-input=false'])
  const budget = { monthly_usd: 10, tag: null, emails: [] as string[], thresholds: [80] }
  const nothing = { ...shared, registry: null, trail: null, dns: null, access_baseline: null }
  for (const [change, messages] of [
    [{}, ['Budget "quiet" tells nobody']],
    [
      { monthly_usd: 0, thresholds: [], emails: ['nobody'] },
      ['A budget must be above 0 US dollars.', 'A budget has 1 to 4 thresholds', 'Each address of a budget must be one of e-mail'],
    ],
  ] as const) {
    const observability = { alarms: false, emails: [], budgets: { quiet: { ...budget, ...change } }, cost_allocation_tags: [] }
    await writeJson(folder, 'terraform.tfvars.json', { ...nothing, observability })
    const plan = await terraform.run(folder, ['plan', '-input=false', '-no-color'], { endpoint: emulator.endpoint, okCodes: [0, 1] })
    expect(plan.exitCode).toBe(1)
    for (const message of messages) expect(inOneLine(plan.stderr)).toContain(message)
  }
})
