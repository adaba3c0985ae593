import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Project } from '../../../src/lib/config/project.js'
import { systemClock } from '../../../src/lib/core/clock.js'
import { UserError } from '../../../src/lib/core/errors.js'
import { execProgram } from '../../../src/lib/core/exec.js'
import { silentReporter } from '../../../src/lib/core/report.js'
import type { Ports } from '../../../src/lib/core/ports.js'
import { checkPlan, type PolicyResult } from '../../../src/lib/policy/check.js'
import { listPolicies } from '../../../src/lib/policy/list.js'
import { catalogue } from '../../../src/lib/tools/catalogue.js'
import { findTool } from '../../../src/lib/tools/resolve-tool.js'
import { sharedRoot } from '../modules/shared-bench.js'
import { shared } from '../modules/shared-values.js'
import { findBinary, temporaryFolder, writeJson, type Binary } from '../modules/workbench.js'

const ROOTS = fileURLToPath(new URL('roots/', import.meta.url))
const SECRET = 'hunter2-of-the-test'
const edge = { cidr: '0.0.0.0/0', port: 443 }

const ports = {
  exec: execProgram,
  clock: systemClock,
  report: silentReporter,
  env: process.env,
  signal: new AbortController().signal,
} as unknown as Ports

let terraform: Binary
let roots: string
let repository: string
/** What `terraform show -json` printed, by name. */
const plans: Record<string, string> = {}

beforeAll(async () => {
  terraform = (await findBinary('terraform'))!
  roots = await temporaryFolder('policy-roots')
  await cp(ROOTS, roots, { recursive: true })
  plans['good'] = await plan('good', { protection: true, environment: 'prod', token: SECRET, edge })
  plans['bad'] = await plan('bad', { protection: true, environment: 'prod' })
  await writeJson(path.join(roots, 'losing'), 'terraform.tfstate', stateWithData())
  plans['losing'] = await plan('losing', {}, '-refresh=false')
})

beforeEach(async () => {
  // OPA takes what stands before a colon for something else than a path.
  repository = path.join(await temporaryFolder('policy-repository'), 'a: b%')
  await mkdir(repository)
})

/** Plans with the real Terraform and provider. Nothing needs to be asked of AWS. */
async function plan(root: string, values: object, ...args: string[]): Promise<string> {
  const folder = path.join(roots, root)
  await writeJson(folder, 'terraform.tfvars.json', values)
  await terraform.run(folder, ['init', '-input=false'])
  await terraform.run(folder, ['plan', '-input=false', '-out=plan.tfplan', ...args])
  const file = path.join(folder, 'plan.json')
  await writeFile(file, (await terraform.run(folder, ['show', '-json', 'plan.tfplan'])).stdout)
  return file
}

/** A log group under its old name and a table that the files no longer hold. */
function stateWithData(): object {
  const resource = (type: string, name: string, attributes: object): object => ({
    mode: 'managed',
    type,
    name,
    provider: 'provider["registry.terraform.io/hashicorp/aws"]',
    instances: [{ schema_version: type === 'aws_dynamodb_table' ? 1 : 0, attributes }],
  })
  return {
    version: 4,
    terraform_version: '1.11.4',
    serial: 1,
    lineage: 'policy',
    outputs: {},
    resources: [
      resource('aws_cloudwatch_log_group', 'renamed', { id: 'old', name: 'old' }),
      resource('aws_dynamodb_table', 'gone', { id: 'gone', name: 'gone' }),
    ],
  }
}

function context() {
  return {
    ports,
    project: { directory: repository, environments: new Map() } as unknown as Project,
    findEngine: async () => {
      const { tool } = await findTool(ports, catalogue.opa)
      if (!tool) throw new Error('the setup of the tests installs opa')
      return tool
    },
    findTerraform: () => Promise.reject(new Error('JSON needs no Terraform')),
  }
}

const check = (name: string): Promise<PolicyResult> => checkPlan(context(), plans[name] ?? name)

