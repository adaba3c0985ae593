import { execa } from 'execa'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCluster } from '../../src/lib/aws/cluster.js'
import type { ApplyResult } from '../../src/lib/roots/apply-root.js'
import { clientsOf, doubledResources } from '../helpers/aws.js'
import { Repository } from '../helpers/repository.js'

let repository: Repository
beforeAll(async () => {
  repository = await Repository.init('acme', { shared: true })
})
afterAll(async () => repository.remove())

/** Changes the environment's file. Returns what was in it. */
async function edit(change: (text: string) => string): Promise<string> {
  const file = path.join(repository.directory, 'environments/dev.yaml')
  const text = await readFile(file, 'utf8')
  await writeFile(file, change(text))
  return text
}

const terraform = async (...args: string[]): Promise<{ exitCode: number; stdout: string }> => {
  const { stdout: exports } = await repository.run('sandbox', 'env', '--json')
  const env = JSON.parse(exports) as { variables: Record<string, string> }
  const { exitCode, stdout } = await execa('terraform', [`-chdir=${path.join(repository.directory, 'infra/environments/dev')}`, ...args], {
    env: { ...env.variables, TF_CLI_CONFIG_FILE: '' },
    reject: false,
  })
  return { exitCode: exitCode ?? -1, stdout }
}

