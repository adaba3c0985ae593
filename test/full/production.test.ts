import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { DescribeContinuousBackupsCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { DescribeVpcPeeringConnectionsCommand } from '@aws-sdk/client-ec2'
import { DescribeReplicationGroupsCommand } from '@aws-sdk/client-elasticache'
import { DescribeKeyCommand } from '@aws-sdk/client-kms'
import { DescribeDBClustersCommand, DescribeDBInstancesCommand } from '@aws-sdk/client-rds'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AwsClients } from '../../src/lib/aws/clients.js'
import { readCluster } from '../../src/lib/aws/cluster.js'
import type { ApplyResult } from '../../src/lib/roots/apply-root.js'
import type { DestroyResult } from '../../src/lib/roots/destroy-root.js'
import { clientsOf } from '../helpers/aws.js'
import { added, inventory } from '../helpers/inventory.js'
import { Repository, type CliResult } from '../helpers/repository.js'
import { managedPasswords } from '../helpers/secrets.js'
import { secretAttributes, stateVersions, writtenFiles } from '../helpers/transcript.js'

// The life of a production environment with everything in it, from the first command to the last, beside a management environment.

const PROD = `apiVersion: platform/v1alpha1
kind: Environment
role: workload
isolation: hard
preset: production
account: sandbox
region: eu-west-1
network:
  cidr: 10.1.0.0/16
cluster:
  kubernetesVersion: "1.35"
databases:
  ledger: { engine: aurora-postgresql }
  shop: { engine: postgresql }
  orders: { engine: dynamodb, partitionKey: { name: id } }
  sessions: { engine: valkey }
  queue: { engine: redis }
connectivity: { enabled: true }
observability: { emails: [oncall@example.com], monthlyBudgetUsd: 500 }
`
const STATE_BUCKET = 'acme-state-000000000000-eu-west-1'
const STATE_KEY = 'environments/prod/terraform.tfstate'

// A step takes three minutes at most where nothing else runs, and far longer beside other tests.
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 1_800_000 })

let repository: Repository
let clients: AwsClients
let endpoint: string
/** What was there before the environment. */
let before: string[]
let dataKey: string
let retained: DestroyResult['retained']
/** Everything that a command printed. */
const printed: string[] = []
/** Each password that AWS made. A destroyed database takes its own along. */
const passwords = new Set<string>()

