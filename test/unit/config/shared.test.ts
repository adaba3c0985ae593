import { expect, test } from 'vitest'
import { createEnvironmentFile } from '../../../src/lib/config/create-environment.js'
import { loadProject } from '../../../src/lib/config/load.js'
import { ENVIRONMENT, PLATFORM, problemsOf, repository } from './repository.js'

const ACCOUNTS = PLATFORM.replace(
  '  sandbox:\n    id: "000000000000"',
  '  main:\n    id: "111111111111"\n    role: arn:aws:iam::111111111111:role/x\n  prod:\n    id: "222222222222"',
)
const withShared = (text: string, platform = PLATFORM): Promise<string> => repository({ 'platform.yaml': `${platform}shared:\n${text}` })
const problemsWith = async (text: string): Promise<string[]> =>
  (await problemsOf(await withShared(text, ACCOUNTS))).map(({ line, field, message }) => `${line} ${field}: ${message}`)

test('without the section there is a trail, the rules of the account, and neither registry nor zones', async () => {
  const { shared } = await loadProject(await repository({}))
  expect(shared).toMatchObject({
    account: { name: 'sandbox', id: '000000000000' },
    region: 'eu-west-1',
    protection: true,
    registry: { repositories: [] },
    trail: { enabled: true, retentionDays: 730, lock: { mode: 'governance', days: 365 }, kmsEvents: true, dataEvents: [] },
    dns: { zones: {} },
    accessBaseline: { passwordPolicy: true, blockPublicBuckets: true, encryptVolumes: true, accessAnalyzer: true },
  })
})

test('the account is the first one, or the one that is named', async () => {
  const first = await loadProject(await repository({ 'platform.yaml': ACCOUNTS }))
  expect(first.shared.account).toEqual({ name: 'main', id: '111111111111', roleArn: 'arn:aws:iam::111111111111:role/x' })
  const named = await loadProject(await withShared('  account: prod\n', ACCOUNTS))
  expect(named.shared.account).toEqual({ name: 'prod', id: '222222222222' })
})

test('accounts that pull are named or given by their ids, each once', async () => {
  const { shared } = await loadProject(
    await withShared('  registry:\n    pullAccounts: [prod, "333333333333", "222222222222"]\n', ACCOUNTS),
  )
  expect(shared.registry.pullAccountIds).toEqual(['222222222222', '333333333333'])
})

test.each([
  ['an unknown field', '  trails: {}', 'shared.trails: is not a known field'],
  ['an unknown account', '  account: prd', 'shared.account: prd is not in accounts'],
  [
    'an unknown account that pulls',
    '  registry:\n    pullAccounts: [main, stage]',
    'shared.registry.pullAccounts[1]: stage is not in accounts',
  ],
  [
    'a repository in capital letters',
    '  registry:\n    repositories: [Shop]',
    'shared.registry.repositories[0]: must be lower-case letters',
  ],
  ['too few images', '  registry:\n    keepImages: 1', 'shared.registry.keepImages: must be at least 10'],
  ['a short retention', '  trail:\n    retentionDays: 7', 'shared.trail.retentionDays: must be at least 90'],
  [
    'a lock longer than the retention',
    '  trail:\n    retentionDays: 180',
    'shared.trail: lock.days (365) must be at most retentionDays (180)',
  ],
  [
    'cold storage after the end',
    '  trail:\n    coldStorageDays: 730',
    'shared.trail: coldStorageDays (730) must be smaller than retentionDays (730)',
  ],
  ['another lock', '  trail:\n    lock:\n      mode: legal', 'shared.trail.lock.mode: "legal" is not allowed'],
  ['other data events', '  trail:\n    dataEvents: [sqs]', 'shared.trail.dataEvents[0]: "sqs" is not allowed'],
  [
    'a domain with a dot at its end',
    '  dns:\n    zones:\n      example.com.: {}',
    'shared.dns.zones.example.com.: the name must be a domain',
  ],
  ['a parent elsewhere', '  dns:\n    zones:\n      a.example.com:\n        parent: example.com', 'parent: example.com is not in zones'],
  [
    'a parent not above',
    '  dns:\n    zones:\n      a.example.com: {}\n      b.example.com:\n        parent: a.example.com',
    'b.example.com does not lie below',
  ],
  [
    'a role in an emergency',
    '  accessBaseline:\n    breakGlass:\n      principals: ["arn:aws:iam::111111111111:role/x"]',
    'must be the ARN of an IAM user',
  ],
  [
    'a subject with a wildcard',
    '  accessBaseline:\n    github:\n      planSubjects: ["repo:acme/platform:*"]',
    'planSubjects[0]: must be repo:OWNER/NAME',
  ],
  [
    'a pull request that applies',
    '  accessBaseline:\n    github:\n      applySubjects: ["repo:acme/platform:pull_request"]',
    'a pull request may only plan',
  ],
  [
    'a group of GitLab',
    '  accessBaseline:\n    gitlab:\n      applySubjects: ["project_path:acme/*:ref_type:branch:ref:main"]',
    'must be project_path:GROUP/PROJECT',
  ],
  [
    'pipelines without roles',
    '  accessBaseline:\n    toolRoles:\n      enabled: false\n    github: {}',
    'shared.accessBaseline.github: needs toolRoles.enabled',
  ],
  ['an alias as a key', '  accessBaseline:\n    volumeKey: alias/x', 'shared.accessBaseline.volumeKey: must be the ARN of a KMS key'],
  [
    'a budget of nothing',
    '  budgets:\n    all:\n      monthlyUsd: 0\n      emails: [a@example.com]',
    'shared.budgets.all.monthlyUsd: must be',
  ],
  [
    'a budget of no environment',
    '  budgets:\n    all:\n      monthlyUsd: 1\n      emails: [a@example.com]\n      environment: dev',
    'shared.budgets.all.environment: there is no environment dev',
  ],
  ['an alarm told to what is no address', '  alerts:\n    emails: [oncall]', 'shared.alerts.emails[0]: must be an e-mail'],
  ['a budget told to nobody', '  budgets:\n    all:\n      monthlyUsd: 1\n      emails: []', 'shared.budgets.all.emails: must'],
  [
    'a budget told to what is no address',
    '  budgets:\n    all:\n      monthlyUsd: 1\n      emails: [finance]',
    'shared.budgets.all.emails[0]: must be an e-mail',
  ],
])('refuses %s, and says where', async (_what, text, expected) => {
  const problems = await problemsWith(`${text}\n`)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(expected)
  // Below the line "shared:", unless the value that is wrong is a default.
  expect(Number.parseInt(problems[0]!, 10)).toBeGreaterThan(ACCOUNTS.split('\n').length)
})

test.each(['repo:acme/platform:environment:production', 'repo:acme@1234/platform@5678:ref:refs/heads/main'])(
  'takes the subject %s, with and without ids',
  async (subject) => {
    const { shared } = await loadProject(await withShared(`  accessBaseline:\n    github:\n      applySubjects: ["${subject}"]\n`))
    expect(shared.accessBaseline.github?.applySubjects).toEqual([subject])
  },
)

test('no environment is called shared', async () => {
  const problems = await problemsOf(await repository({ 'environments/shared.yaml': ENVIRONMENT }))
  expect(problems).toMatchObject([{ file: 'environments/shared.yaml', message: expect.stringContaining('rename the file') as string }])
  await expect(createEnvironmentFile(await loadProject(await repository({})), 'shared', {})).rejects.toMatchObject({ code: 'InvalidName' })
})
