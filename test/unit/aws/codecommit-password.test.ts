import { describe, expect, test } from 'vitest'
import { codeCommitPlace, endOfPassword, signCodeCommit } from '../../../src/lib/aws/codecommit-password.js'

describe('addresses of CodeCommit', () => {
  test.each([
    ['https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/acme', 'eu-west-1', 'acme'],
    ['https://git-codecommit-fips.us-gov-west-1.amazonaws.com/v1/repos/a.b_c', 'us-gov-west-1', 'a.b_c'],
    ['https://git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/acme/', 'cn-north-1', 'acme'],
  ])('%s', (url, region, name) => {
    expect(codeCommitPlace(url)).toMatchObject({ region, name })
  })

  test.each([
    'https://github.com/acme/acme.git',
    'http://git-codecommit.eu-west-1.amazonaws.com/v1/repos/acme',
    'https://git-codecommit.eu-west-1.amazonaws.com.example.com/v1/repos/acme',
    'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/a/b',
    'codecommit::eu-west-1://acme',
  ])('%s is none', (url) => {
    expect(codeCommitPlace(url)).toBeUndefined()
  })
})

test('signs as the aws CLI does', () => {
  const place = codeCommitPlace('https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/acme')!
  // The answer of `aws codecommit credential-helper get` with these keys at this moment.
  const signed = signCodeCommit(
    place,
    { accessKeyId: 'AKIAX', secretAccessKey: 's', sessionToken: 't/t+=' },
    new Date('2026-11-25T15:33:54.123Z'),
  )
  expect(signed).toEqual({
    username: 'AKIAX%t/t+=',
    password: '20261125T153354Z60a48b0c4b9087fbd97db5228f7f71f35b00769675845727ac93da4a89b6ea96',
  })
  expect(endOfPassword(signed.password)).toEqual(new Date('2026-11-25T15:48:54Z'))
  expect(endOfPassword('a password')).toBeUndefined()
})
