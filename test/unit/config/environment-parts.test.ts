import { describe, expect, test } from 'vitest'
import { loadProject } from '../../../src/lib/config/load.js'
import { refusePolicyBreaches } from '../../../src/lib/config/policies.js'
import { terraformVariables } from '../../../src/lib/roots/environment-values.js'
import { ENVIRONMENT, PLATFORM, problemsOf, repository } from './repository.js'

const DEV = 'environments/dev.yaml'
const POLICIES = 'policies:\n  databases: {allowedEngines: [postgresql, dynamodb], maxEngines: 1}\n'
const load = async (files: Record<string, string>) => loadProject(await repository(files), { env: {} })

test.each([
  ['waf: {enabled: true}', 'waf.enabled'],
  ['edge: {targetGroups: {blue: {weight: 0}}}', 'edge.targetGroups'],
  ['waf: {blockCidrs: [0.0.0.0/0]}', 'waf.blockCidrs[0]'],
  ['databases: {orders: {engine: mysql}}', 'databases.orders.engine'],
  ['databases: {orders: {engine: dynamodb}}', 'databases.orders.partitionKey'],
  ['databases: {orders: {engine: postgresql, instances: 3}}', 'databases.orders.instances'],
  ['databases: {orders: {engine: aurora-postgresql, backupRetentionDays: 0}}', 'databases.orders.backupRetentionDays'],
  ['databases: {cache: {engine: valkey, instanceClass: db.t4g.small}}', 'databases.cache.instanceClass'],
  ['databases: {cache: {engine: valkey, version: "8"}}', 'databases.cache.version'],
  ['databases: {cache: {engine: valkey, version: "6.2"}}', 'databases.cache.version'],
  ['databases: {cache: {engine: redis, version: "94.6"}}', 'databases.cache.version'],
  ['databases: {orders: {engine: postgresql, version: "16.8.1"}}', 'databases.orders.version'],
  ['edge: {certificateArns: ["arn:aws:acm:6-8:000000000000:certificate/a"]}', 'edge.certificateArns[0]'],
  ['databases: {cache: {engine: valkey, databaseName: x}}', 'databases.cache.databaseName'],
  ['connectivity: {enabled: true}', 'connectivity.enabled'],
  ['observability: {monthlyBudgetUsd: 10}', 'observability.monthlyBudgetUsd'],
])('refuses %s', async (written, field) => {
  expect(await problemsOf(await repository({ [DEV]: `${ENVIRONMENT}${written}\n` }))).toMatchObject([{ file: DEV, line: 6, field }])
})

test.each([
  ['aurora-postgresql', '17'],
  ['postgresql', '17'],
  ['redis', '7.1'],
  ['valkey', '8.2'],
])('a database %s without a version has %s, in the form that its service takes', async (engine, version) => {
  const { environments } = await load({ [DEV]: `${ENVIRONMENT}databases: {orders: {engine: ${engine}}}\n` })
  expect(environments.get('dev')?.databases['orders']?.version).toBe(version)
  // Of PostgreSQL a major version alone is enough; a cache wants major and minor one.
  expect(version).toMatch(engine.endsWith('postgresql') ? /^\d+$/ : /^\d+\.\d+$/)
})

test('presets switch the parts on', async () => {
  const { environments } = await load({ [DEV]: `${ENVIRONMENT}preset: production\ndatabases: {orders: {engine: postgresql}}\n` })
  expect(environments.get('dev')).toMatchObject({
    edge: { enabled: true, scheme: 'internet-facing' },
    waf: { enabled: true, mode: 'block' },
    observability: { alarms: true, exporter: true },
    databases: { orders: { version: '17', instances: 2, backupRetentionDays: 35, finalSnapshot: true } },
  })
})

describe('policies of databases', () => {
  test('refuse an engine that is not allowed, and too many of them, with their places', async () => {
    const databases = 'databases:\n  orders: {engine: postgresql}\n  cache: {engine: valkey}\n'
    const project = await load({ 'platform.yaml': `${PLATFORM}${POLICIES}`, [DEV]: `${ENVIRONMENT}${databases}` })
    expect(project.policyBreaches).toMatchObject([
      { file: DEV, line: 8, field: 'databases.cache.engine', message: expect.stringContaining('allowedEngines') as string },
      {
        file: DEV,
        line: 7,
        field: 'databases.orders.engine',
        message: expect.stringContaining('postgresql in dev; valkey in dev') as string,
      },
      { file: DEV, line: 8, field: 'databases.cache.engine', message: expect.stringContaining('maxEngines is 1') as string },
    ])
    expect(() => refusePolicyBreaches(project)).toThrow(expect.objectContaining({ code: 'PolicyRefused', exitCode: 3 }) as Error)
  })

  test('let pass what keeps to them', async () => {
    const project = await load({
      'platform.yaml': `${PLATFORM}${POLICIES}`,
      [DEV]: `${ENVIRONMENT}databases: {orders: {engine: postgresql}}\n`,
    })
    expect(() => refusePolicyBreaches(project)).not.toThrow()
  })
})

