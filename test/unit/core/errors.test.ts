import { expect, test } from 'vitest'
import { errorCodes } from '../../../src/lib/core/error-codes.js'
import { isSystemError, messageOf, UserError } from '../../../src/lib/core/errors.js'

test('an error knows its exit code by its code', () => {
  expect(new UserError('BadFlag', 'x').exitCode).toBe(64)
  expect(new UserError('Interrupted', 'x').exitCode).toBe(130)
  expect(new UserError('WrongAccount', 'x').exitCode).toBe(3)
  expect(new UserError('ApplyFailed', 'x').exitCode).toBe(1)
})

test('an error keeps its cause and has empty lists where nothing was given', () => {
  const cause = new Error('inside')
  const error = new UserError('ToolFailed', 'outside', { cause })
  expect(error.cause).toBe(cause)
  expect(error.next).toEqual([])
  expect(error.details).toEqual({})
  expect('cause' in new UserError('ToolFailed', 'x')).toBe(false)
})

test('no error code ends with 0 or with the code of "changes found"', () => {
  for (const [code, { exitCode, meaning }] of Object.entries(errorCodes)) {
    expect([1, 3, 4, 64, 130], code).toContain(exitCode)
    expect(meaning, code).toMatch(/^[A-Zp].*\.$/)
    expect(code).toMatch(/^[A-Z][A-Za-z0-9]+$/)
  }
})

test('messageOf takes whatever was thrown', () => {
  expect(messageOf(new Error('text'))).toBe('text')
  expect(messageOf('text')).toBe('text')
  expect(messageOf(undefined)).toBe('undefined')
})

test('isSystemError looks at the code', () => {
  const error = Object.assign(new Error('x'), { code: 'ENOENT' })
  expect(isSystemError(error, 'EEXIST', 'ENOENT')).toBe(true)
  expect(isSystemError(error, 'EEXIST')).toBe(false)
  expect(isSystemError({ code: 'ENOENT' }, 'ENOENT')).toBe(false)
})
