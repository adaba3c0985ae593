import { describe, expect, test } from 'vitest'
import { lastChangeOf } from '../../../src/lib/aws/changed-by.js'
import { awsError, fakeAws } from '../../helpers/fake-aws.js'

const QUESTION = { names: ['sg-1', 'arn:sg-1'], isGlobal: false }
const BEFORE = new Date('2030-01-01T00:00:00Z')
const how = (signal = new AbortController().signal) => ({ before: BEFORE, signal })

function event(EventName: string, record: object = {}, ReadOnly = 'false') {
  return {
    EventName,
    EventSource: 'ec2.amazonaws.com',
    EventTime: new Date('2029-12-31T10:00:00Z'),
    ReadOnly,
    CloudTrailEvent: JSON.stringify({ userIdentity: { arn: 'arn:aws:iam::1:user/alex' }, ...record }),
  }
}

describe('who changed something last', () => {
  test('is the principal of the newest call that changed it and was not refused', async () => {
    const Events = [
      event('DescribeSecurityGroups', {}, 'true'),
      event('DeleteSecurityGroup', { errorCode: 'Client.UnauthorizedOperation' }),
      event('AuthorizeSecurityGroupIngress'),
      event('CreateSecurityGroup', { userAgent: 'APN/1.0 HashiCorp/1.0 Terraform/1.11.4' }),
    ]
    const { clients, calls } = fakeAws({ LookupEvents: () => ({ Events }) })
    expect(await lastChangeOf(clients, QUESTION, how())).toEqual({
      changedBy: { principal: 'arn:aws:iam::1:user/alex', at: '2029-12-31T10:00:00.000Z', event: 'ec2:AuthorizeSecurityGroupIngress' },
    })
    expect(calls.map(({ input }) => input)).toEqual([
      { LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: 'sg-1' }], EndTime: BEFORE, MaxResults: 50 },
    ])
  })

  test('is not Terraform, which the comparison starts from', async () => {
    const { clients } = fakeAws({ LookupEvents: () => ({ Events: [event('CreateRole', { userAgent: 'HashiCorp Terraform/1.11' })] }) })
    expect(await lastChangeOf(clients, QUESTION, how())).toEqual({
      changedByUnknown: expect.stringContaining('was made by Terraform: ec2:CreateRole of arn:aws:iam::1:user/alex') as string,
    })
  })

  test('is looked for under each name, on so many pages and no more', async () => {
    const reads = { Events: [event('Describe', {}, 'true')], NextToken: 'more' }
    const { clients, calls } = fakeAws({ LookupEvents: () => reads })
    expect(await lastChangeOf(clients, QUESTION, how())).toEqual({
      changedByUnknown: expect.stringContaining('knows of no change') as string,
    })
    expect(calls).toHaveLength(8)
    expect(calls.slice(1, 4).every(({ input }) => input['NextToken'] === 'more')).toBe(true)
  })

  test('falls back to the service that acted, and to the name of the user', async () => {
    const by = async (record: object, more: object = {}) => {
      const Events = [{ ...event('X', record), ...more }]
      const answer = await lastChangeOf(fakeAws({ LookupEvents: () => ({ Events }) }).clients, QUESTION, how())
      return answer.changedBy?.principal
    }
    expect(await by({ userIdentity: { invokedBy: 'autoscaling.amazonaws.com' } })).toBe('autoscaling.amazonaws.com')
    expect(await by({ userIdentity: {} }, { Username: 'alex' })).toBe('alex')
    expect(await by({ userIdentity: 'odd' })).toBe('somebody who is not named')
  })

  test('is unknown with a reason where CloudTrail refuses, breaks, or has nothing to be asked for', async () => {
    const refused = fakeAws({
      LookupEvents: () => {
        throw awsError('AccessDeniedException', 403)
      },
    })
    expect(await lastChangeOf(refused.clients, QUESTION, how())).toMatchObject({ changedByUnknown: expect.any(String) as string })
    const broken = fakeAws({ LookupEvents: () => ({ Events: [{ ...event('X'), CloudTrailEvent: '{not JSON' }] }) })
    expect(await lastChangeOf(broken.clients, QUESTION, how())).toMatchObject({ changedBy: { event: 'ec2:X' } })
    expect(await lastChangeOf(refused.clients, { names: [], isGlobal: false }, how())).toEqual({
      changedByUnknown: 'it has no name by which CloudTrail could be asked',
    })
  })
})