const run = async (...args: string[]): Promise<CliResult> => {
  const result = await repository.run(...args, '--json')
  printed.push(result.stdout, result.stderr)
  return result
}
const succeed = async <T>(...args: string[]): Promise<T> => {
  const result = await run(...args)
  expect(result.stderr).not.toContain('Error')
  expect(result.exitCode).toBe(0)
  return result.json<T>()
}
const keyState = async (KeyId: string) => (await (await clients.kms()).send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState
const arnsOf = (result: DestroyResult): string[] => result.retained.map(({ arn }) => arn).sort()

beforeAll(async () => {
  repository = await Repository.init('acme', { shared: true })
  await succeed('env', 'create', 'mgmt', '--role', 'management', '--preset', 'small', '--yes')
  clients = await clientsOf(repository)
  endpoint = clients.connection.endpoint ?? ''
  before = await inventory(clients)
  await writeFile(path.join(repository.directory, 'environments/prod.yaml'), PROD)
})
afterAll(() => repository.remove())

describe('a production environment', () => {
  it('is planned without breaking a rule', async () => {
    const plan = await run('env', 'plan', 'prod')
    expect(plan.exitCode).toBe(2)
    const { planFile, changes } = plan.json<{ planFile: string; changes: Record<string, number> }>()
    expect(changes).toMatchObject({ change: 0, destroy: 0, replace: 0 })
    const checked = await succeed<{ environment: string; findings: unknown[]; passed: number }>('policy', 'check', planFile)
    expect(checked).toMatchObject({ environment: 'prod', findings: [], failed: 0, excepted: 0 })
    expect(checked.passed).toBeGreaterThanOrEqual(6)
  })

  it('is created at the first try', async () => {
    const created = await succeed<ApplyResult>('env', 'create', 'prod', '--yes')
    expect(created).toMatchObject({ environment: 'prod', status: 'created', changes: { change: 0, destroy: 0 } })
    expect(created.changes.add).toBeGreaterThan(150)
    dataKey = (created.outputs['key_arns'] as Record<string, string>)['data'] ?? ''
    expect(Object.keys(created.outputs['database_endpoints'] as object).sort()).toEqual(['ledger', 'orders', 'queue', 'sessions', 'shop'])
  })

  it('has nothing left to do', async () => {
    const again = await succeed<ApplyResult>('env', 'create', 'prod', '--yes')
    expect(again).toMatchObject({ status: 'unchanged', changes: { add: 0, change: 0, destroy: 0 } })
    const plan = await succeed('env', 'plan', 'prod')
    expect(plan).toMatchObject({ status: 'unchanged', changes: { add: 0, change: 0, destroy: 0, replace: 0 }, resources: [] })
  })

  it('is protected, encrypted by its own key, backed up and highly available', async () => {
    expect(await readCluster(clients, 'acme-prod')).toMatchObject({ status: 'ACTIVE', deletionProtection: true })
    const rds = await clients.rds()
    const safe = { DeletionProtection: true, StorageEncrypted: true, KmsKeyId: dataKey, BackupRetentionPeriod: 35 }
    const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}))
    expect(DBInstances.find(({ Engine }) => Engine === 'postgres')).toMatchObject({ ...safe, MultiAZ: true, PubliclyAccessible: false })
    const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({}))
    expect(DBClusters).toMatchObject([{ ...safe, DBClusterMembers: [{}, {}] }])
    const dynamo = await clients.dynamoDb()
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: 'acme-prod-orders' }))
    expect(Table).toMatchObject({ DeletionProtectionEnabled: true, SSEDescription: { KMSMasterKeyArn: dataKey } })
    const { ContinuousBackupsDescription } = await dynamo.send(new DescribeContinuousBackupsCommand({ TableName: 'acme-prod-orders' }))
    expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe('ENABLED')
    const { ReplicationGroups = [] } = await (await clients.elastiCache()).send(new DescribeReplicationGroupsCommand({}))
    const cache = { AtRestEncryptionEnabled: true, TransitEncryptionEnabled: true, KmsKeyId: dataKey, AutomaticFailover: 'enabled' }
    expect(ReplicationGroups).toMatchObject([cache, cache])
  })

  it('is reached from the management network, and watched', async () => {
    const { VpcPeeringConnections } = await (await clients.ec2()).send(new DescribeVpcPeeringConnectionsCommand({}))
    expect(VpcPeeringConnections).toMatchObject([{ Status: { Code: 'active' } }])
    const { MetricAlarms = [] } = await (await clients.cloudWatch()).send(new DescribeAlarmsCommand({}))
    for (const part of ['nat-0', 'edge', 'waf', 'database-ledger', 'database-shop', 'database-orders', 'database-queue', 'cluster'])
      expect(MetricAlarms.some(({ AlarmName }) => AlarmName?.startsWith(`acme-prod-${part}`))).toBe(true)
    const made = added(before, await inventory(clients))
    expect(made).toEqual(expect.arrayContaining(['dashboard acme-prod', 'budget acme-prod-environment', 'cluster acme-prod']))
  })

  it('refuses to be destroyed while it is protected, and says how it can be', async () => {
    const there = await inventory(clients)
    const refused = await run('env', 'destroy', 'prod', '--confirm', 'prod')
    expect(refused.exitCode).toBe(3)
    const { error } = refused.json<{ error: { code: string; message: string; next: string[] } }>()
    expect(error).toMatchObject({ code: 'ProtectionOn', message: 'prod is protected. Nothing was changed.' })
    expect(error.next.join()).toContain('"protection: false" in environments/prod.yaml')
    expect(await inventory(clients)).toEqual(there)
  })

  it('lets its protection be taken off', async () => {
    await repository.edit('environments/prod.yaml', (text) => `${text}protection: false\n`)
    const applied = await succeed<ApplyResult>('env', 'apply', 'prod', '--yes')
    expect(applied).toMatchObject({ status: 'updated', changes: { add: 0, destroy: 0 } })
    expect(await readCluster(clients, 'acme-prod')).toMatchObject({ deletionProtection: false })
  })

  it('shows no password anywhere: neither in its state nor in what was printed, nor in a file', async () => {
    const secrets = await managedPasswords(endpoint)
    expect(secrets).toHaveLength(2)
    for (const { password } of secrets) passwords.add(password)
    expect(Math.min(...[...passwords].map((password) => password.length))).toBeGreaterThan(20)
    const states = await stateVersions(clients, STATE_BUCKET, STATE_KEY)
    expect(states.length).toBeGreaterThanOrEqual(2)
    for (const state of states) expect(secretAttributes(state)).toEqual([])
    const files = await writtenFiles(repository.directory)
    expect([...files.keys()].some((file) => file.endsWith('.jsonl'))).toBe(true)
    for (const text of [...states, ...printed, ...files.values()])
      for (const password of passwords) expect(text.includes(password)).toBe(false)
  })
})

