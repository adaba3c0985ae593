import { rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ExistingResources } from '../../src/lib/aws/existing/existing-resources.js'
import { importsFile, planImports, type ImportBlock } from '../../src/lib/aws/existing/plan-imports.js'
import { findLeftovers } from '../../src/lib/aws/leftovers/leftovers.js'
import { systemClock } from '../../src/lib/core/clock.js'
import { plannedCreates, summarisePlan, type PlanJson } from '../../src/lib/terraform/plan.js'
import { doubledResources, natGateways } from '../helpers/aws.js'
import { small } from './modules/values.js'
import { copyOfTemplates, findBinary, startEmulator, writeJson, type Binary, type Emulator } from './modules/workbench.js'

const ports = { clock: systemClock, signal: new AbortController().signal }
// Every resource type that the modules know.
const values = { ...small, network: { ...small.network, nat: 'per-zone', interface_endpoints: ['ecr.api'] } }
const NAT_GATEWAYS = values.network.zone_count
const scope = { platform: small.platform, environment: small.environment }
const MAX_ROUNDS = 5

let emulator: Emulator
let terraform: Binary
let templates: string
let root: string

beforeAll(async () => {
  const binary = await findBinary('terraform')
  if (!binary) throw new Error('Terraform is needed')
  terraform = binary
  emulator = await startEmulator()
  templates = await copyOfTemplates()
  root = path.join(templates, 'roots', 'eks')
  await writeJson(root, 'terraform.tfvars.json', values)
  await run('init', '-input=false')
})

afterAll(async () => {
  await emulator.stop()
  await rm(templates, { recursive: true, force: true })
})

const run = (...args: string[]) => terraform.run(root, args, { endpoint: emulator.endpoint })

async function plan(): Promise<PlanJson> {
  await run('plan', '-input=false', '-out=plan.bin')
  return JSON.parse((await run('show', '-json', 'plan.bin')).stdout) as PlanJson
}

const session = () => new ExistingResources(ports, emulator.clients, scope)

/** Plans until nothing more is found. */
async function recover(): Promise<{ plan: PlanJson; imports: ImportBlock[]; rounds: number }> {
  let imports: ImportBlock[] = []
  for (let rounds = 1; rounds <= MAX_ROUNDS; rounds += 1) {
    const current = await plan()
    const round = await planImports(plannedCreates(current), session(), imports)
    expect(round.unknown).toEqual([])
    expect(round.failed).toEqual([])
    if (round.found === 0) return { plan: current, imports, rounds }
    imports = round.imports
    await writeJson(root, 'imports.tf.json', importsFile(imports))
  }
  throw new Error(`Something new was still found after ${MAX_ROUNDS} rounds.`)
}

async function loseState(): Promise<void> {
  await rename(path.join(root, 'terraform.tfstate'), path.join(root, 'lost.tfstate'))
  await rm(path.join(root, 'terraform.tfstate.backup'), { force: true })
}

test('finds nothing in an account that has nothing', async () => {
  const creates = plannedCreates(await plan())
  expect(creates.length).toBeGreaterThan(50)
  await expect(planImports(creates, session())).resolves.toMatchObject({ found: 0, failed: [], unknown: [] })
})

test('imports everything after the whole state was lost, and makes nothing twice', async () => {
  await run('apply', '-input=false', '-auto-approve')
  const before = (await run('state', 'list')).stdout.split('\n').filter((line) => /^module\.(?!.*\.data\.)/.test(line))
  await loseState()

  const { plan: last, imports, rounds } = await recover()
  expect(plannedCreates(last).map(({ address }) => address)).toEqual([])
  const { changes } = summarisePlan(last)
  expect(changes).toMatchObject({ add: 0, replace: 0, destroy: 0 })
  expect(imports.map(({ to }) => to).sort()).toEqual(before.sort())
  expect(rounds).toBeLessThanOrEqual(MAX_ROUNDS)

  await run('apply', '-input=false', 'plan.bin')
  await rm(path.join(root, 'imports.tf.json'))
  expect(await natGateways(emulator.clients)).toBe(NAT_GATEWAYS)
  expect(await doubledResources(emulator.clients)).toEqual([])
  expect(summarisePlan(await plan()).hasChanges).toBe(false)
})

test('imports only what the state does not know', async () => {
  await run('state', 'rm', 'module.network.aws_nat_gateway.this[0]', 'module.cluster.aws_eks_cluster.this')
  const { imports } = await recover()
  expect(imports.map(({ to }) => to).sort()).toEqual(['module.cluster.aws_eks_cluster.this', 'module.network.aws_nat_gateway.this[0]'])
  await run('apply', '-input=false', 'plan.bin')
  await rm(path.join(root, 'imports.tf.json'))
  expect(await natGateways(emulator.clients)).toBe(NAT_GATEWAYS)
})

test('sees the living environment as left over, and only deleted keys after it was destroyed', async () => {
  const identity = { ...scope, clusterName: small.cluster.name }
  const living = await findLeftovers(emulator.clients, identity)
  const types = new Set(living.orphans.map(({ type }) => type))
  for (const type of [
    'ec2:vpc',
    'ec2:subnet',
    'ec2:natgateway',
    'ec2:elastic-ip',
    'eks:cluster',
    'iam:role',
    'kms:key',
    'kms:alias',
    'logs:log-group',
  ]) {
    expect(types, type).toContain(type)
  }

  await run('destroy', '-input=false', '-auto-approve')
  const { orphans, retained } = await findLeftovers(emulator.clients, identity, ports)
  expect(orphans).toEqual([])
  expect(retained.map(({ arn }) => /:key\//.test(arn))).toEqual([true, true, true, true])
  for (const { until } of retained) expect(new Date(until ?? '').getTime()).toBeGreaterThan(Date.now() + 6 * 86_400_000)
})
