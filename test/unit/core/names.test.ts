import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/lib/core/errors.js'
import { assertName, isReservedPlatformName, isValidName, nearest, nearestValidName } from '../../../src/lib/core/names.js'

describe('isValidName', () => {
  test.each(['dev', 'ab', 'a1', 'team-a', 'a'.repeat(32)])('allows %s', (name) => {
    expect(isValidName(name)).toBe(true)
  })
  test.each(['', 'a', 'Dev', '1dev', '-dev', 'dev-', 'a--b', 'dev_1', 'dev.1', 'a'.repeat(33), 'dev\n', 'dév', '../x', 'a b', '$(id)'])(
    'refuses %j',
    (name) => {
      expect(isValidName(name)).toBe(false)
    },
  )
  test('allows nothing that could mean something in a path or a shell', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        if (isValidName(name)) expect(name).toMatch(/^[a-z0-9-]{2,32}$/)
      }),
    )
  })
})

test('assertName says what is allowed', () => {
  expect(() => assertName('an environment', 'Dev')).toThrow(
    expect.objectContaining({ code: 'InvalidName', message: '"Dev" is not a valid name for an environment.' }) as Error,
  )
  expect(() => assertName('an environment', 'dev')).not.toThrow()
})

describe('an invalid name', () => {
  const nextOf = (name: string, known: string[] = []): readonly string[] => {
    try {
      assertName('an environment', name, known)
    } catch (error) {
      if (error instanceof UserError) return error.next
    }
    return []
  }
  test.each([
    ['Dev', [], 'Choose a name of this form, such as dev'],
    ['Dev', ['dev', 'prod'], 'Did you mean dev?'],
    ['Prod', ['dev'], 'Choose a name of this form, such as prod'],
    ['../..', [], 'Choose a name of this form, such as team-a'],
  ])('%j beside %j: %s', (name, known, next) => {
    expect(nextOf(name, known)).toEqual([next])
  })
  test.each([
    ['Team A', 'team-a'],
    ['dév_1', 'dev-1'],
    ['1dev-', 'dev'],
    ['a--b', 'a-b'],
    ['a'.repeat(40), 'a'.repeat(32)],
    [`${'a'.repeat(31)}-b`, 'a'.repeat(31)],
    ['', undefined],
    ['7', undefined],
    ['Shared', undefined],
    ['AWS', undefined],
  ])('%j becomes %j', (text, name) => {
    expect(nearestValidName(text)).toBe(name)
  })
  test('always becomes a valid one, or none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const name = nearestValidName(text)
        expect(name === undefined || isValidName(name)).toBe(true)
      }),
    )
  })
})

test.each([
  ['aws', true],
  ['aws-x', true],
  ['awsome', false],
  ['my-aws', false],
])('the platform name %s is reserved: %s', (name, reserved) => {
  expect(isReservedPlatformName(name)).toBe(reserved)
})

describe('nearest', () => {
  const candidates = ['env create', 'env list', 'sandbox up']
  test('finds a slip of the pen', () => {
    expect(nearest('env crate', candidates)).toBe('env create')
    expect(nearest('ENV LIST', candidates)).toBe('env list')
  })
  test('counts two swapped letters as one slip', () => {
    expect(nearest('josn', ['json', 'color'])).toBe('json')
    expect(nearest('sdnabox up', candidates)).toBe('sandbox up')
    expect(nearest('nosj', ['json'])).toBeUndefined()
    expect(nearest('aa', ['ab', 'bb'])).toBe('ab')
  })
  test('finds nothing where nothing is near', () => {
    expect(nearest('helicopter', candidates)).toBeUndefined()
    expect(nearest('x', candidates)).toBeUndefined()
    expect(nearest('env', [])).toBeUndefined()
  })
})