describe('its destruction', () => {
  it('leaves nothing behind but what it names', async () => {
    const result = await succeed<DestroyResult>('env', 'destroy', 'prod', '--confirm', 'prod')
    expect(result).toMatchObject({ environment: 'prod', destroyed: true, orphans: [] })
    retained = result.retained
    expect(added(before, await inventory(clients))).toEqual(arnsOf(result))
  })

  it('names the last copy of each database, the key that opens them, and the keys that wait for their end', async () => {
    const of = (part: string) => retained.filter(({ arn }) => arn.includes(part))
    expect(of(':snapshot:acme-prod-shop-final')).toMatchObject([{ until: null }])
    expect(of(':cluster-snapshot:acme-prod-ledger-final')).toMatchObject([{ until: null }])
    expect(of(':snapshot:acme-prod-sessions-final')).toMatchObject([{ until: null }])
    expect(of(':snapshot:acme-prod-queue-final')).toMatchObject([{ until: null }])
    const days = (until: string | null) => Math.round((new Date(until ?? 0).getTime() - Date.now()) / 86_400_000)
    expect(of('table/acme-prod-orders/backup/').map(({ until }) => days(until))).toEqual([35])
    const [kept, ...pending] = of(':key/').sort((a, b) => Number(b.arn === dataKey) - Number(a.arn === dataKey))
    expect(kept).toMatchObject({ arn: dataKey, until: null, reason: expect.stringContaining('acme-prod-queue-final') as string })
    expect(await keyState(dataKey)).toBe('Enabled')
    expect(pending.map(({ until }) => days(until))).toEqual([30, 30, 30, 30])
    for (const { arn } of pending) expect(await keyState(arn)).toBe('PendingDeletion')
    expect(retained).toHaveLength(10)
  })

  it('took the passwords along', async () => {
    expect(await managedPasswords(endpoint)).toEqual([])
  })

  it('does nothing when it is run again, and keeps the key that was kept', async () => {
    const there = await inventory(clients)
    const again = await succeed<DestroyResult>('env', 'destroy', 'prod', '--confirm', 'prod')
    expect(again).toMatchObject({ destroyed: true, orphans: [] })
    expect(arnsOf(again)).toEqual(retained.map(({ arn }) => arn).sort())
    expect(again.retained.find(({ arn }) => arn === dataKey)).toMatchObject({ until: null })
    expect(await keyState(dataKey)).toBe('Enabled')
    expect(await inventory(clients)).toEqual(there)
  })

  it('lets an environment of the same name be made again, which takes the kept key up', async () => {
    await repository.edit('environments/prod.yaml', (text) => text.replace('protection: false\n', ''))
    const made = await succeed<ApplyResult>('env', 'create', 'prod', '--yes')
    expect(made.changes).toMatchObject({ destroy: 0 })
    expect(made.outputs['key_arns']).toMatchObject({ data: dataKey })
    const plan = await succeed('env', 'plan', 'prod')
    expect(plan).toMatchObject({ status: 'unchanged', resources: [] })
    expect((await managedPasswords(endpoint)).map(({ password }) => passwords.has(password))).toEqual([false, false])
  })
})
