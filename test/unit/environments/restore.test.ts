import { describe, expect, test } from 'vitest'
import { findDatabaseSnapshots } from '../../../src/lib/aws/database-snapshots.js'
import { momentFlag, snapshotChoices } from '../../../src/lib/cli/restore-flags.js'
import { loadProject } from '../../../src/lib/config/load.js'
import { silentReporter } from '../../../src/lib/core/report.js'
import { prepareRestore, type RestoreOptions } from '../../../src/lib/environments/restore.js'
import { refuseOtherChoices } from '../../../src/lib/environments/restore-decided.js'
import type { RootContext } from '../../../src/lib/roots/context.js'
import { fakeAws } from '../../helpers/fake-aws.js'
import { ENVIRONMENT, repository } from '../config/repository.js'

const tags = (database: string, environment = 'dev') => [
  { Key: 'platform:name', Value: 'acme' },
  { Key: 'platform:environment', Value: environment },
  { Key: 'platform:resource', Value: database },
]
const instance = (id: string, day: number, more: object = {}) => ({
  DBSnapshotIdentifier: id,
  SnapshotCreateTime: new Date(Date.UTC(2026, 10, day)),
  Status: 'available',
  SnapshotType: 'automated',
  TagList: tags('databases/orders'),
  ...more,
})

test('snapshots are those of the environment that can be restored, the newest first', async () => {
  const { clients } = fakeAws({
    DescribeDBSnapshots: () => ({
      DBSnapshots: [
        instance('old', 1),
        instance('new', 3),
        instance('making', 4, { Status: 'creating' }),
        instance('other-environment', 5, { TagList: tags('databases/orders', 'prod') }),
        instance('no-database', 6, { TagList: tags('keys/data') }),
      ],
    }),
    DescribeDBClusterSnapshots: () => ({
      DBClusterSnapshots: [
        {
          DBClusterSnapshotIdentifier: 'stock',
          SnapshotCreateTime: new Date(Date.UTC(2026, 10, 2)),
          Status: 'available',
          TagList: tags('databases/stock'),
        },
      ],
    }),
  })
  const found = await findDatabaseSnapshots(clients, { platform: 'acme', environment: 'dev' })
  expect(found.map(({ id, database }) => [id, database])).toEqual([
    ['new', 'orders'],
    ['stock', 'stock'],
    ['old', 'orders'],
  ])
})

describe('a restore is refused', () => {
  const context = async (files: Record<string, string>): Promise<RootContext> => {
    const project = await loadProject(await repository(files))
    return { project, ports: { env: {}, report: silentReporter } } as unknown as RootContext
  }
  const options: RestoreOptions = { name: 'dev2', from: 'dev', snapshots: {}, dryRun: false }
  const DATABASES = 'databases:\n  orders: { engine: postgresql }\n'

  test('from a management environment', async () => {
    const mgmt = ENVIRONMENT.replace('workload', 'management')
    await expect(prepareRestore(await context({ 'environments/dev.yaml': mgmt }), options)).rejects.toMatchObject({ code: 'BadFlag' })
  })

  test('into an environment that was not made by one', async () => {
    const files = {
      'environments/dev.yaml': ENVIRONMENT + DATABASES,
      'environments/dev2.yaml': ENVIRONMENT.replace('10.0.', '10.1.') + DATABASES,
    }
    await expect(prepareRestore(await context(files), options)).rejects.toMatchObject({
      code: 'BadFlag',
      message: expect.stringContaining('dev2 exists') as string,
    })
  })

  test('where the file that was begun says something else', async () => {
    const files = {
      'environments/dev.yaml': ENVIRONMENT + DATABASES,
      'environments/dev2.yaml': ENVIRONMENT.replace('10.0.', '10.1.') + DATABASES.replace(' }', ', snapshot: new }'),
    }
    const begun = await context(files)
    for (const [flag, wrong] of [
      ['--cidr', { cidr: '10.9.0.0/16' }],
      ['--snapshot', { snapshots: { orders: 'old' } }],
    ] as const)
      await expect(prepareRestore(begun, { ...options, ...wrong })).rejects.toMatchObject({ code: 'BadFlag', details: { flag } })

    const { orders } = begun.project.environments.get('dev2')!.databases
    expect(orders?.snapshot).toBe('new')
    const snapshot = (id: string, day: number) => ({
      id,
      database: 'orders',
      takenAt: new Date(Date.UTC(2026, 10, day)),
      type: 'automated',
      encryptionKey: null,
    })
    const account: Record<string, ReturnType<typeof snapshot>[]> = { dev: [snapshot('new', 3), snapshot('old', 1)] }
    const check = (choices: object, from = 'dev') =>
      refuseOtherChoices(
        begun.project.environments.get('dev2')!,
        { ...options, from, ...choices },
        ['dev', 'prod'].filter((each) => each !== from),
        async (environment) => account[environment] ?? [],
      )
    const at = (day: number) => ({ time: new Date(Date.UTC(2026, 10, day)) })
    await expect(check({ ...at(4), cidr: '10.1.0.0/16', snapshots: { orders: 'new' } })).resolves.toBeUndefined()
    await expect(check({})).resolves.toBeUndefined()
    await expect(check(at(2))).rejects.toMatchObject({ code: 'BadFlag', details: { flag: '--time' } })
    await expect(check({}, 'prod')).rejects.toMatchObject({ code: 'BadFlag', details: { flag: '--from' } })
    account['dev'] = []
    await expect(check({}, 'prod')).resolves.toBeUndefined()
  })

  test('where there is nothing that has snapshots', async () => {
    await expect(prepareRestore(await context({ 'environments/dev.yaml': ENVIRONMENT }), options)).rejects.toMatchObject({
      code: 'BackupNotFound',
    })
  })
})

test('the flags are checked', async () => {
  expect(snapshotChoices(['orders=a', 'stock=b'])).toEqual({ orders: 'a', stock: 'b' })
  expect(() => snapshotChoices(['orders'])).toThrow('does not name a database')
  const { parse } = momentFlag()
  const moment = (text: string) => parse(text, {} as never, {} as never)
  expect(await moment('2026-11-20T09:00:00+01:00')).toEqual(new Date('2026-11-20T08:00:00Z'))
  await expect(moment('2026-11-20')).rejects.toMatchObject({ code: 'BadFlag' })
  await expect(moment('2026-13-20T09:00:00Z')).rejects.toMatchObject({ code: 'BadFlag' })
})
