import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  RestoreDBClusterFromSnapshotCommand,
  RestoreDBInstanceFromDBSnapshotCommand,
  type RDSClient,
} from '@aws-sdk/client-rds'
import { CreateKeyCommand } from '@aws-sdk/client-kms'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestSandbox } from '../helpers/sandbox.js'

let sandbox: TestSandbox
let rds: RDSClient
let key: string
beforeAll(async () => {
  sandbox = await TestSandbox.start()
  rds = await sandbox.clients().rds()
  key = (await (await sandbox.clients().kms()).send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? ''
})
afterAll(() => sandbox.remove())

const common = () => ({ MasterUsername: 'platform', MasterUserPassword: 'only-in-a-test', StorageEncrypted: true, KmsKeyId: key })

test('an instance is restored from the snapshot that another one left, with the key of the snapshot', async () => {
  await rds.send(
    new CreateDBInstanceCommand({
      ...common(),
      DBInstanceIdentifier: 'orders',
      DBInstanceClass: 'db.t4g.medium',
      Engine: 'postgres',
      EngineVersion: '16.8',
      AllocatedStorage: 40,
      DBName: 'shop',
    }),
  )
  await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'orders', FinalDBSnapshotIdentifier: 'orders-final' }))
  await rds.send(
    new RestoreDBInstanceFromDBSnapshotCommand({
      DBInstanceIdentifier: 'again',
      DBSnapshotIdentifier: 'orders-final',
      DBInstanceClass: 'db.m7g.large',
    }),
  )
  const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'again' }))
  expect(DBInstances[0]).toMatchObject({
    ...{ DBName: 'shop', Engine: 'postgres', EngineVersion: '16.8', AllocatedStorage: 40, DBInstanceClass: 'db.m7g.large' },
    ...{ MasterUsername: 'platform', StorageEncrypted: true, KmsKeyId: key },
  })
})

test('so is a cluster, with a key of its own where the call names one', async () => {
  await rds.send(
    new CreateDBClusterCommand({
      ...common(),
      DBClusterIdentifier: 'stock',
      Engine: 'aurora-postgresql',
      EngineVersion: '16.8',
      DatabaseName: 'stock',
    }),
  )
  await rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier: 'stock', FinalDBSnapshotIdentifier: 'stock-final' }))
  const other = (await (await sandbox.clients().kms()).send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? ''
  await rds.send(
    new RestoreDBClusterFromSnapshotCommand({
      DBClusterIdentifier: 'again',
      SnapshotIdentifier: 'stock-final',
      Engine: 'aurora-postgresql',
      KmsKeyId: other,
    }),
  )
  const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: 'again' }))
  expect(DBClusters[0]).toMatchObject({ DatabaseName: 'stock', EngineVersion: '16.8', MasterUsername: 'platform', KmsKeyId: other })
})

test('a snapshot that is not there is told', async () => {
  const restore = new RestoreDBInstanceFromDBSnapshotCommand({ DBInstanceIdentifier: 'nothing', DBSnapshotIdentifier: 'never' })
  await expect(rds.send(restore)).rejects.toMatchObject({ name: 'DBSnapshotNotFoundFault' })
})
