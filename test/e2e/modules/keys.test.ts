import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { actionsFor, everyActionFor, statementsOf, type Context, type Statement } from './key-policy.js'
import { planOfModule } from './planned.js'
import { ACCOUNT, REGION, startEmulator, type Emulator } from './workbench.js'

const PURPOSES = ['cluster-secrets', 'data', 'images', 'logs'] as const
const ADMINISTRATOR = `arn:aws:iam::${ACCOUNT}:role/key-admin`
const USER = `arn:aws:iam::${ACCOUNT}:user/key-user`
const SHARED = '111111111111'
const ROOT = `arn:aws:iam::${ACCOUNT}:root`
const USE = /^kms:(?:Decrypt|Encrypt|GenerateDataKey|ReEncrypt|CreateGrant)/

const via = (service: string): Context => ({ 'kms:ViaService': `${service}.${REGION}.amazonaws.com` })
const forAwsResource = (service: string): Context => ({ ...via(service), 'kms:GrantIsForAWSResource': 'true' })
const roleOf = (environment: string, name: string): Context => ({
  'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/platform/acme/${environment}/${name}`,
})

let emulator: Emulator
const policies = new Map<string, Statement[]>()

beforeAll(async () => {
  emulator = await startEmulator()
  const values = { platform: 'acme', environment: 'dev', administrators: [ADMINISTRATOR], users: [USER], shared_account_ids: [SHARED] }
  const resources = await planOfModule(emulator, 'keys', REGION, values)
  for (const { type, values } of resources) {
    if (type !== 'aws_kms_key') continue
    const purpose = String((values['tags'] as Record<string, string>)['platform:resource']).replace('keys/', '')
    policies.set(purpose, statementsOf(String(values['policy'])))
  }
})
afterAll(() => emulator.stop())

const policyOf = (purpose: string): Statement[] => policies.get(purpose) ?? []
const purposesWhere = (check: (statements: Statement[]) => boolean): string[] => PURPOSES.filter((purpose) => check(policyOf(purpose)))

test('there is a key for each purpose', () => {
  expect([...policies.keys()].sort()).toEqual(PURPOSES)
})

describe('whoever creates a cluster', () => {
  test('lets EKS make grants on the key of its secrets, without a condition that EKS does not support', () => {
    expect(purposesWhere((policy) => actionsFor(policy, ROOT, via('eks')).includes('kms:CreateGrant'))).toEqual(['cluster-secrets'])
    expect(actionsFor(policyOf('cluster-secrets'), ROOT)).toContain('kms:DescribeKey')
  })

  test('cannot make a grant without EKS in between', () => {
    expect(purposesWhere((policy) => actionsFor(policy, ROOT).includes('kms:CreateGrant'))).toEqual([])
  })
})

describe('the role of the control plane', () => {
  test('uses the key of the secrets and sees its grants', () => {
    const allowed = (role: Context) => actionsFor(policyOf('cluster-secrets'), ROOT, role)
    const needed = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:ListGrants']
    expect(allowed(roleOf('dev', 'acme-dev-cluster'))).toEqual(expect.arrayContaining(needed))
    for (const role of [roleOf('dev', 'acme-dev-node'), roleOf('dev2', 'acme-dev2-cluster')]) {
      expect(allowed(role).filter((action) => USE.test(action))).toEqual([])
    }
  })

  test('uses no other key', () => {
    const uses = (policy: Statement[]): boolean =>
      actionsFor(policy, ROOT, roleOf('dev', 'acme-dev-cluster')).some((action) => USE.test(action))
    expect(purposesWhere(uses)).toEqual(['cluster-secrets'])
  })
})

describe('other services', () => {
  test('make grants for AWS resources only', () => {
    const others = PURPOSES.filter((purpose) => purpose !== 'cluster-secrets')
    for (const [service, makes] of [
      [via('ec2'), []],
      [forAwsResource('ec2'), others],
    ] as const) {
      expect(purposesWhere((policy) => actionsFor(policy, ROOT, service).includes('kms:CreateGrant'))).toEqual(makes)
    }
  })

  test.each([
    ['eks', ['cluster-secrets']],
    ['ec2', ['data']],
    ['ecr', ['images']],
    ['s3', ['data', 'logs']],
    ['lambda', []],
  ])('%s uses the keys of its purposes', (service, purposes) => {
    expect(purposesWhere((policy) => actionsFor(policy, ROOT, via(service)).includes('kms:Decrypt'))).toEqual(purposes)
  })
})

test('who administers a key cannot use it, and who uses it cannot administer', () => {
  for (const purpose of PURPOSES) {
    const administers = everyActionFor(policyOf(purpose), ADMINISTRATOR)
    expect(administers).toEqual(expect.arrayContaining(['kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion']))
    expect(administers.filter((action) => USE.test(action))).toEqual([])
    expect(everyActionFor(policyOf(purpose), USER).filter((action) => !USE.test(action))).toEqual(['kms:DescribeKey'])
    expect(actionsFor(policyOf(purpose), ROOT).filter((action) => USE.test(action))).toEqual([])
    expect(actionsFor(policyOf(purpose), ROOT)).toContain('kms:PutKeyPolicy')
  }
})

test('only data and images are shared, and only logs are open to CloudWatch Logs', () => {
  expect(purposesWhere((policy) => everyActionFor(policy, `arn:aws:iam::${SHARED}:root`).length > 0)).toEqual(['data', 'images'])
  expect(purposesWhere((policy) => everyActionFor(policy, `logs.${REGION}.amazonaws.com`).length > 0)).toEqual(['logs'])
})
