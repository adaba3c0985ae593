import { rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ExistingResources } from '../../src/lib/aws/existing/existing-resources.js'
import { importsFile, planImports, type ImportBlock } from '../../src/lib/aws/existing/plan-imports.js'
import { systemClock } from '../../src/lib/core/clock.js'
import { plannedCreates, summarisePlan, type PlanJson } from '../../src/lib/terraform/plan.js'
import { small } from '../e2e/modules/values.js'
import { copyOfTemplates, findBinary, writeJson, type Binary } from '../e2e/modules/workbench.js'
import { TestSandbox } from '../helpers/sandbox.js'
import { everything, managementNetwork } from './parts.js'

// An environment with everything that can be switched on, for types that a plain one does not have.
const ports = { clock: systemClock, signal: new AbortController().signal }
const scope = { platform: small.platform, environment: small.environment }
const MAX_ROUNDS = 6

let sandbox: TestSandbox
let terraform: Binary
let templates: string
let root: string

beforeAll(async () => {
  const binary = await findBinary('terraform')
  if (!binary) throw new Error('Terraform is needed')
  terraform = binary
  sandbox = await TestSandbox.start()
  templates = await copyOfTemplates()
  root = path.join(templates, 'roots', 'eks')
  await writeJson(root, 'terraform.tfvars.json', everything(await managementNetwork(sandbox.clients())))
  await run('init', '-input=false')
  await run('apply', '-input=false', '-auto-approve')
})

afterAll(async () => {
  await sandbox.remove()
  await rm(templates, { recursive: true, force: true })
})

const run = (...args: string[]) => terraform.run(root, args, { endpoint: sandbox.endpoint })

async function plan(): Promise<PlanJson> {
  await run('plan', '-input=false', '-out=plan.bin')
  return JSON.parse((await run('show', '-json', 'plan.bin')).stdout) as PlanJson
}

/** Plans until nothing more is found. */
async function recover(): Promise<{ plan: PlanJson; imports: ImportBlock[] }> {
  let imports: ImportBlock[] = []
  for (let rounds = 1; rounds <= MAX_ROUNDS; rounds += 1) {
    const current = await plan()
    const finder = new ExistingResources(ports, sandbox.clients(), scope)
    const round = await planImports(plannedCreates(current), finder, imports)
    expect(round.unknown).toEqual([])
    expect(round.failed).toEqual([])
    if (round.found === 0) return { plan: current, imports }
    imports = round.imports
    await writeJson(root, 'imports.tf.json', importsFile(imports))
  }
  throw new Error(`Something new was still found after ${MAX_ROUNDS} rounds.`)
}

test('imports every resource of an environment with everything after its state was lost', async () => {
  const before = (await run('state', 'list')).stdout.split('\n').filter((line) => /^module\.(?!.*\.data\.)/.test(line))
  await rename(path.join(root, 'terraform.tfstate'), path.join(root, 'lost.tfstate'))
  await rm(path.join(root, 'terraform.tfstate.backup'), { force: true })

  const { plan: last, imports } = await recover()
  expect(plannedCreates(last).map(({ address }) => address)).toEqual([])
  expect(summarisePlan(last).changes).toMatchObject({ add: 0, replace: 0, destroy: 0 })
  expect(imports.map(({ to }) => to).sort()).toEqual(before.sort())
})
