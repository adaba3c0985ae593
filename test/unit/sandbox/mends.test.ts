import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { cloudTrailMend } from '../../../src/lib/sandbox/cloudtrail/cloudtrail-mend.js'
import { allMends } from '../../../src/lib/sandbox/mends/all.js'
import { extendAddons, missingVersions } from '../../../src/lib/sandbox/mends/eks-catalogue.js'
import { schedulesMend } from '../../../src/lib/sandbox/schedules/schedules-mend.js'
import { KeyedMutex } from '../../../src/lib/sandbox/mends/keyed-mutex.js'
import { typeOfEc2 } from '../../../src/lib/sandbox/mends/tagged-resources.js'
import { hiddenActions, shownActions } from '../../../src/lib/sandbox/mends/iam-trust-policies.js'
import { trustWithSession } from '../../../src/lib/sandbox/mends/trust-with-session.js'
import { parseQuery, selectPage } from '../../../src/lib/sandbox/mends/tagging-get-resources.js'

describe('a trust policy', () => {
  const session = 'arn:aws:sts::000000000000:assumed-role/argocd/me'
  const policy = (AWS: unknown): string => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS } }] })

  test.each([
    ['names the role', 'arn:aws:iam::000000000000:role/argocd', ['arn:aws:iam::000000000000:role/argocd', session]],
    ['names it with its path', ['arn:aws:iam::000000000000:role/ops/argocd'], ['arn:aws:iam::000000000000:role/ops/argocd', session]],
    ['names another one', 'arn:aws:iam::000000000000:role/other', undefined],
    ['names that of another account', 'arn:aws:iam::111111111111:role/argocd', undefined],
  ])('that %s', (_, given, expected) => {
    expect(trustWithSession(policy(given), session)).toBe(expected && policy(expected))
  })

  test('keeps the actions that the emulator refuses where it does not look', () => {
    const text =
      '{"Statement":[{"Action":["sts:AssumeRole","sts:TagSession"]},{"Action":"sts:SetSourceIdentity"},{"Action":"sts:AssumeRole"}]}'
    const hidden = hiddenActions(text)
    expect(JSON.parse(hidden)).toEqual({
      Statement: [
        { Action: ['sts:AssumeRole', ['sts:TagSession']] },
        { Action: [['sts:SetSourceIdentity']] },
        { Action: 'sts:AssumeRole' },
      ],
    })
    expect(JSON.parse(shownActions(hidden))).toEqual({
      Statement: [{ Action: ['sts:AssumeRole', 'sts:TagSession'] }, { Action: ['sts:SetSourceIdentity'] }, { Action: 'sts:AssumeRole' }],
    })
    expect(shownActions('{ "Statement": [] }')).toBe('{ "Statement": [] }')
    expect(hiddenActions('broken')).toBe('broken')
  })

  test('that is none stays so', () => {
    expect(trustWithSession('broken', session)).toBeUndefined()
    expect(trustWithSession('{"Statement":{"Effect":"Allow","Principal":"*"}}', session)).toBeUndefined()
  })
})

const nothing = { lookup: async () => ({ Events: [] }), signer: async () => Promise.reject(new Error('none')), stateOf: () => undefined }
const nobody = { changed: async () => undefined, deleted: async () => undefined, groupDeleted: async () => undefined }
const everyMend = [...allMends, cloudTrailMend(nothing), schedulesMend(nobody)]

test('no call fits two mends', () => {
  const claimed = everyMend.flatMap(({ service, actions }) => actions.map((action) => `${service} ${action}`))
  expect(new Set(claimed).size).toBe(claimed.length)
})

