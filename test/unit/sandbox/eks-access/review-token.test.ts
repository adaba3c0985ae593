import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AccessEntry, ClusterIdentity, ResolvedCaller } from '../../../../src/lib/sandbox/eks-access/ports.js'
import { reviewToken } from '../../../../src/lib/sandbox/eks-access/review-token.js'
import type { TokenReview } from '../../../../src/lib/sandbox/eks-access/reviews.js'
import { cluster, developer, operator, portsOf, tokenOf, tokenReview, type World } from './fakes.js'

const ROLE = 'arn:aws:iam::111122223333:role/developer'
const ROLE_WITH_PATH = 'arn:aws:iam::111122223333:role/teams/blue/developer'

async function review(world: World, mode: ClusterIdentity['authenticationMode'] = 'API_AND_CONFIG_MAP'): Promise<TokenReview['status']> {
  return (await reviewToken(tokenReview(), { ...cluster, authenticationMode: mode }, portsOf(world))).status
}

async function nameAndGroups(world: World, mode?: ClusterIdentity['authenticationMode']): Promise<unknown> {
  const status = await review(world, mode)
  return status?.authenticated ? [status.user?.username, status.user?.groups] : status?.error
}

test('a role with an access entry is known by the session and by what audit logs of EKS show', async () => {
  const answer = await reviewToken(
    tokenReview(),
    cluster,
    portsOf({ caller: developer, entries: [{ principalArn: ROLE_WITH_PATH, kubernetesGroups: ['blue'] }] }),
  )
  expect(answer).toEqual({
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: {},
    status: {
      authenticated: true,
      user: {
        username: 'arn:aws:sts::111122223333:assumed-role/developer/alex-example.com',
        uid: 'aws-iam-authenticator:111122223333:AROAEXAMPLEROLE000001',
        groups: ['blue'],
        extra: {
          accessKeyId: ['ASIAEXAMPLE0000000001'],
          arn: ['arn:aws:sts::111122223333:assumed-role/developer/alex@example.com'],
          canonicalArn: [ROLE],
          principalId: ['AROAEXAMPLEROLE000001'],
          sessionName: ['alex@example.com'],
          'sigs.k8s.io/aws-iam-authenticator/principalId': ['AROAEXAMPLEROLE000001'],
        },
      },
    },
  })
})

test('a user is known by the ARN, and has an empty session name', async () => {
  const status = await review({ caller: operator, entries: [{ principalArn: operator.arn }] })
  expect(status?.user).toMatchObject({
    username: operator.arn,
    uid: 'aws-iam-authenticator:111122223333:AIDAEXAMPLEUSER000001',
    groups: [],
    extra: { sessionName: [''], canonicalArn: [operator.arn] },
  })
})

test('the root of the account is let in by an entry for it only', async () => {
  const root: ResolvedCaller = { ...operator, arn: 'arn:aws:iam::111122223333:root', userId: '111122223333' }
  expect(await nameAndGroups({ caller: root, entries: [{ principalArn: root.arn }] })).toEqual([root.arn, []])
  expect(await nameAndGroups({ caller: root })).toBe('ARN is not mapped: arn:aws:iam::111122223333:root')
})

describe('nobody gets in', () => {
  test('with a malformed token, and STS is not even asked', async () => {
    const ports = portsOf({ caller: operator, entries: [{ principalArn: operator.arn }] })
    const { status } = await reviewToken(tokenReview(tokenOf({ Action: 'AssumeRole' })), cluster, ports)
    expect(status).toMatchObject({ authenticated: false, error: expect.stringContaining('not properly formatted') as string })
    expect(ports.asked).toEqual([])
  })

  test('without a token', async () => {
    const { status } = await reviewToken({ ...tokenReview(), spec: {} }, cluster, portsOf({}))
    expect(status?.authenticated).toBe(false)
  })

  test('whom STS refuses, and nothing else is asked', async () => {
    const ports = portsOf({ entries: [{ principalArn: operator.arn }] })
    expect((await reviewToken(tokenReview(), cluster, ports)).status).toEqual({
      authenticated: false,
      error: 'sts getCallerIdentity failed',
    })
    expect(ports.asked).toEqual(['sts'])
  })

  test('without an entry or a mapping', async () => {
    expect(await nameAndGroups({ caller: developer })).toBe(`ARN is not mapped: ${ROLE}`)
  })

  test.each([
    [{ ...developer, userId: 'AROAEXAMPLEROLE000001' }, 'malformed UserID'],
    [{ ...developer, arn: 'arn:aws:sts::111122223333:assumed-role/developer' }, 'not one of an IAM principal'],
    [{ ...developer, arn: 'arn:aws:s3:::bucket' }, 'not one of an IAM principal'],
  ])('when STS says what cannot be: %j', async (caller, message) => {
    expect(await nameAndGroups({ caller, entries: [{ principalArn: ROLE }] })).toContain(message)
  })

  test('a port that fails makes the review fail: the API server tries again', async () => {
    const ports = { ...portsOf({ caller: developer }), accessEntries: () => Promise.reject(new Error('down')) }
    await expect(reviewToken(tokenReview(), cluster, ports)).rejects.toThrow('down')
  })
})

