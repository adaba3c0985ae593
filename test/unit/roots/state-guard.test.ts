import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Journal } from '../../../src/lib/core/journal.js'
import type { Run } from '../../../src/lib/roots/run.js'
import { refuseMissingState } from '../../../src/lib/roots/state-guard.js'
import { nothing, ours, ACCOUNT } from '../aws/leftovers/account.js'
import { fakeClock } from '../../helpers/fake-clock.js'
import { awsError, fakeAws, type Answers } from '../../helpers/fake-aws.js'

const root = { name: 'dev', cluster: 'acme-dev', commands: { plan: '', apply: 'platform env create dev', destroy: '', origins: '' } }
const arn = `arn:aws:ec2:${ACCOUNT}:subnet/subnet-1`
const subnet: Answers = {
  GetResources: () => ({ ResourceTagMappingList: [{ ResourceARN: arn }] }),
  DescribeSubnets: () => ({ Subnets: [{ SubnetId: 'subnet-1', Tags: ours }] }),
}
const empty = '{"version": 4, "serial": 9, "lineage": "l", "resources": []}'

let repository: string
let journal: Journal
beforeEach(async () => {
  repository = await mkdtemp(path.join(tmpdir(), 'platform-guard-'))
  journal = new Journal(repository, fakeClock())
})
afterEach(async () => rm(repository, { recursive: true, force: true }))

/** Looks at this state in this account. */
async function look(text: string | undefined, answers: Answers, options = { adopt: false }) {
  const GetObject = () => {
    if (text === undefined) throw awsError('NoSuchKey', 404)
    return { Body: { transformToString: async () => text } }
  }
  const { clients, calls } = fakeAws({ ...nothing, ...answers, GetObject })
  const owner = { pid: 1, startedAt: 'x' }
  const record = await journal.start({ command: 'env create dev', environment: 'dev', purpose: 'change', owner })
  const ports = { clock: fakeClock(), signal: new AbortController().signal }
  const run = { record, journal, ports } as unknown as Run
  const state = { clients, bucket: 'bucket', key: 'key' }
  const result = await refuseMissingState({ run, root, platform: 'acme', state }, options)
  return { result, operations: calls.map(({ operation }) => operation) }
}

it.each([
  ['gone', undefined, false],
  ['empty', empty, true],
])('stops when the state is %s and the account is not', async (_, text, stateExists) => {
  await expect(look(text, subnet)).rejects.toMatchObject({
    code: 'StateMissing',
    exitCode: 3,
    next: expect.arrayContaining([expect.stringContaining('--adopt')]) as unknown,
    details: { stateExists, found: [arn] },
  })
})

it('asks nothing more when the state has resources', async () => {
  const { result, operations } = await look('{"serial": 9, "lineage": "l", "resources": [{"mode": "managed", "instances": [{}]}]}', subnet)
  expect(result.detail).toBe('1 resources, serial 9')
  expect(operations).toEqual(['GetObject'])
})

it('asks for tags only, in an account without any', async () => {
  const { operations } = await look(undefined, { GetResources: () => ({ ResourceTagMappingList: [] }) })
  expect(operations).toEqual(['GetObject', 'GetResources'])
})

it('is not fooled by tags of what is gone', async () => {
  await expect(look(empty, { ...subnet, DescribeSubnets: () => ({}) })).resolves.toMatchObject({ result: { detail: 'empty' } })
})

it('goes on when a run of ours was cut short, and when what exists is wanted', async () => {
  await expect(look(empty, subnet, { adopt: true })).resolves.toMatchObject({
    result: { detail: expect.stringContaining('imported') as string },
  })
  const cut = await journal.start({ command: 'env create dev', environment: 'dev', purpose: 'change', owner: { pid: 1, startedAt: 'x' } })
  cut.processes.push({ pid: 2, startedAt: 'y', operation: 'apply', launchedAt: 'z', locks: true })
  await journal.finish(cut, 'interrupted')
  await expect(look(undefined, subnet)).resolves.toMatchObject({ result: { detail: expect.stringContaining('cut short') as string } })
})

it('stops at half a state', async () => {
  await expect(look('{"version": 4, "ser', subnet)).rejects.toMatchObject({ code: 'StateUnreadable' })
})