describe('the variables of the root', () => {
  const MANAGEMENT = ENVIRONMENT.replace('workload', 'management').replace('10.0.0.0', '10.9.0.0')

  test('say nothing of parts that are off', async () => {
    const project = await load({ [DEV]: ENVIRONMENT })
    const variables = Object.keys(terraformVariables(project, project.environments.get('dev')!))
    for (const part of ['edge', 'waf', 'databases', 'connectivity', 'observability']) expect(variables).not.toContain(part)
  })

  test('take the management network from its outputs, and leave it open until there are some', async () => {
    const project = await load({ [DEV]: `${ENVIRONMENT}connectivity: {enabled: true}\n`, 'environments/hub.yaml': MANAGEMENT })
    const dev = project.environments.get('dev')!
    expect(terraformVariables(project, dev)['connectivity']).toBeNull()
    const outputs = new Map([['hub', { vpc_id: 'vpc-9', vpc_cidr: '10.9.0.0/16' }]])
    expect(terraformVariables(project, dev, outputs)['connectivity']).toEqual({
      vpc_id: 'vpc-9',
      cidr: '10.9.0.0/16',
      account_id: '000000000000',
      region: 'eu-west-1',
      assume_role_arn: null,
    })
  })

  test('name add-ons that need more in AWS than every cluster has, and only those', async () => {
    const variables = async (addons: string) => {
      const project = await load({ [DEV]: `${ENVIRONMENT}addons: {${addons}}\n` })
      return terraformVariables(project, project.environments.get('dev')!)
    }
    expect(await variables('external-dns: {enabled: true}')).not.toHaveProperty('addons')
    expect(await variables('velero: {enabled: true}, karpenter: {enabled: true}')).toHaveProperty('addons', ['karpenter', 'velero'])
    expect(await variables('cloudwatch-exporter: {enabled: true}')).toHaveProperty('observability.exporter', true)
  })

  test('limit who changes records to the zones of the platform, once there are some', async () => {
    const project = await load({ [DEV]: ENVIRONMENT })
    const zones = (zone_arns: Record<string, string>) =>
      terraformVariables(project, project.environments.get('dev')!, new Map([['shared', { zone_arns }]]))
    expect(zones({})).not.toHaveProperty('hosted_zone_arns')
    const arn = 'arn:aws:route53:::hostedzone/Z1'
    expect(zones({ 'a.example.com': arn })).toHaveProperty('hosted_zone_arns', [arn])
  })

  test('take certificates from the file, or else those of their region that are issued', async () => {
    const arn = (region: string, name: string) => `arn:aws:acm:${region}:000000000000:certificate/${name}`
    const domains = {
      'a.example.com': arn('eu-west-1', 'zone'),
      'b.example.com': arn('eu-west-1', 'new'),
      'c.example.com': arn('eu-west-3', 'far'),
    }
    const zones = '{a.example.com: {waitForCertificate: true}, b.example.com: {}, c.example.com: {waitForCertificate: true}}'
    const certificates = async (written: string) => {
      const project = await load({
        'platform.yaml': `${PLATFORM}shared: {dns: {zones: ${zones}}}\n`,
        [DEV]: `${ENVIRONMENT}edge: {enabled: true${written}}\n`,
      })
      const outputs = new Map([['shared', { certificate_arns: domains }]])
      return (terraformVariables(project, project.environments.get('dev')!, outputs)['edge'] as Record<string, unknown>)['certificate_arns']
    }
    const own = arn('eu-west-1', 'own')
    expect(await certificates(`, certificateArns: ["${own}"]`)).toEqual([own])
    // A load balancer refuses one that is not issued, and one of another region.
    expect(await certificates('')).toEqual([arn('eu-west-1', 'zone')])
  })
})
