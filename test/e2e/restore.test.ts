import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  type RDSClient,
} from '@aws-sdk/client-rds'
import { CreateKeyCommand } from '@aws-sdk/client-kms'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientsOf } from '../helpers/aws.js'
import { Repository } from '../helpers/repository.js'
import { ENVIRONMENT } from '../unit/config/repository.js'

const DATABASES = `databases:
  orders: { engine: postgresql, databaseName: shop }
  stock: { engine: aurora-postgresql, databaseName: stock }
  sessions: { engine: dynamodb, partitionKey: { name: id, type: S } }
`

let repository: Repository
let rds: RDSClient
let key: string

/** A database of an environment that is gone, of which the final snapshot is left. */
async function leaveSnapshots(): Promise<void> {
  const tags = (database: string) => [
    { Key: 'platform:name', Value: 'acme' },
    { Key: 'platform:environment', Value: 'dev' },
    { Key: 'platform:resource', Value: `databases/${database}` },
  ]
  const common = {
    CopyTagsToSnapshot: true,
    StorageEncrypted: true,
    KmsKeyId: key,
    MasterUsername: 'platform',
    MasterUserPassword: 'only-in-a-test',
  }
  for (const [id, at] of [
    ['old', 'older'],
    ['new', 'newest'],
  ] as const) {
    await rds.send(
      new CreateDBInstanceCommand({
        ...common,
        DBInstanceIdentifier: `acme-dev-orders-${id}`,
        DBInstanceClass: 'db.t4g.medium',
        Engine: 'postgres',
        EngineVersion: '17',
        AllocatedStorage: 20,
        DBName: 'shop',
        Tags: tags('orders'),
      }),
    )
    await rds.send(
      new DeleteDBInstanceCommand({ DBInstanceIdentifier: `acme-dev-orders-${id}`, FinalDBSnapshotIdentifier: `orders-${at}` }),
    )
  }
  await rds.send(
    new CreateDBClusterCommand({
      ...common,
      DBClusterIdentifier: 'acme-dev-stock',
      Engine: 'aurora-postgresql',
      EngineVersion: '17',
      DatabaseName: 'stock',
      Tags: tags('stock'),
    }),
  )
  await rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier: 'acme-dev-stock', FinalDBSnapshotIdentifier: 'stock-final' }))
}

beforeAll(async () => {
  repository = await Repository.init()
  await mkdir(path.join(repository.directory, 'environments'), { recursive: true })
  await writeFile(path.join(repository.directory, 'environments/dev.yaml'), ENVIRONMENT + DATABASES)
  await repository.run('sandbox', 'env', '--json')
  const clients = await clientsOf(repository)
  rds = await clients.rds()
  key = (await (await clients.kms()).send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? ''
}, 300_000)
afterAll(() => repository.remove())

const fileOf = (name: string) => path.join(repository.directory, 'environments', `${name}.yaml`)

test('without a snapshot nothing is written', async () => {
  const { exitCode, json } = await repository.run('env', 'restore', 'dev2', '--from', 'dev', '--yes', '--json')
  expect(exitCode).toBe(1)
  expect(json()).toMatchObject({ error: { code: 'BackupNotFound', details: { databases: ['orders', 'stock'] } } })
  expect(existsSync(fileOf('dev2'))).toBe(false)
})

test('a new environment has the data of the newest snapshots', { timeout: 900_000 }, async () => {
  await leaveSnapshots()
  const restored = await repository.run('env', 'restore', 'dev2', '--from', 'dev', '--yes', '--json')
  expect(restored.exitCode, restored.stderr).toBe(0)
  expect(restored.json()).toMatchObject({
    environment: 'dev2',
    databases: [
      { database: 'orders', snapshot: 'orders-newest' },
      { database: 'stock', snapshot: 'stock-final' },
      { database: 'sessions', snapshot: null },
    ],
  })
  expect(await readFile(fileOf('dev2'), 'utf8')).toContain('orders-newest')
  const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'acme-dev2-orders' }))
  expect(DBInstances[0]).toMatchObject({ KmsKeyId: key, DBName: 'shop', MasterUsername: 'platform', StorageEncrypted: true })
  const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: 'acme-dev2-stock' }))
  expect(DBClusters[0]).toMatchObject({ DatabaseName: 'stock', StorageEncrypted: true })
  expect(DBClusters[0]?.KmsKeyId).not.toBe(key)

  // The provider says nothing of IAM when it restores an Aurora cluster, so that comes with the next run, and nothing else.
  const plan = await repository.run('env', 'plan', 'dev2', '--json')
  const { resources } = plan.json<{ resources: Array<{ address: string; actions: string[] }> }>()
  expect(resources.map(({ address, actions }) => [address, ...actions])).toEqual([
    ['module.databases[0].aws_rds_cluster.this["stock"]', 'update'],
  ])
})

test(
  'the same command turns on what a restore leaves off, then finds nothing to do; another source is refused',
  { timeout: 600_000 },
  async () => {
    const second = await repository.run('env', 'restore', 'dev2', '--from', 'dev', '--yes', '--json')
    expect(second.exitCode, second.stderr).toBe(0)
    const again = await repository.run('env', 'restore', 'dev2', '--from', 'dev', '--yes', '--json')
    expect(again.exitCode, again.stderr).toBe(0)
    expect(again.json()).toMatchObject({ status: 'unchanged' })
    const wrong = await repository.run('env', 'restore', 'dev3', '--from', 'dev', '--snapshot', 'ordes=x', '--yes', '--json')
    expect(wrong.exitCode).toBe(64)
    expect(wrong.json()).toMatchObject({ error: { code: 'BadFlag', details: { nearest: 'orders' } } })
  },
)