describe('an access entry', () => {
  const of = (entry: Partial<AccessEntry>): Promise<unknown> =>
    nameAndGroups({ caller: developer, entries: [{ principalArn: ROLE, ...entry }], instances: {} })

  test('of a role that was made again under the same name no longer fits', async () => {
    expect(await of({ principalId: 'AROAEXAMPLEROLE000001' })).toHaveLength(2)
    expect(await of({ principalId: 'AROAEXAMPLEROLE000000' })).toBe(`ARN is not mapped: ${ROLE}`)
  })

  test('is not for another role, account, or user of the same name', async () => {
    for (const principalArn of [
      'arn:aws:iam::111122223333:role/developer2',
      'arn:aws:iam::111122223333:role/developer/other',
      'arn:aws:iam::999999999999:role/developer',
      'arn:aws:iam::111122223333:user/developer',
    ])
      expect(await of({ principalArn })).toBe(`ARN is not mapped: ${ROLE}`)
  })

  test('of a user with a path is not for one of the same name elsewhere', async () => {
    const caller = { ...operator, arn: 'arn:aws:iam::111122223333:user/operator' }
    expect(await nameAndGroups({ caller, entries: [{ principalArn: operator.arn }] })).toBe(`ARN is not mapped: ${caller.arn}`)
  })

  test.each([
    ['dev:{{SessionName}}', 'dev:alex-example.com'],
    ['dev:{{SessionNameRaw}}', 'dev:alex@example.com'],
    ['{{AccountID}}:{{AccessKeyID}}', '111122223333:ASIAEXAMPLE0000000001'],
    ['plain', 'plain'],
    ['{{Other}}', '{{Other}}'],
    ['', 'arn:aws:sts::111122223333:assumed-role/developer/alex-example.com'],
    // As the emulator fills it in.
    [
      'arn:aws:sts::{{AccountID}}:assumed-role/developer/{{SessionName}}',
      'arn:aws:sts::111122223333:assumed-role/developer/alex-example.com',
    ],
  ])('named %j makes %s', async (username, name) => {
    expect(await of({ username })).toEqual([name, []])
  })

  test.each(['system:admin', 'eks:me', 'aws:x', 'amazon:x', 'iam:x'])('may not be named %s', async (username) => {
    expect(await of({ username })).toContain('must not begin with')
  })

  test('gives no group of the system', async () => {
    expect(await of({ kubernetesGroups: ['system:masters', 'blue', 'system:nodes'] })).toMatchObject([expect.any(String), ['blue']])
  })

  const node: ResolvedCaller = {
    ...developer,
    arn: 'arn:aws:sts::111122223333:assumed-role/node/i-0123456789abcdef0',
    userId: 'AROAEXAMPLENODE000001:i-0123456789abcdef0',
  }
  const DNS = 'ip-10-0-0-1.eu-west-1.compute.internal'

  test.each([
    ['EC2_LINUX', `system:node:${DNS}`, ['system:nodes']],
    ['EC2_WINDOWS', `system:node:${DNS}`, ['system:nodes', 'eks:kube-proxy-windows']],
    ['EC2_Windows', `system:node:${DNS}`, ['system:nodes', 'eks:kube-proxy-windows']],
    ['FARGATE_LINUX', 'system:node:i-0123456789abcdef0', ['system:nodes', 'system:node-proxier']],
    ['HYBRID_LINUX', 'system:node:i-0123456789abcdef0', ['system:nodes']],
    ['EC2', 'system:node:i-0123456789abcdef0', ['system:nodes']],
  ])('of type %s makes a node, whatever name and groups it has', async (type, name, groups) => {
    const entries = [{ principalArn: 'arn:aws:iam::111122223333:role/node', type, username: 'admin', kubernetesGroups: ['blue'] }]
    expect(await nameAndGroups({ caller: node, entries, instances: { 'i-0123456789abcdef0': DNS } })).toEqual([name, groups])
  })

  test('of a node needs a session of an instance that is there', async () => {
    expect(await of({ type: 'EC2_LINUX' })).toBe('SessionName did not contain an instance id')
    const entries = [{ principalArn: 'arn:aws:iam::111122223333:role/node', type: 'EC2_LINUX' }]
    expect(await nameAndGroups({ caller: node, entries, instances: {} })).toContain('failed querying private DNS')
    expect(await nameAndGroups({ caller: node, entries })).toContain('failed querying private DNS')
  })
})