describe('GetResources', () => {
  const arn = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:000000000000:${rest}`
  const resources = [
    { arn: arn('eks', 'cluster/dev'), tags: { team: 'blue', tier: 'a' } },
    { arn: arn('ec2', 'vpc/vpc-1'), tags: { team: 'red' } },
    { arn: 'arn:aws:s3:::bucket', tags: { team: 'blue' } },
    { arn: arn('logs', 'log-group:/a'), tags: { team: '' } },
  ]
  const find = (body: Record<string, unknown>) => {
    const query = parseQuery(body)
    if (!query) throw new Error('refused')
    const { page, nextToken } = selectPage(resources, query)
    return { found: page.map(({ arn: found }) => found.split(':')[2]), nextToken }
  }

  test('returns everything in a stable order', () => {
    expect(find({}).found).toEqual(['ec2', 'eks', 'logs', 's3'])
  })

  test.each([
    [{ TagFilters: [{ Key: 'team', Values: ['blue'] }] }, ['eks', 's3']],
    [{ TagFilters: [{ Key: 'team', Values: ['blue', 'red'] }] }, ['ec2', 'eks', 's3']],
    [{ TagFilters: [{ Key: 'team' }, { Key: 'tier', Values: [] }] }, ['eks']],
    [{ TagFilters: [{ Key: 'team', Values: [''] }] }, ['logs']],
    // Not a tag, but a property of every object.
    [{ TagFilters: [{ Key: 'toString' }] }, []],
    [{ ResourceTypeFilters: ['ec2', 'eks:cluster'] }, ['ec2', 'eks']],
    [{ ResourceTypeFilters: ['s3:bucket'] }, ['s3']],
    [{ ResourceTypeFilters: ['logs:log-group'] }, ['logs']],
    [{ ResourceARNList: ['arn:aws:s3:::bucket'] }, ['s3']],
  ])('%j', (body, found) => {
    expect(find(body).found).toEqual(found)
  })

  test('goes on after the last resource of the page before', () => {
    const first = find({ ResourcesPerPage: 3 })
    expect(first.found).toEqual(['ec2', 'eks', 'logs'])
    expect(find({ ResourcesPerPage: 3, PaginationToken: first.nextToken })).toEqual({ found: ['s3'], nextToken: '' })
    expect(parseQuery({ PaginationToken: 'nonsense' })).toBeUndefined()
  })
})

test('EC2 types that the emulator does not name', () => {
  expect(typeOfEc2('nat-0ab', 'resource')).toBe('natgateway')
  expect(typeOfEc2('vpce-0ab', 'resource')).toBe('vpc-endpoint')
  expect(typeOfEc2('xyz-0ab', 'resource')).toBe('resource')
  expect(typeOfEc2('subnet-0ab', 'subnet')).toBe('subnet')
})

describe('the catalogue of EKS', () => {
  const compatibility = (clusterVersion: string, defaultVersion = false) => ({ clusterVersion, platformVersions: ['*'], defaultVersion })
  const addons = [
    {
      addonName: 'coredns',
      addonVersions: [
        { addonVersion: 'v2', compatibilities: [compatibility('1.34', true)] },
        { addonVersion: 'v1', compatibilities: [compatibility('1.33')] },
      ],
    },
  ]

  test('one version borrows what fits the newest known one', () => {
    expect(extendAddons(addons, ['1.35'], false)).toMatchObject([
      { addonName: 'coredns', addonVersions: [{ compatibilities: [compatibility('1.35', true)] }, { compatibilities: [] }] },
    ])
  })

  test('the whole catalogue keeps what it has', () => {
    expect(
      extendAddons(addons, ['1.35', '1.36'], true)[0]?.addonVersions?.[0]?.compatibilities?.map(({ clusterVersion }) => clusterVersion),
    ).toEqual(['1.35', '1.36', '1.34'])
  })

  test.each([
    ['', ['1.36', '1.35']],
    ['clusterVersions=1.35&clusterVersions=1.30', ['1.35']],
    ['clusterVersions=1.30', []],
    ['versionStatus=EXTENDED_SUPPORT', []],
    ['status=standard-support', ['1.36', '1.35']],
    ['defaultOnly=true', []],
  ])('versions for %j', (query, expected) => {
    expect(missingVersions([{ clusterVersion: '1.34' }], new URLSearchParams(query)).map((row) => row['clusterVersion'])).toEqual(expected)
  })

  test('what the emulator lists is not listed twice', () => {
    expect(missingVersions([{ clusterVersion: '1.35' }, { clusterVersion: '1.36' }], new URLSearchParams())).toEqual([])
  })
})

describe('KeyedMutex', () => {
  test('runs one at a time for each key, also after a failure', async () => {
    const mutex = new KeyedMutex()
    const order: string[] = []
    const work =
      (name: string, fails = false) =>
      async (): Promise<void> => {
        order.push(`${name} begins`)
        await Promise.resolve()
        order.push(`${name} ends`)
        if (fails) throw new Error(name)
      }
    await Promise.allSettled([mutex.run('a', work('1', true)), mutex.run('a', work('2')), mutex.run('b', work('3'))])
    expect(order.filter((line) => !line.startsWith('3'))).toEqual(['1 begins', '1 ends', '2 begins', '2 ends'])
    expect(order.indexOf('3 begins')).toBeLessThan(order.indexOf('2 begins'))
    await expect(mutex.run('a', () => Promise.reject(new Error('told')))).rejects.toThrow('told')
  })
})

test('the reference lists every mend', async () => {
  const reference = await readFile(new URL('../../../docs/reference/sandbox.md', import.meta.url), 'utf8')
  const listed = [...reference.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, id]) => id)
  expect(listed.toSorted()).toEqual(everyMend.map(({ id }) => id).toSorted())
})
