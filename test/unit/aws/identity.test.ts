import { describe, expect, it } from 'vitest'
import { checkIdentity } from '../../../src/lib/aws/identity.js'
import { awsError, fakeAws } from '../../helpers/fake-aws.js'

const arn = 'arn:aws:sts::111122223333:assumed-role/deployer/x'

describe('checkIdentity', () => {
  it('says who we are', async () => {
    const { clients } = fakeAws({ GetCallerIdentity: () => ({ Arn: arn, Account: '111122223333' }) })
    await expect(checkIdentity(clients, '111122223333')).resolves.toEqual({ arn, accountId: '111122223333' })
  })

  it('refuses another account and names both', async () => {
    const { clients } = fakeAws({ GetCallerIdentity: () => ({ Arn: arn, Account: '111122223333' }) })
    await expect(checkIdentity(clients, '444455556666')).rejects.toMatchObject({
      code: 'WrongAccount',
      message: expect.stringMatching(/111122223333.*444455556666/) as string,
      exitCode: 3,
    })
  })

  it.each([
    ['CredentialsProviderError', 'NoCredentials'],
    ['ExpiredTokenException', 'NoCredentials'],
  ])('explains %s', async (name, code) => {
    const { clients } = fakeAws({
      GetCallerIdentity: () => {
        throw awsError(name)
      },
    })
    await expect(checkIdentity(clients, '111122223333')).rejects.toMatchObject({ code })
  })
})
