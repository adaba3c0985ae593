import { describe, expect, it } from 'vitest'
import { awsErrorName, explainAwsError, isAwsError } from '../../../src/lib/aws/explain-error.js'
import { UserError } from '../../../src/lib/core/errors.js'
import { awsError } from '../../helpers/fake-aws.js'

describe('explainAwsError', () => {
  it.each([
    ['CredentialsProviderError', 'Could not load credentials from any providers', 'NoCredentials', 'no AWS credentials'],
    ['InvalidClientTokenId', 'The security token included in the request is invalid.', 'NoCredentials', 'does not accept'],
    ['ExpiredToken', 'The provided token has expired.', 'NoCredentials', 'expired'],
    ['CredentialsProviderError', 'The SSO session associated with this profile has expired.', 'NoCredentials', 'expired'],
    ['AccessDeniedException', 'User: arn:aws:iam::1:user/x is not authorized', 'AwsRefused', 'no permission'],
    ['UnauthorizedOperation', 'You are not authorized', 'AwsRefused', 'no permission'],
    ['ThrottlingException', 'Rate exceeded', 'AwsRefused', 'slow down'],
    ['OptInRequired', 'You are not subscribed', 'AwsRefused', 'not enabled'],
    ['SignatureDoesNotMatch', 'Signature expired: 20300101T000000Z is now earlier than', 'AwsRefused', 'clock'],
    ['VpcLimitExceeded', 'The maximum number of VPCs has been reached.', 'AwsRefused', 'quota'],
    ['ServiceUnavailable', 'Try later', 'AwsRefused', 'internal error'],
  ])('%s (%s) is %s', (name, message, code, words) => {
    const error = explainAwsError(awsError(name, 400, message), 'look')
    expect(error).toBeInstanceOf(UserError)
    const { code: actual, next, reason } = error as UserError
    expect(actual).toBe(code)
    expect(error.message).toMatch(/^Could not look: .*\.$/)
    expect(error.message).toContain(words)
    expect(reason).toBe(message)
    expect(next.length).toBeGreaterThan(0)
  })

  it('finds the network failure below the error that the SDK wraps around it', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
    const error = explainAwsError(new AggregateError([refused], ''), 'ask')
    expect(error).toMatchObject({ code: 'AwsRefused', message: 'Could not ask: AWS could not be reached.' })
  })

  it('explains an answer it has never heard of', () => {
    expect(explainAwsError(awsError('BrandNewException', 400, 'odd'), 'ask')).toMatchObject({
      code: 'AwsRefused',
      message: 'Could not ask: AWS answered BrandNewException.',
      reason: 'odd',
    })
  })

  it('leaves defects and user errors as they are', () => {
    const defect = new TypeError('x is not a function')
    expect(explainAwsError(defect, 'ask')).toBe(defect)
    const user = new UserError('WrongAccount', 'no')
    expect(explainAwsError(user, 'ask')).toBe(user)
  })

  it('shows no secret that AWS repeats', () => {
    const error = explainAwsError(awsError('AccessDenied', 403, 'bad https://x/?X-Amz-Signature=abcdef0123&y=1'), 'ask') as UserError
    expect(error.reason).not.toContain('abcdef0123')
  })
})

describe('isAwsError', () => {
  it('compares names, and prefixes with a star', () => {
    expect(isAwsError(awsError('NoSuchEntityException'), 'NoSuchEntity*')).toBe(true)
    expect(isAwsError(awsError('NoSuchEntityException'), 'NoSuchEntity')).toBe(false)
    expect(isAwsError('NoSuchEntity', 'NoSuchEntity')).toBe(false)
  })

  it('reads the code where the name says nothing', () => {
    expect(awsErrorName(Object.assign(new Error('x'), { Code: 'InvalidVpcID.NotFound' }))).toBe('InvalidVpcID.NotFound')
  })
})
