import { describe, expect, test } from 'vitest'
import { REDACTED, redactText, redactValue } from '../../../src/lib/core/redaction.js'

describe('redactText', () => {
  test.each([
    ['an access key', 'key AKIAIOSFODNN7EXAMPLE end', 'AKIAIOSFODNN7EXAMPLE'],
    ['a temporary access key', 'ASIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE'],
    ['a secret key in an environment', 'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG', 'wJalrXUtnFEMI/K7MDENG'],
    ['a secret in JSON', '{"secret": "hunter2hunter2"}', 'hunter2hunter2'],
    ['a password in HCL', 'password = "correct horse"', 'horse'],
    ['a password with a prefix', 'DB_PASSWORD=hunter2hunter2', 'hunter2hunter2'],
    ['a password in YAML', 'master-password: hunter2hunter2', 'hunter2hunter2'],
    ['a presigned URL', 'https://x/?X-Amz-Signature=abcdef0123&a=1', 'abcdef0123'],
    ['an authorization header', 'Authorization: Bearer abc.def', 'abc.def'],
    ['a password in a URL', 'https://user:hunter2@git.example.com/x', 'hunter2'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', 'MIIE'],
  ])('hides %s', (_what, text, secret) => {
    const result = redactText(text)
    expect(result).not.toContain(secret)
    expect(result).toContain(REDACTED)
  })

  test('hides what is known to be secret, but not short words that stand everywhere', () => {
    expect(redactText('the value s3cr3tvalue is here', ['s3cr3tvalue'])).toBe(`the value ${REDACTED} is here`)
    expect(redactText('test test', ['test'])).toBe('test test')
  })

  test.each([
    'ExpiredToken: The security token is too old',
    'Environment dev is created.',
    'arn:aws:kms:eu-west-1:000000000000:key/1234',
    'https://127.0.0.1:4566/path',
  ])('leaves %j alone', (text) => {
    expect(redactText(text)).toBe(text)
  })
})

describe('redactValue', () => {
  test('hides fields by name at any depth, and secrets inside of texts', () => {
    const value = { a: [{ dbPassword: 'x', note: 'Authorization: Basic eHg=' }], session_token: 'y', count: 3, none: null }
    expect(redactValue(value)).toEqual({
      a: [{ dbPassword: REDACTED, note: `Authorization: ${REDACTED}` }],
      session_token: REDACTED,
      count: 3,
      none: null,
    })
  })

  test('does not change its input', () => {
    const value = { password: 'x' }
    redactValue(value)
    expect(value.password).toBe('x')
  })
})
