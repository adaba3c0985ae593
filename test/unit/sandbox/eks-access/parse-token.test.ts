import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AccessRefused } from '../../../../src/lib/sandbox/eks-access/access-refused.js'
import { parseToken } from '../../../../src/lib/sandbox/eks-access/parse-token.js'
import { NOW, tokenOf, wrap } from './fakes.js'

const minutes = (count: number): Date => new Date(NOW.getTime() + count * 60_000)

describe('a token', () => {
  test('holds a presigned call', () => {
    expect(parseToken(tokenOf(), NOW)).toEqual({
      host: 'sts.eu-west-1.amazonaws.com',
      url: expect.stringMatching(/^\/\?Action=GetCallerIdentity&.*X-Amz-Signature=0+$/) as string,
      accessKeyId: 'AKIAEXAMPLE0000000001',
      signedAt: new Date('2026-03-04T05:06:00Z'),
    })
  })

  test.each([
    'https://sts.amazonaws.com/',
    'https://sts-fips.us-east-1.amazonaws.com/',
    'https://sts.eu-west-1.api.aws/',
    'https://sts.us-gov-west-1.amazonaws.com/',
    'https://sts.cn-north-1.amazonaws.com.cn/',
    'http://127.0.0.1:41234/',
    'http://localhost:41234/',
    'http://[::1]:41234/',
  ])('may be for %s', (base) => {
    expect(parseToken(tokenOf({}, base), NOW).host).toBe(new URL(base).host)
  })

  test.each([
    ['http://sts.eu-west-1.amazonaws.com/', 'unexpected scheme'],
    ['https://sts.eu-west-1.amazonaws.com.example.com/', 'unexpected hostname'],
    ['https://sts.example.com/', 'unexpected hostname'],
    ['https://s3.eu-west-1.amazonaws.com/', 'unexpected hostname'],
    ['https://stsXeu-west-1.amazonaws.com/', 'unexpected hostname'],
    ['http://10.0.0.1/', 'unexpected scheme'],
    ['https://127.0.0.1.example.com/', 'unexpected hostname'],
    ['https://me@sts.eu-west-1.amazonaws.com/', 'no pre-signed URL'],
    ['ftp://sts.eu-west-1.amazonaws.com/', 'no pre-signed URL'],
    ['https://sts.eu-west-1.amazonaws.com', 'unexpected path'],
    ['https://sts.eu-west-1.amazonaws.com/x', 'unexpected path'],
    ['https://sts.eu-west-1.amazonaws.com//', 'unexpected path'],
  ])('may not be for %s', (base, message) => {
    expect(() => parseToken(tokenOf({}, base), NOW)).toThrow(message)
  })

  test.each([
    [{ Action: 'AssumeRole' }, 'unexpected action'],
    [{ Action: undefined }, 'unexpected action'],
    [{ action: 'GetCallerIdentity' }, 'duplicate query parameter'],
    [{ RoleArn: 'arn:aws:iam::111122223333:role/r' }, 'non-whitelisted query parameter "RoleArn"'],
    [{ 'X-Amz-SignedHeaders': 'host' }, 'did not sign the x-k8s-aws-id header'],
    [{ 'X-Amz-SignedHeaders': undefined }, 'did not sign the x-k8s-aws-id header'],
    [{ 'X-Amz-Expires': '901' }, 'invalid X-Amz-Expires'],
    [{ 'X-Amz-Expires': '-1' }, 'invalid X-Amz-Expires'],
    [{ 'X-Amz-Expires': '1e2' }, 'invalid X-Amz-Expires'],
    [{ 'X-Amz-Expires': undefined }, 'invalid X-Amz-Expires'],
    [{ 'X-Amz-Date': undefined }, 'X-Amz-Date parameter must be present'],
    [{ 'X-Amz-Date': '2026-03-04T05:06:00Z' }, 'error parsing X-Amz-Date'],
    [{ 'X-Amz-Date': '20261304T050600Z' }, 'error parsing X-Amz-Date'],
    [{ 'X-Amz-Credential': undefined }, 'invalid X-Amz-Credential'],
    [{ 'X-Amz-Credential': 'AKIAEXAMPLE0000000001/20260304/eu-west-1/s3/aws4_request' }, 'invalid X-Amz-Credential'],
  ])('is refused with %j', (change, message) => {
    expect(() => parseToken(tokenOf(change), NOW)).toThrow(message)
    expect(() => parseToken(tokenOf(change), NOW)).toThrow(AccessRefused)
  })

  test.each([
    ['', 'missing expected'],
    ['k8s-aws-v2.AAAA', 'missing expected'],
    [`k8s-aws-v1.${'A'.repeat(5000)}`, 'too large'],
    ['k8s-aws-v1.', 'illegal base64'],
    ['k8s-aws-v1.AA+/', 'illegal base64'],
    ['k8s-aws-v1.AA==', 'illegal base64'],
    [wrap('https://sts.amazonaws.com/'), 'no pre-signed URL'],
    [wrap('https://sts.amazonaws.com/?Action=GetCallerIdentity#x'), 'no pre-signed URL'],
  ])('is not %j', (token, message) => {
    expect(() => parseToken(token, NOW)).toThrow(message)
  })

  test('lives for 15 minutes after X-Amz-Date, whatever X-Amz-Expires says', () => {
    const token = tokenOf({ 'X-Amz-Date': '20260304T050607Z', 'X-Amz-Expires': '0' })
    expect(() => parseToken(token, minutes(15))).not.toThrow()
    expect(() => parseToken(token, new Date(minutes(15).getTime() + 1))).toThrow('expired')
    expect(() => parseToken(token, minutes(-15))).not.toThrow()
    expect(() => parseToken(token, new Date(minutes(-15).getTime() - 1))).toThrow('not yet current')
  })

  test('of any other text is refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string().map(wrap)), (token) => {
        expect(() => parseToken(token, NOW)).toThrow(AccessRefused)
      }),
    )
  })

  test('with any one character changed is still read, or refused', () => {
    const url = Buffer.from(tokenOf().slice('k8s-aws-v1.'.length), 'base64url').toString()
    fc.assert(
      fc.property(fc.nat(url.length - 1), fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }), (at, character) => {
        const changed = wrap(url.slice(0, at) + character + url.slice(at + 1))
        try {
          expect(parseToken(changed, NOW).url).toMatch(/^\/\?/)
        } catch (error) {
          expect(error).toBeInstanceOf(AccessRefused)
        }
      }),
      { numRuns: 100 },
    )
  })
})
