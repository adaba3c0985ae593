import { GetEbsEncryptionByDefaultCommand } from '@aws-sdk/client-ec2'
import { DescribeRepositoriesCommand, GetLifecyclePolicyCommand, GetRepositoryPolicyCommand } from '@aws-sdk/client-ecr'
import {
  GetAccountPasswordPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  SimulateCustomPolicyCommand,
} from '@aws-sdk/client-iam'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedRoot, type SharedRoot } from './shared-bench.js'
import { shared } from './shared-values.js'
import type { StateResource } from './terraform-json.js'
import { ACCOUNT } from './workbench.js'

// Zones and the trail take a minute: they are in test/full.
const values = { ...shared, dns: null, trail: null }
let root: SharedRoot
let resources: StateResource[]
beforeAll(async () => {
  root = await sharedRoot(values)
  await root.apply()
  resources = await root.resources()
})
afterAll(() => root.remove())

test('has budgets, each seen through its tag', async () => {
  const { DescribeBudgetsCommand } = await import('@aws-sdk/client-budgets')
  const { Budgets = [] } = await (await root.clients.budgets()).send(new DescribeBudgetsCommand({ AccountId: ACCOUNT }))
  expect(Budgets.map(({ BudgetName }) => BudgetName).sort()).toEqual(['acme-shared-all', 'acme-shared-basis'])
  const basis = Budgets.find(({ BudgetName }) => BudgetName === 'acme-shared-basis')
  const inState = resources.find(({ address }) => address === 'module.observability[0].aws_budgets_budget.this["basis"]')
  expect(inState?.values['cost_filter']).toEqual([{ name: 'TagKeyValue', values: ['user:platform:environment$shared'] }])
  expect(Number(basis?.BudgetLimit?.Amount)).toBe(50)
})

test('has nothing left to do after it was applied, and no part that is switched off', async () => {
  expect(await root.isClean()).toBe(true)
  expect(resources.filter(({ address }) => /module\.(?:trail|dns)/.test(address))).toEqual([])
})

test('can be told apart and found again by its tags', () => {
  const taggable = resources.filter(({ values }) => 'tags_all' in values)
  const tags = taggable.map(({ values }) => values['tags_all'] as Record<string, string>)
  for (const each of tags) expect(each).toMatchObject({ 'platform:name': 'acme', 'platform:environment': 'shared', team: 'shop' })
  const ids = tags.map((each) => each['platform:resource'])
  expect(ids).not.toContain(undefined)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids).toEqual(expect.arrayContaining(['registry/repository/apps/web', 'access-baseline/role/break-glass', 'keys/images']))
})

test('has registries whose tags stay what they are, and from which others only pull', async () => {
  const ecr = await root.clients.ecr()
  const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand({}))
  expect(repositories.map(({ repositoryName }) => repositoryName).sort()).toEqual(['acme/apps/web', 'acme/shop'])
  for (const repository of repositories) {
    expect(repository).toMatchObject({
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: 'KMS', kmsKey: expect.stringMatching(/^arn:aws:kms:/) as string },
    })
    const { repositoryName } = repository
    const { policyText = '' } = await ecr.send(new GetRepositoryPolicyCommand({ repositoryName }))
    const [statement, ...others] = (JSON.parse(policyText) as { Statement: Array<{ Action: string[]; Principal: { AWS: string } }> })
      .Statement
    expect(others).toEqual([])
    expect(statement?.Principal.AWS).toBe('arn:aws:iam::111111111111:root')
    expect(statement?.Action.filter((action) => !/^ecr:(?:Batch|Get|Describe)/.test(action))).toEqual([])
    const { lifecyclePolicyText = '' } = await ecr.send(new GetLifecyclePolicyCommand({ repositoryName }))
    const { rules } = JSON.parse(lifecyclePolicyText) as { rules: Array<{ selection: object }> }
    expect(rules.map(({ selection }) => selection)).toMatchObject([
      { tagStatus: 'untagged', countNumber: 14 },
      { tagStatus: 'any', countNumber: 50 },
    ])
  }
})

