import { expect, it } from 'vitest'
import { isUntouched } from '../../../../src/lib/aws/leftovers/untouched.js'
import { fakeAws, type Answers } from '../../../helpers/fake-aws.js'
import { fail, nothing, ours, scope } from './account.js'

const looked = (answers: Answers): Promise<boolean> => isUntouched(fakeAws({ ...nothing, ...answers }).clients, scope)

it('knows an account that has nothing of the environment', async () => expect(await looked({})).toBe(true))

it.each<[string, Answers]>([
  ['a role', { ListRoles: () => ({ Roles: [{ Arn: 'arn:aws:iam::1:role/x', Path: '/platform/acme/dev/' }] }) }],
  ['a log group', { DescribeLogGroups: () => ({ logGroups: [{ logGroupName: '/aws/eks/acme-dev/cluster' }] }) }],
  ['an alias', { ListAliases: () => ({ Aliases: [{ AliasName: 'alias/acme/dev/data' }] }) }],
  [
    'a cluster',
    { DescribeCluster: () => ({ cluster: { arn: 'arn', tags: Object.fromEntries(ours.map(({ Key, Value }) => [Key, Value])) } }) },
  ],
])('sees %s', async (_, answers) => expect(await looked(answers)).toBe(false))

it('does not guess when AWS refuses to say', async () => {
  await expect(looked({ ListRoles: fail('AccessDenied', 403) })).rejects.toThrow()
})
