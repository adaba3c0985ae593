import { execa } from 'execa'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AffectedResult } from '../../src/lib/environments/affected.js'
import type { DriftResult } from '../../src/lib/environments/fleet/drift-fleet.js'
import type { FleetResult } from '../../src/lib/environments/fleet/result.js'
import { clientsOf } from '../helpers/aws.js'
import { Repository } from '../helpers/repository.js'

let repository: Repository
beforeAll(async () => {
  repository = await Repository.init()
})
afterAll(async () => repository.remove())

const NAMES = ['mgmt', 'dev']
const MISSING = '--environment=absent'
const git = (...args: string[]) =>
  execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: repository.directory })
const textOf = (file: string): Promise<string> => readFile(path.join(repository.directory, file), 'utf8')

/** Takes a resource out of the state, as `terraform state rm` of a user does. */
async function forget(environment: string, address: string): Promise<void> {
  const { variables } = (await repository.run('sandbox', 'env', '--json')).json<{ variables: Record<string, string> }>()
  await execa('terraform', ['state', 'rm', address], {
    cwd: path.join(repository.directory, 'infra/environments', environment),
    env: variables,
  })
}

describe('many environments', () => {
  it('are applied together, management before workload', async () => {
    const init = [
      ['mgmt', 'management'],
      ['dev', 'workload'],
    ] as const
    // The files only: a preview writes none, and a plan is what the next test makes.
    for (const [name, role] of init) {
      const { stderr } = await repository.run('env', 'create', name, '--role', role, '--yes', '--timeout', '1s')
      expect(stderr).toContain(`Wrote environments/${name}.yaml`)
    }
    await git('add', '--all')
    await git('commit', '--quiet', '--message', 'Add environments')
    const applied = await repository.run('env', 'apply', '--all', '--yes', '--json', '--report-file', 'apply.md')
    expect(applied.exitCode, applied.stderr).toBe(0)
    const { environments, summary } = applied.json<FleetResult>()
    expect(environments.map(({ environment }) => environment)).toEqual(NAMES)
    expect(summary).toMatchObject({ total: 2, changed: 2, failed: 0 })
    expect(applied.stderr.indexOf('mgmt: done')).toBeLessThan(applied.stderr.indexOf('dev …'))
    expect(await textOf('apply.md')).toMatch(/^\| mgmt \| (?:created|resumed) \| \+\d+ ~0 -0 \|/m)
  })

  it('are planned together, and nothing is left to do', async () => {
    const plan = await repository.run('env', 'plan', '--all', '--json', '--logs', 'grouped', '--report-file', 'plan.json')
    expect(plan.exitCode, plan.stderr).toBe(0)
    expect(plan.json<FleetResult>().environments.map(({ status }) => status)).toEqual(['unchanged', 'unchanged'])
    expect(JSON.parse(await textOf('plan.json'))).toEqual(plan.json())
    expect(plan.stderr).toMatch(/dev:\n {2}Configuration: Kubernetes/)
  })

  it('show what was changed and deleted outside of Terraform, and nothing else', async () => {
    const clients = await clientsOf(repository)
    const { CreateKeyCommand, DeleteAliasCommand } = await import('@aws-sdk/client-kms')
    const { TagRoleCommand } = await import('@aws-sdk/client-iam')
    await (await clients.kms()).send(new DeleteAliasCommand({ AliasName: 'alias/acme/dev/images' }))
    await (await clients.iam()).send(new TagRoleCommand({ RoleName: 'acme-dev-node', Tags: [{ Key: 'owner', Value: 'some|body' }] }))
    const Tags = [
      { TagKey: 'platform:name', TagValue: 'acme' },
      { TagKey: 'platform:environment', TagValue: 'dev' },
    ]
    const { KeyMetadata } = await (await clients.kms()).send(new CreateKeyCommand({ Tags }))
    await forget('dev', 'module.cluster.aws_cloudwatch_log_group.control_plane')
    const drifted = await repository.run('env', 'drift', '--all', '--json')
    expect(drifted.exitCode, drifted.stderr).toBe(2)
    const [mgmt, dev] = drifted.json<DriftResult>().environments
    expect(mgmt).toMatchObject({ name: 'mgmt', verdict: 'clean' })
    expect(dev).toMatchObject({ name: 'dev', verdict: 'drifted', argocd: [] })
    const by = (event: string) => ({ changedBy: { principal: 'arn:aws:iam::000000000000:root', event, at: expect.any(String) as string } })
    expect(dev?.terraform).toEqual([
      {
        ...{ address: 'module.cluster.aws_iam_role.node', kind: 'changed', attributes: ['tags.owner'] },
        ...{ changes: [{ attribute: 'tags.owner', before: null, after: 'some|body' }], ...by('iam:TagRole') },
      },
      {
        ...{ address: 'module.keys.aws_kms_alias.this["images"]', kind: 'deleted', attributes: [], changes: [] },
        ...by('kms:DeleteAlias'),
      },
      {
        ...{ address: 'module.cluster.aws_cloudwatch_log_group.control_plane', kind: 'outside-state', attributes: [], changes: [] },
        ...{ importId: '/aws/eks/acme-dev/cluster', changedByUnknown: expect.stringContaining('was made by Terraform') as string },
      },
    ])
    expect(dev?.aws).toEqual([{ arn: KeyMetadata?.Arn, type: 'kms:key', reason: expect.any(String) as string, ...by('kms:CreateKey') }])
    const markdown = await repository.run('env', 'drift', 'dev', '--markdown')
    expect(markdown.exitCode, markdown.stderr).toBe(2)
    expect(markdown.stdout).toContain('| dev | drifted | module.cluster.aws\\_iam\\_role.node | tags.owner: nothing → "some\\|body" |')
    const clean = await repository.run('env', 'drift', '--environment', 'mgmt', '--json')
    expect(clean.exitCode, clean.stdout).toBe(0)
    expect(clean.json<DriftResult>().environments).toMatchObject([{ name: 'mgmt', verdict: 'clean', terraform: [] }])
  })

  it('end with 4 when a part of them failed, and say which and why', async () => {
    await repository.edit('infra/environments/mgmt/outputs.tf', (text) => `${text}\noutput "broken" {\n  value = nothing.here\n}\n`)
    const plan = await repository.run('env', 'plan', '--all', '--json')
    expect(plan.exitCode).toBe(4)
    const [mgmt, dev] = plan.json<FleetResult>().environments
    expect(mgmt).toMatchObject({ status: 'failed', error: { code: 'PlanFailed' } })
    expect(dev).toMatchObject({ status: 'changed' })
    await git('checkout', '--', 'infra/environments/mgmt/outputs.tf').catch(() => undefined)
    const unknown = await repository.run('env', 'plan', MISSING, '--json')
    expect(unknown.exitCode).toBe(64)
    expect(unknown.stdout).toContain('EnvironmentNotFound')
  })
})

