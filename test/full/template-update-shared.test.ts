import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { execProgram } from '../../src/lib/core/exec.js'
import type { ApplyResult } from '../../src/lib/roots/apply-root.js'
import type { PlanResult } from '../../src/lib/roots/plan-root.js'
import type { Manifest } from '../../src/lib/templates/shipped.js'
import type { TemplateUpdate } from '../../src/lib/templates/update/update.js'
import { vendorRoot } from '../../src/lib/templates/vendor.js'
import { clientsOf } from '../helpers/aws.js'
import { Repository } from '../helpers/repository.js'
import { copyOfShipped } from '../helpers/templates.js'

// The root of what environments share has one version so far, so the older one is made here: its registries scan nothing, and it
// knows neither alarms and budgets nor their outputs.
let repository: Repository
let older: string
beforeAll(async () => {
  older = await olderTemplates()
  repository = await Repository.init('acme', { shared: true })
  await repository.edit('platform.yaml', (text) => text.replace('repositories: []', 'repositories: [shop]'))
  await vendorRoot(repository.directory, { folder: 'infra/shared', root: 'shared', templates: older })
})
afterAll(async () => {
  await repository.remove()
  await rm(older, { recursive: true })
})

async function olderTemplates(): Promise<string> {
  const folder = await copyOfShipped()
  const change = async (file: string, edit: (text: string) => string) => {
    const target = path.join(folder, file)
    const text = await readFile(target, 'utf8')
    expect(edit(text)).not.toBe(text)
    await writeFile(target, edit(text))
  }
  const manifest = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as Manifest
  const { registry: module = '' } = manifest.modules
  const { version: root = '' } = manifest.roots['shared'] ?? {}
  for (const [place, version] of [
    ['modules/registry', module],
    ['roots/shared', root],
  ] as const) {
    await cp(path.join(folder, 'terraform', place, version), path.join(folder, 'terraform', place, '0.9.0'), { recursive: true })
  }
  await change('terraform/roots/shared/0.9.0/main.tf', (text) =>
    text.replace(`modules/registry/${module}`, 'modules/registry/0.9.0').replace(/\nmodule "observability" {[^]*?\n}\n/, ''),
  )
  await change('terraform/roots/shared/0.9.0/outputs.tf', (text) =>
    text.replace(/\noutput "(?:budget_names|alerts_topic_arn)" {[^]*?\n}\n/g, ''),
  )
  await change('terraform/modules/registry/0.9.0/main.tf', (text) => text.replace('scan_on_push = true', 'scan_on_push = false'))
  manifest.version = '0.1.9'
  manifest.modules['registry'] = '0.9.0'
  manifest.roots['shared'] = { ...manifest.roots['shared']!, version: '0.9.0' }
  await writeFile(path.join(folder, 'manifest.json'), JSON.stringify(manifest))
  return folder
}

const file = (name: string) => path.join(repository.directory, name)
const scanning = async (): Promise<unknown> => {
  const { DescribeRepositoriesCommand } = await import('@aws-sdk/client-ecr')
  const { repositories = [] } = await (await (await clientsOf(repository)).ecr()).send(new DescribeRepositoriesCommand({}))
  return repositories.map(({ imageScanningConfiguration }) => imageScanningConfiguration?.scanOnPush)
}

it('goes on with its older version, with edits in it', async () => {
  await repository.edit('infra/modules/registry/0.9.0/main.tf', (text) =>
    text.replace('tags = merge(var.tags, {\n', 'tags = merge(var.tags, {\n    "ours"              = "yes"\n'),
  )
  await repository.edit('infra/shared/outputs.tf', (text) => `output "ours" {\n  value = "kept"\n}\n\n${text}`)
  const applied = await repository.run('shared', 'apply', '--yes', '--json')
  expect(applied.stderr).not.toContain('Error')
  expect(applied.json<ApplyResult>()).toMatchObject({ status: 'created', outputs: { ours: 'kept' } })
  expect(await scanning()).toEqual([false])
  const list = await repository.run('template', 'list', '--json')
  expect(list.json()).toMatchObject({
    roots: [{ name: 'shared', version: '0.9.0', templates: '0.1.9', updateAvailable: true, edited: 2 }],
  })
})

it('is updated by itself, and keeps the edits', async () => {
  const git = (...args: string[]) =>
    execProgram('git', ['-c', 'user.name=a', '-c', 'user.email=a@localhost', ...args], { cwd: repository.directory })
  await git('add', '-A')
  await git('commit', '-q', '-m', 'shared')
  expect((await repository.run('template', 'update', '--all', '--check')).exitCode).toBe(3)
  const updated = await repository.run('template', 'update', 'shared', '--yes')
  expect(updated.exitCode, updated.stderr).toBe(0)
  // The next step is the plan of this root, and not of an environment.
  expect(updated.stdout + updated.stderr).toContain('platform shared plan')
  expect(await readFile(file('infra/shared/outputs.tf'), 'utf8')).toMatch(/output "ours"[^]*output "budget_names"/)
  expect(await readFile(file('infra/modules/registry/1.0.0/main.tf'), 'utf8')).toMatch(
    /"ours"[^]*scan_on_push = true|scan_on_push = true[^]*"ours"/,
  )
  const again = await repository.run('template', 'update', 'shared', '--check', '--json')
  expect(again.json<TemplateUpdate>()).toMatchObject({ status: 'unchanged' })
})

it('plans and applies what the newer version brings, in place', async () => {
  const plan = await repository.run('shared', 'plan', '--json')
  expect(plan.exitCode, plan.stderr).toBe(2)
  expect(plan.json<PlanResult>()).toMatchObject({
    changes: { add: 0, change: 1, destroy: 0, replace: 0 },
    resources: [{ address: 'module.registry[0].aws_ecr_repository.this["shop"]', actions: ['update'] }],
  })
  const applied = await repository.run('shared', 'apply', '--yes', '--json')
  expect(applied.json<ApplyResult>()).toMatchObject({ status: 'updated', outputs: { ours: 'kept' } })
  expect(await scanning()).toEqual([true])
  expect((await repository.run('shared', 'plan')).exitCode).toBe(0)
})