describe('aws-auth', () => {
  const roles = (...lines: string[]): { awsAuth: { mapRoles: string }; caller: ResolvedCaller } => ({
    caller: developer,
    awsAuth: { mapRoles: lines.join('\n') },
  })

  test('maps a role, with groups of the system too', async () => {
    const world = roles(`- rolearn: ${ROLE}`, '  username: dev:{{SessionName}}', '  groups: [system:masters, "{{AccountID}}"]')
    expect(await nameAndGroups(world)).toEqual(['dev:alex-example.com', ['system:masters', '111122223333']])
  })

  test('takes fields and ARNs in any case, and no name for an empty one', async () => {
    expect(await nameAndGroups(roles(`- rOlEaRn: ${ROLE.toUpperCase()}`, '  gRoUpS:', '    - blue'))).toEqual(['', ['blue']])
  })

  test('does not map a role that is written with its path', async () => {
    expect(await nameAndGroups(roles(`- rolearn: ${ROLE_WITH_PATH}`, '  username: dev'))).toBe(`ARN is not mapped: ${ROLE}`)
  })

  test('lets the later of two for one role count', async () => {
    expect(await nameAndGroups(roles(`- {rolearn: "${ROLE}", username: one}`, `- {rolearn: "${ROLE}", username: two}`))).toEqual([
      'two',
      [],
    ])
  })

  test('maps a user, and looks at roles first', async () => {
    const mapUsers = `- {userarn: "${operator.arn}", username: op, groups: [ops]}`
    expect(await nameAndGroups({ caller: operator, awsAuth: { mapUsers } })).toEqual(['op', ['ops']])
    const mapRoles = `- {rolearn: "${operator.arn}", username: role}`
    expect(await nameAndGroups({ caller: operator, awsAuth: { mapRoles, mapUsers } })).toEqual(['role', []])
  })

  test('lets in everybody of an account, under their ARN', async () => {
    const caller = { ...operator, accountId: '000000000012', arn: 'arn:aws:iam::000000000012:user/x' }
    expect(await nameAndGroups({ caller, awsAuth: { mapAccounts: '- 000000000012\n' } })).toEqual([caller.arn, []])
    expect(await nameAndGroups({ caller: operator, awsAuth: { mapAccounts: '- 000000000012\n' } })).toContain('not mapped')
  })

  test.each(['', '``', '""', 'not: a list', '- just text', '{{{', '- {username: nobody}', '- null'])(
    'that says %j maps nobody',
    async (text) => {
      const world = { caller: developer, awsAuth: { mapRoles: text, mapUsers: text, mapAccounts: text } }
      expect(await nameAndGroups(world)).toBe(`ARN is not mapped: ${ROLE}`)
    },
  )
})

describe('the authentication mode', () => {
  const both: World = {
    caller: developer,
    entries: [{ principalArn: ROLE, username: 'entry' }],
    awsAuth: { mapRoles: `- {rolearn: "${ROLE}", username: config}` },
  }
  test.each([
    ['API', ['entry', []], ['sts', 'entries']],
    ['API_AND_CONFIG_MAP', ['entry', []], ['sts', 'entries']],
    ['CONFIG_MAP', ['config', []], ['sts', 'aws-auth']],
  ] as const)('%s decides who is asked', async (mode, result, asked) => {
    const ports = portsOf(both)
    const { status } = await reviewToken(tokenReview(), { ...cluster, authenticationMode: mode }, ports)
    expect([status?.user?.username, status?.user?.groups]).toEqual(result)
    expect(ports.asked).toEqual(asked)
  })

  test('API_AND_CONFIG_MAP asks aws-auth about who has no entry', async () => {
    expect(await nameAndGroups({ ...both, entries: [] })).toEqual(['config', []])
    const stale = [{ principalArn: ROLE, principalId: 'AROAOTHER' }]
    expect(await nameAndGroups({ ...both, entries: stale })).toEqual(['config', []])
  })

  test('API never lets aws-auth in, CONFIG_MAP never an entry', async () => {
    expect(await nameAndGroups({ ...both, entries: [] }, 'API')).toContain('not mapped')
    expect(await nameAndGroups({ caller: developer, entries: both.entries ?? [] }, 'CONFIG_MAP')).toContain('not mapped')
  })
})

test('no session name makes anybody else, or anything of the system', async () => {
  const sessionName = fc.stringMatching(/^[\w+=,.@-]{2,64}$/)
  await fc.assert(
    fc.asyncProperty(sessionName, async (session) => {
      const caller = {
        ...developer,
        arn: `arn:aws:sts::111122223333:assumed-role/developer/${session}`,
        userId: `AROAEXAMPLEROLE000001:${session}`,
      }
      const status = await review({ caller, entries: [{ principalArn: ROLE }] })
      expect(status?.user?.username).toBe(`arn:aws:sts::111122223333:assumed-role/developer/${session.replaceAll('@', '-')}`)
      expect(status?.user?.extra?.['sessionName']).toEqual([session])
    }),
  )
})
