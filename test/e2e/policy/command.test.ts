import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PolicyResult } from '../../../src/lib/policy/check.js'
import type { PlanResult } from '../../../src/lib/roots/plan-root.js'
import { Repository } from '../../helpers/repository.js'
import { findBinary } from '../modules/workbench.js'

let repository: Repository
const plans: Record<string, string> = {}
/** The plan of dev as `terraform show -json` prints it: read sooner than the plan itself. */
let json: string

const environment = (preset: string, cidr: string): string => `apiVersion: platform/v1alpha1
kind: Environment
role: workload
isolation: hard
preset: ${preset}
account: sandbox
network:
  cidr: ${cidr}
cluster:
  kubernetesVersion: "1.35"
`

beforeAll(async () => {
  repository = await Repository.init()
  for (const [name, preset, cidr] of [
    ['dev', 'small', '10.0.0.0/16'],
    ['prod', 'production', '10.1.0.0/16'],
  ] as const) {
    await writeFile(path.join(repository.directory, 'environments', `${name}.yaml`), environment(preset, cidr))
    const planned = await repository.run('env', 'plan', name, '--json')
    expect(planned.stderr).not.toContain('Error')
    plans[name] = planned.json<PlanResult>().planFile
  }
  json = path.join(repository.directory, 'dev.json')
  const terraform = (await findBinary('terraform'))!
  const shown = await terraform.run(path.join(repository.directory, 'infra/environments/dev'), ['show', '-json', plans['dev'] ?? ''])
  await writeFile(json, shown.stdout)
})
afterAll(async () => repository.remove())

const check = (...args: string[]) => repository.run('policy', 'check', ...args)

test.each(['dev', 'prod'])('the plan of a shipped environment keeps every rule: %s', async (name) => {
  const { exitCode, stderr, json } = await check(plans[name] ?? '', '--json')
  expect(stderr).not.toContain('Error')
  const result = json<PolicyResult>()
  expect(result.findings).toEqual([])
  expect(exitCode).toBe(0)
  expect(result).toMatchObject({ planFile: plans[name], environment: name, failed: 0, excepted: 0 })
  expect(result.planDigest).toMatch(/^sha256:/)
})

test('a plan that breaks a rule ends with 3, for people and for machines', async () => {
  const rule = `package platform

rules["no-network"] := {"title": "There is no network.", "severity": "low"}

deny contains {"rule": "no-network", "address": resource.address, "message": "It is a network.", "fix": "Stay alone."} if {
	some resource in input.resource_changes
	resource.type == "aws_vpc"
}
`
  await mkdir(path.join(repository.directory, 'policies'), { recursive: true })
  await writeFile(path.join(repository.directory, 'policies', 'own.rego'), rule)
  const people = await check(plans['dev'] ?? '')
  expect(people.exitCode).toBe(3)
  expect(people.stdout).toContain('low  no-network  module.network.aws_vpc.this\n      It is a network.\n      Mend: Stay alone.')
  expect(people.stderr).toContain('Error [PolicyRefused]')
  const machines = await check(json, '--json')
  expect(machines.exitCode).toBe(3)
  expect(machines.json()).toMatchObject({ failed: 1, findings: [{ status: 'failed' }], error: { code: 'PolicyRefused' } })

  const exceptions = 'exceptions:\n  - { rule: no-network, address: module.network.*, owner: shop, reason: needed, until: 2999-12-31 }\n'
  await writeFile(path.join(repository.directory, 'policies', 'exceptions.yaml'), exceptions)
  const excepted = await check(json, '--environment', 'dev')
  expect(excepted.exitCode).toBe(0)
  expect(excepted.stdout).toContain('excepted until 2999-12-31  no-network')
  const { stdout } = await repository.run('policy', 'list')
  expect(stdout).toMatch(/no-network +low +repository/)
  const table = stdout.slice(0, stdout.indexOf('Exception: ')).split('\n')
  expect(Math.max(...table.map(({ length }) => length))).toBeLessThanOrEqual(80)
})

test('wrong use ends with 64 and says what to do', async () => {
  for (const args of [['none.tfplan'], ['platform.yaml'], [json, '-e', 'prod'], [plans['dev'] ?? '', '-e', 'nowhere'], []]) {
    const { exitCode, stderr } = await check(...args)
    expect(exitCode).toBe(64)
    expect(stderr).toContain('Next:')
  }
})

const LARGE = 10 * 1024 * 1024
test.each([
  ['policies/exceptions.yaml', 'a'.repeat(LARGE), ['policy', 'list'], 'InvalidConfiguration'],
  ['large.json', JSON.stringify({ note: 'x'.repeat(LARGE) }), ['policy', 'check', 'large.json'], 'PlanUnreadable'],
  ['large.bin', 'x'.repeat(LARGE), ['policy', 'check', 'large.bin'], 'PlanUnreadable'],
])('%s of 10 MB is refused in a few words', async (file, text, args, code) => {
  const place = path.join(repository.directory, file)
  await mkdir(path.dirname(place), { recursive: true })
  await writeFile(place, text)
  try {
    const { exitCode, stderr } = await repository.run(...args)
    expect(stderr).toContain(`Error [${code}]`)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(stderr.length).toBeLessThan(5000)
    expect(exitCode).toBe(64)
  } finally {
    await rm(place)
  }
})
