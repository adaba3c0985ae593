import { describe, expect, it } from 'vitest'
import { ensureBackend } from '../../../src/lib/backend/create.js'
import { chooseAccount } from '../../../src/lib/backend/choose-account.js'
import type { Platform } from '../../../src/lib/config/schema.js'
import type { ReportEvent } from '../../../src/lib/core/report.js'
import { fakeAws } from '../../helpers/fake-aws.js'
import { fakeClock } from '../../helpers/fake-clock.js'
import { fakeS3, type FakeBucket } from '../../helpers/fake-s3.js'

const owner = { platform: 'acme', accountId: '111122223333', region: 'eu-west-1' }
const NAME = 'acme-state-111122223333-eu-west-1'

function world(buckets = new Map<string, FakeBucket>(), account = owner.accountId) {
  const events: ReportEvent[] = []
  const aws = fakeAws({ ...fakeS3(owner.accountId, owner.region, buckets), GetCallerIdentity: () => ({ Arn: 'arn:x', Account: account }) })
  const ports = {
    clock: fakeClock(),
    signal: new AbortController().signal,
    report: { emit: (event: ReportEvent) => void events.push(event) },
  }
  return { ...aws, ports, events, buckets }
}

describe('ensureBackend', () => {
  it('makes the bucket, then finds it unchanged', async () => {
    const { ports, clients, buckets } = world()
    await expect(ensureBackend(ports, clients, owner, { dryRun: false })).resolves.toMatchObject({
      bucket: NAME,
      status: 'created',
      created: true,
    })
    expect(buckets.get(NAME)?.versioning).toBe('Enabled')
    await expect(ensureBackend(ports, clients, owner, { dryRun: false })).resolves.toMatchObject({
      status: 'unchanged',
      created: false,
      repaired: [],
    })
  })

  it('repairs', async () => {
    const { ports, clients, buckets } = world()
    await ensureBackend(ports, clients, owner, { dryRun: false })
    delete buckets.get(NAME)?.policy
    await expect(ensureBackend(ports, clients, owner, { dryRun: false })).resolves.toMatchObject({
      status: 'repaired',
      repaired: ['tls-only-policy'],
    })
  })

  it('shows the same steps and changes nothing with a dry run', async () => {
    const { ports, clients, buckets, events } = world()
    await expect(ensureBackend(ports, clients, owner, { dryRun: true })).resolves.toMatchObject({ status: 'planned', created: false })
    expect(buckets.size).toBe(0)
    const outcomes = events.flatMap((event) => (event.type === 'step-finished' ? [`${event.id} ${event.outcome}`] : []))
    expect(outcomes.slice(0, 3)).toEqual(['identity unchanged', 'bucket planned', 'public-access-block planned'])
    expect(outcomes).toHaveLength(8)
  })

  it('touches nothing in the wrong account', async () => {
    const { ports, clients, calls } = world(new Map(), '444455556666')
    await expect(ensureBackend(ports, clients, owner, { dryRun: false })).rejects.toMatchObject({ code: 'WrongAccount' })
    expect(calls.map(({ operation }) => operation)).toEqual(['GetCallerIdentity'])
  })
})

describe('chooseAccount', () => {
  const project = (accounts: Platform['accounts']) => ({ platform: { region: 'eu-west-1', accounts } as Platform })
  const two = { main: { id: '111122223333' }, production: { id: '444455556666', role: 'arn:aws:iam::444455556666:role/x' } }

  it('takes the only one and the region of the platform', () => {
    expect(chooseAccount(project({ main: { id: '111122223333' } }), {})).toEqual({ name: 'main', id: '111122223333', region: 'eu-west-1' })
  })

  it('takes the one that was named, with its role', () => {
    expect(chooseAccount(project(two), { account: 'production', region: 'us-east-1' })).toMatchObject({
      id: '444455556666',
      roleArn: 'arn:aws:iam::444455556666:role/x',
      region: 'us-east-1',
    })
  })

  it.each([
    [{}, '--account'],
    [{ account: 'prodution' }, 'prodution'],
    [{ account: 'constructor' }, 'constructor'],
    [{ account: 'main', region: 'Ireland' }, 'Ireland'],
  ])('refuses %j', (choice, word) => {
    expect(() => chooseAccount(project(two), choice)).toThrow(
      expect.objectContaining({ code: 'BadFlag', message: expect.stringContaining(word) as string }),
    )
  })
})