test('sets the rules of the account', async () => {
  const { PasswordPolicy } = await (await root.clients.iam()).send(new GetAccountPasswordPolicyCommand({}))
  expect(PasswordPolicy).toMatchObject({ MinimumPasswordLength: 14, PasswordReusePrevention: 24, RequireSymbols: true })
  expect(await (await root.clients.ec2()).send(new GetEbsEncryptionByDefaultCommand({}))).toMatchObject({ EbsEncryptionByDefault: true })
})

type Trust = Array<{ Action: string; Principal: object; Condition?: Record<string, Record<string, string | string[]>> }>
const trustOf = async (RoleName: string): Promise<Trust> => {
  const { Role } = await (await root.clients.iam()).send(new GetRoleCommand({ RoleName }))
  expect(Role?.Path).toBe('/platform/acme/shared/')
  return (JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')) as { Statement: Trust }).Statement
}

test('lets nobody take the role for emergencies without a second factor', async () => {
  const trust = await trustOf('acme-shared-break-glass')
  expect(trust).toHaveLength(1)
  expect(trust[0]?.Condition).toEqual({
    Bool: { 'aws:MultiFactorAuthPresent': 'true' },
    NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' },
  })
})

test('lets pipelines take a role by the exact subject of their token only', async () => {
  const subjects = async (role: string) =>
    (await trustOf(role)).flatMap(({ Action, Condition }) => (Action === 'sts:AssumeRoleWithWebIdentity' ? [Condition] : []))
  const github = 'token.actions.githubusercontent.com'
  expect(await subjects('acme-shared-plan')).toEqual([
    { StringEquals: { [`${github}:aud`]: 'sts.amazonaws.com', [`${github}:sub`]: 'repo:acme/platform:pull_request' } },
    {
      StringEquals: {
        'gitlab.com:aud': 'https://gitlab.com',
        'gitlab.com:sub': 'project_path:acme/platform:ref_type:branch:ref:main',
      },
    },
  ])
  expect(await subjects('acme-shared-apply')).toEqual([
    { StringEquals: { [`${github}:aud`]: 'sts.amazonaws.com', [`${github}:sub`]: 'repo:acme/platform:environment:production' } },
  ])
})

const policyOf = async (name: string): Promise<string> => {
  const iam = await root.clients.iam()
  const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/platform/acme/shared/acme-shared-${name}`
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }))
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId }))
  return decodeURIComponent(PolicyVersion?.Document ?? '')
}

test.each([
  ['read', 'ec2:DescribeVpcs', '*', true],
  ['read', 's3:GetObject', `arn:aws:s3:::acme-state-${ACCOUNT}-eu-west-1/environments/dev/terraform.tfstate`, true],
  ['read', 's3:PutObject', `arn:aws:s3:::acme-state-${ACCOUNT}-eu-west-1/environments/dev/terraform.tfstate.tflock`, true],
  ['read', 's3:PutObject', `arn:aws:s3:::acme-state-${ACCOUNT}-eu-west-1/environments/dev/terraform.tfstate`, false],
  ['read', 's3:GetObject', `arn:aws:s3:::acme-trail-${ACCOUNT}-eu-west-1/x`, false],
  ['read', 'secretsmanager:GetSecretValue', '*', false],
  ['read', 'ec2:CreateVpc', '*', false],
  // Samples of requests hold what the log of the web ACL redacts.
  ['read', 'wafv2:GetSampledRequests', '*', false],
  ['write-network', 'ec2:CreateVpc', '*', true],
  ['write-network', 'logs:CreateLogDelivery', '*', true],
  ['write-network', 'events:PutRule', `arn:aws:events:eu-west-1:${ACCOUNT}:rule/acme-dev-keys`, true],
  ['write-network', 'cloudwatch:PutDashboard', `arn:aws:cloudwatch::${ACCOUNT}:dashboard/acme-dev`, true],
  ['write-network', 'cloudwatch:PutDashboard', `arn:aws:cloudwatch::${ACCOUNT}:dashboard/globex-dev`, false],
  ['write-network', 'rds:CreateDBInstance', `arn:aws:rds:eu-west-1:${ACCOUNT}:og:default:postgres-17`, true],
  ['write-network', 'eks:CreateCluster', `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/acme-dev`, true],
  ['write-network', 'eks:DeleteCluster', `arn:aws:eks:eu-west-1:${ACCOUNT}:cluster/globex-dev`, false],
  ['write-account', 's3:PutObject', `arn:aws:s3:::acme-state-${ACCOUNT}-eu-west-1/environments/dev/terraform.tfstate`, true],
  [
    'write-account',
    's3:DeleteObject',
    `arn:aws:s3:::acme-dev-edge-logs-${ACCOUNT}-eu-west-1/AWSLogs/${ACCOUNT}/elasticloadbalancing/eu-west-1/x.log.gz`,
    true,
  ],
  ['write-account', 's3:DeleteObject', `arn:aws:s3:::acme-trail-${ACCOUNT}-eu-west-1/AWSLogs/${ACCOUNT}/CloudTrail/x.json.gz`, false],
  ['write-account', 'iam:CreateRole', `arn:aws:iam::${ACCOUNT}:role/platform/acme/dev/acme-dev-node`, true],
  ['write-account', 'iam:CreateRole', `arn:aws:iam::${ACCOUNT}:role/admin`, false],
  ['write-account', 'iam:CreateUser', `arn:aws:iam::${ACCOUNT}:user/anna`, false],
  ['write-account', 'ecr:DeleteRepository', `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/globex/shop`, false],
])('the policy %s on %s of %s: %s', async (name, action, resource, allowed) => {
  const policy = await policyOf(name)
  const { EvaluationResults: [result] = [] } = await (
    await root.clients.iam()
  ).send(new SimulateCustomPolicyCommand({ PolicyInputList: [policy], ActionNames: [action], ResourceArns: [resource] }))
  expect(result?.EvalDecision).toBe(allowed ? 'allowed' : 'implicitDeny')
})

test.each([
  ['acme', 'allowed'],
  ['globex', 'implicitDeny'],
])('may give a new key, which has no tags yet, the tags of the platform %s: %s', async (platform, decision) => {
  const { EvaluationResults: [result] = [] } = await (
    await root.clients.iam()
  ).send(
    new SimulateCustomPolicyCommand({
      PolicyInputList: [await policyOf('write-account')],
      ActionNames: ['kms:TagResource'],
      ResourceArns: [`arn:aws:kms:eu-west-1:${ACCOUNT}:key/1`],
      ContextEntries: [{ ContextKeyName: 'aws:RequestTag/platform:name', ContextKeyType: 'string', ContextKeyValues: [platform] }],
    }),
  )
  expect(result?.EvalDecision).toBe(decision)
})

test('has policies that are not longer than IAM takes, for the longest name and partition', async () => {
  for (const name of ['read', 'write-network', 'write-account']) {
    const policy = (await policyOf(name)).replaceAll(/\s/g, '')
    const longest = policy.replaceAll('acme', 'a'.repeat(32)).replaceAll('arn:aws:', 'arn:aws-us-gov:')
    expect(longest.length, name).toBeLessThanOrEqual(6144)
  }
})

test('is found whole when its state is lost, and nothing is made twice', async () => {
  const actions = await root.afterLostState(resources)
  const settings = /aws_(?:ebs_encryption_by_default|iam_account_password_policy|s3_account_public_access_block)\./
  // Settings of the account are set again: they cannot exist twice.
  expect((actions['create'] ?? []).filter((address) => !settings.test(address))).toEqual([])
  expect(Object.keys(actions).filter((action) => action.includes('delete'))).toEqual([])
  expect(await root.isClean()).toBe(true)
})

test('is destroyed without leaving anything but keys that wait for their end', async () => {
  const before = (await root.leftovers()).orphans.map(({ type }) => type)
  expect(before).toEqual(
    expect.arrayContaining(['access-analyzer:analyzer', 'ecr:repository', 'iam:oidc-provider', 'iam:policy', 'iam:role', 'kms:key']),
  )
  await root.destroy()
  const { orphans, retained } = await root.leftovers()
  expect(orphans).toEqual([])
  expect(retained.map(({ arn }) => arn).filter((arn) => !arn.includes(':kms:'))).toEqual([])
})