const answers = new Map<string, Promise<PolicyResult>>()

/** What the shipped rules say of a plan, asked once. */
function shipped(name: string): Promise<PolicyResult> {
  const answer = answers.get(name) ?? check(name)
  answers.set(name, answer)
  return answer
}

async function policies(files: Record<string, string>): Promise<void> {
  await mkdir(path.join(repository, 'policies'), { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(repository, 'policies', name), text)
}

function addresses({ findings }: PolicyResult, rule: string): string[] {
  return findings.filter((finding) => finding.rule === rule).map(({ address }) => address.replace(/^aws_/, ''))
}

describe('the rules', () => {
  test('let good files pass', async () => {
    const result = await shipped('good')
    expect(result.findings).toEqual([])
    expect(result).toMatchObject({ environment: 'prod', failed: 0, passed: result.rules.length, engine: { name: 'opa' } })
  })

  test('each refuse something', async () => {
    const found = [...(await shipped('bad')).findings, ...(await shipped('losing')).findings]
    const { rules } = await listPolicies(context())
    expect([...new Set(found.map(({ rule }) => rule))].sort()).toEqual(rules.map(({ id }) => id))
    expect(found.every(({ fix, message }) => fix !== '' && message !== '')).toBe(true)
  })

  test('no-public-bucket', async () => {
    expect(addresses(await shipped('bad'), 'no-public-bucket').sort()).toEqual([
      's3_account_public_access_block.open',
      's3_bucket.bare',
      's3_bucket.half_covered["left_out"]',
      's3_bucket_acl.granted',
      's3_bucket_acl.public',
      's3_bucket_policy.all_but',
      's3_bucket_policy.any_address',
      's3_bucket_policy.star',
      's3_bucket_policy.star_over_tls',
      's3_bucket_public_access_block.open',
    ])
  })

  test('no-open-security-group', async () => {
    expect(addresses(await shipped('bad'), 'no-open-security-group').sort()).toEqual([
      'default_security_group.inline',
      'module.edge.aws_vpc_security_group_ingress_rule.https',
      'module.edge_of_somebody.aws_vpc_security_group_ingress_rule.https',
      'security_group.inline',
      'security_group_rule.open',
      'vpc_security_group_ingress_rule.half',
      'vpc_security_group_ingress_rule.ipv6',
    ])
  })

  test('encryption', async () => {
    expect(addresses(await shipped('bad'), 'encryption').sort()).toEqual([
      'cloudwatch_log_group.plain',
      'db_instance.plain',
      'dynamodb_table.plain',
      'ebs_snapshot_copy.plain',
      'ebs_volume.plain',
      'ecr_repository.plain',
      'eks_cluster.plain',
      'elasticache_cluster.single',
      'elasticache_replication_group.plain',
      'instance.plain',
      'kinesis_stream.plain',
      'launch_template.bare',
      'launch_template.plain',
      'rds_cluster.plain',
      's3_bucket.bare',
      'sns_topic.plain',
      'sqs_queue.plain',
    ])
  })

  test('required-tags', async () => {
    expect(addresses(await shipped('bad'), 'required-tags')).toEqual(['kms_key.empty_tag'])
  })

  test('deletion-protection, which is for protected environments only', async () => {
    const refused = ['db_instance.plain', 'db_instance.plain', 'dynamodb_table.plain', 'lb.plain', 'rds_cluster.plain']
    expect(addresses(await shipped('bad'), 'deletion-protection').sort()).toEqual(refused)
    const text = await readFile(plans['bad'] ?? '', 'utf8')
    const unprotected = path.join(repository, 'plan.json')
    const json = JSON.parse(text) as { variables: Record<string, { value: unknown }> }
    await writeJson(repository, 'plan.json', { ...json, variables: { ...json.variables, protection: { value: false } } })
    expect(addresses(await check(unprotected), 'deletion-protection')).toEqual([])
  })

  test('no-data-loss', async () => {
    const { findings } = await shipped('losing')
    expect(findings.map(({ rule, address, message }) => [rule, address, message])).toEqual([
      ['no-data-loss', 'aws_cloudwatch_log_group.renamed', 'It holds data and would be replaced.'],
      ['no-data-loss', 'aws_dynamodb_table.gone', 'It holds data and would be destroyed.'],
    ])
  })
})

test('what environments share keeps every rule', async () => {
  const root = await sharedRoot(shared)
  try {
    await root.run(['plan', '-input=false', '-out=plan.tfplan'])
    const file = path.join(repository, 'plan.json')
    await writeFile(file, (await root.run(['show', '-json', 'plan.tfplan'])).stdout)
    const result = await check(file)
    expect(result.findings).toEqual([])
    expect(result).toMatchObject({ environment: 'shared', failed: 0 })
  } finally {
    await root.remove()
  }
})

describe('a repository', () => {
  test('has exceptions: they count until their end, by address or pattern', async () => {
    const entry = (address: string, until: string): string =>
      `  - { rule: no-data-loss, address: "${address}", owner: shop, reason: moved, until: ${until} }\n`
    await policies({
      'exceptions.yaml': `exceptions:\n${entry('aws_cloud*.renamed', '2999-01-01')}${entry('aws_dynamodb_table.gone', '2026-01-01')}`,
    })
    const result = await check('losing')
    expect(result).toMatchObject({ failed: 1, excepted: 1, endedExceptions: [{ address: 'aws_dynamodb_table.gone' }] })
    expect(result.findings.map(({ address, status }) => [address, status])).toEqual([
      ['aws_dynamodb_table.gone', 'failed'],
      ['aws_cloudwatch_log_group.renamed', 'excepted'],
    ])
  })

  test('has rules of its own, which do not see secrets', async () => {
    const own = `package platform

import data.platform.plan

rules["no-tag-hidden"] := {"title": "No tag is called hidden.", "severity": "low"}

deny contains {"rule": "no-tag-hidden", "address": resource.address, "message": sprintf("It says %v", [json.marshal(input)])} if {
	some resource in plan.resources
	resource.change.after.tags.hidden
}
`
    await policies({ 'own.rego': own, 'own_test.rego': 'package anything_else' })
    const result = await check('good')
    expect(result).toMatchObject({ failed: 1, findings: [{ rule: 'no-tag-hidden', address: 'aws_db_instance.this', severity: 'low' }] })
    expect(result.rules.find(({ id }) => id === 'no-tag-hidden')).toMatchObject({ source: 'repository' })
    expect(JSON.stringify(result)).not.toContain(SECRET)
  })

  test.each([
    ['that is no Rego', 'package platform\n\nnonsense {', /own\.rego:3/],
    ['in another package', 'package main\n', /Only rules in the package platform/],
    ['that fails while it is asked', 'package platform\n\ndeny contains to_number("x") if input.platform', /own\.rego:3/],
    ['that gives no finding', 'package platform\n\ndeny contains "no"', /expected object/],
    [
      'that changes a shipped rule',
      'package platform\n\nrules["encryption"] := {"title": "No.", "severity": "low"}',
      /own\.rego|encryption\.rego/,
    ],
    ['with an unknown severity', 'package platform\n\nrules["x"] := {"title": "X", "severity": "dire"}', /x\.severity/],
  ])('is told of a rule %s', async (_what, text, reason) => {
    await policies({ 'own.rego': text })
    const error: unknown = await check('good').catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({ code: 'PolicyInvalid', reason: expect.stringMatching(reason) as string })
  })
})

test('the rules are formatted and strict', async () => {
  const { path: program } = await context().findEngine()
  const folder = fileURLToPath(new URL('../../../templates/policies', import.meta.url))
  await execProgram(program, ['check', '--strict', folder])
  expect((await execProgram(program, ['fmt', '--list', folder])).stdout).toBe('')
})