describe('the life of an environment', () => {
  it('shows what a creation would do and changes nothing', async () => {
    const preview = await repository.run('env', 'create', 'dev', '--dry-run', '--json')
    expect(preview.exitCode).toBe(0)
    expect(preview.json<{ changes: { add: number } }>().changes.add).toBeGreaterThan(40)
    expect((await repository.run('env', 'list', '--json')).json()).toEqual([])
  })

  it('creates it', async () => {
    const created = await repository.run('env', 'create', 'dev', '--yes', '--json')
    expect(created.stderr).not.toContain('Error')
    expect(created.exitCode).toBe(0)
    const result = created.json<ApplyResult>()
    expect(result).toMatchObject({ environment: 'dev', status: 'created', outputs: { cluster_name: 'acme-dev' } })
    expect(result.changes.add).toBeGreaterThan(40)
  })

  it('made what environments share before it, once', async () => {
    const runs = (await repository.run('run', 'list', '--json')).json<Array<{ command: string; status: string }>>()
    expect(runs.filter(({ command }) => command === 'shared apply')).toMatchObject([{ status: 'succeeded' }])
  })

  it('really made it: AWS answers, and the state lists it', async () => {
    const clients = await clientsOf(repository)
    const { DescribeClusterCommand } = await import('@aws-sdk/client-eks')
    const { DescribeKeyCommand } = await import('@aws-sdk/client-kms')
    const { cluster } = await (await clients.eks()).send(new DescribeClusterCommand({ name: 'acme-dev' }))
    expect(cluster).toMatchObject({ status: 'ACTIVE', version: '1.35' })
    const { KeyMetadata } = await (await clients.kms()).send(new DescribeKeyCommand({ KeyId: 'alias/acme/dev/cluster-secrets' }))
    expect(KeyMetadata).toMatchObject({ KeyState: 'Enabled' })
    const { stdout } = await terraform('state', 'list')
    for (const address of ['module.network.aws_vpc.this', 'module.cluster.aws_eks_cluster.this']) expect(stdout).toContain(address)
  })

  it('says unchanged the second time and does nothing', async () => {
    const again = await repository.run('env', 'create', 'dev', '--yes', '--json')
    expect(again.exitCode).toBe(0)
    expect(again.json()).toMatchObject({ status: 'unchanged', changes: { add: 0, change: 0, destroy: 0 } })
    expect(await doubledResources(await clientsOf(repository))).toEqual([])
  })

  it('is listed and shown', async () => {
    expect((await repository.run('env', 'list', '--json')).json()).toMatchObject([
      { name: 'dev', status: 'ready', isolation: 'hard', role: 'workload' },
    ])
    expect((await repository.run('env', 'show', 'dev', '--json')).json()).toMatchObject({ name: 'dev', kubernetes: { status: 'ACTIVE' } })
  })

  it('keeps secrets and absolute paths of tools out of what it writes', async () => {
    const text = await readFile(path.join(repository.directory, 'infra/environments/dev/terraform.tfvars.json'), 'utf8')
    expect(text).not.toContain('127.0.0.1')
    expect(Object.keys(JSON.parse(text) as object)).toContain('network')
  })

  it('works with bare Terraform, without platform', async () => {
    expect((await terraform('plan', '-input=false', '-detailed-exitcode', '-no-color')).exitCode).toBe(0)
    const applied = await terraform('apply', '-input=false', '-auto-approve', '-no-color', '-var', 'tags={"by-hand"="yes"}')
    expect(applied.exitCode).toBe(0)
    expect(applied.stdout).toMatch(/Apply complete! Resources: 0 added, [1-9]\d* changed, 0 destroyed/)
  })

  it('finds a change of the file, exits 2 and applies exactly the saved plan', async () => {
    await edit((text) => `${text}\ntags:\n  cost-centre: "4711"\nprotection: true\n`)
    const plan = await repository.run('env', 'plan', 'dev', '--json')
    expect(plan.exitCode).toBe(2)
    const { planFile, planDigest, changes } = plan.json<{
      planFile: string
      planDigest: string
      changes: { change: number; replace: number; destroy: number }
    }>()
    expect(changes).toMatchObject({ replace: 0, destroy: 0 })
    expect(changes.change).toBeGreaterThan(0)
    const wrong = await repository.run(
      'env',
      'apply',
      'dev',
      '--plan',
      planFile,
      '--plan-digest',
      `sha256:${'0'.repeat(64)}`,
      '--yes',
      '--json',
    )
    expect(wrong.exitCode).toBe(3)
    expect(wrong.json()).toMatchObject({ error: { code: 'PlanChanged' } })
    const applied = await repository.run('env', 'apply', 'dev', '--plan', planFile, '--plan-digest', planDigest, '--yes', '--json')
    expect(applied.stderr).not.toContain('Error')
    expect(applied.json()).toMatchObject({ status: 'updated' })
  })

  it('refuses a plan that would replace what holds data, even with --yes', async () => {
    const before = await edit((text) => text.replace(/cidr: .*/, 'cidr: 10.99.0.0/16'))
    const refused = await repository.run('env', 'apply', 'dev', '--yes', '--json')
    expect(refused.exitCode).toBe(3)
    const { error } = refused.json<{ error: { code: string; details: { addresses: string[] } } }>()
    expect(error.code).toBe('DataLossRefused')
    expect(error.details.addresses).toContain('module.network.aws_vpc.this')
    await edit(() => before)
  })

  it('has switched protection on in AWS with it, and refuses to destroy', async () => {
    const clients = await clientsOf(repository)
    expect(await readCluster(clients, 'acme-dev')).toMatchObject({ deletionProtection: true })
    for (const extra of [['--confirm', 'dev'], ['--dry-run']]) {
      const refused = await repository.run('env', 'destroy', 'dev', ...extra, '--json')
      expect(refused.exitCode).toBe(3)
      expect(refused.json()).toMatchObject({ error: { code: 'ProtectionOn' } })
    }
    await edit((text) => text.replace('protection: true', 'protection: false'))
  })

  it('refuses to destroy without the name, and with another one', async () => {
    const missing = await repository.run('env', 'destroy', 'dev', '--yes', '--json')
    expect(missing.exitCode).toBe(64)
    expect(missing.json()).toMatchObject({ error: { code: 'ConfirmationNeeded' } })
    const wrong = await repository.run('env', 'destroy', 'dev', '--confirm', 'prod', '--json')
    expect(wrong.json()).toMatchObject({ error: { code: 'BadFlag' } })
    expect((await repository.run('env', 'list', '--json')).json()).toMatchObject([{ status: 'ready' }])
  })

  it('destroys it and proves that nothing is left', async () => {
    const destroyed = await repository.run('env', 'destroy', 'dev', '--confirm', 'dev', '--json')
    expect(destroyed.stderr).not.toContain('Error')
    expect(destroyed.exitCode).toBe(0)
    const result = destroyed.json<{ orphans: unknown[]; retained: Array<{ arn: string; until: string }> }>()
    expect(result).toMatchObject({ environment: 'dev', destroyed: true, orphans: [] })
    expect(result.retained.filter(({ arn }) => arn.includes(':key/'))).toHaveLength(4)
    expect((await repository.run('env', 'list', '--json')).json()).toMatchObject([{ name: 'dev', status: 'absent' }])
  })
})