describe('env affected', () => {
  it('lists what a change touches, value by value', async () => {
    await git('add', '--all')
    await git('commit', '--quiet', '--message', 'Apply')
    const affected = async (): Promise<AffectedResult['environments']> =>
      (await repository.run('env', 'affected', '--since', 'HEAD', '--json')).json<AffectedResult>().environments
    expect(await affected()).toEqual([])
    await repository.edit('environments/dev.yaml', (text) => text.replace(/^# .*\n/, '# Only a comment.\n'))
    expect(await affected()).toEqual([])
    await repository.edit('environments/dev.yaml', (text) => `${text}\ntags:\n  team: shop\n`)
    expect(await affected()).toEqual([{ name: 'dev', reasons: ['configuration: tags'] }])
    const main = await textOf('infra/environments/dev/main.tf')
    const module = /"\.\.\/\.\.\/(modules\/keys\/[\d.]+)"/.exec(main)?.[1] ?? ''
    await repository.edit(`infra/${module}/main.tf`, (text) => `${text}\n# ours\n`)
    expect((await affected()).map(({ name }) => name)).toEqual(['dev', 'mgmt'])
  })

  it('refuses what is no commit', async () => {
    const wrong = await repository.run('env', 'affected', '--since', '--output=x', '--json')
    expect(wrong.exitCode).toBe(64)
    const unknown = await repository.run('env', 'affected', '--since', 'nowhere', '--json')
    expect(unknown.stdout).toContain('names no commit here')
  })
})
