import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UserError } from '../../../src/lib/core/errors.js'
import { covers, hasEnded, readExceptions, type PolicyException } from '../../../src/lib/policy/exceptions.js'

const exception: PolicyException = {
  rule: 'encryption',
  address: 'aws_sns_topic.a',
  owner: 'shop',
  reason: 'moved in March',
  until: '2027-03-01',
}

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'platform-policy-'))
  await mkdir(path.join(directory, 'policies'))
})
afterEach(async () => rm(directory, { recursive: true, force: true }))

const read = async (text: string, file = 'exceptions.yaml'): Promise<PolicyException[]> => {
  await writeFile(path.join(directory, 'policies', file), text)
  return readExceptions(directory, ['encryption', 'no-public-bucket'])
}

async function problemsOf(text: string, file?: string): Promise<string[]> {
  const error = await read(text, file).then(
    () => undefined,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(UserError)
  const { code, details } = error as UserError
  expect(code).toBe('InvalidConfiguration')
  const problems = details['problems'] as Array<{ file: string; line: number; field: string; message: string; nearest?: string }>
  return problems.map(({ file: where, line, field, message, nearest }) => [where, line, field, message, nearest ?? ''].join(' | '))
}

const entry = (fields: Record<string, string>): string =>
  `exceptions:\n${Object.entries(fields)
    .map(([key, value], index) => `  ${index === 0 ? '-' : ' '} ${key}: ${value}`)
    .join('\n')}\n`

describe('policies/exceptions.yaml', () => {
  test('need not exist', async () => {
    expect(await readExceptions(directory, [])).toEqual([])
  })

  test('holds rule, address, owner, reason and last day', async () => {
    expect(await read(entry(exception))).toEqual([exception])
    expect(await read('exceptions: []\n')).toEqual([])
  })

  test.each(['rule', 'address', 'owner', 'reason', 'until'])('is refused without %s', async (field) => {
    const rest = Object.fromEntries(Object.entries(exception).filter(([key]) => key !== field))
    expect(await problemsOf(entry(rest))).toEqual([`policies/exceptions.yaml | 2 | exceptions[0].${field} | is missing | `])
  })

  test.each([
    ['until', '2027-02-30', 'must be a day such as 2027-01-31'],
    ['until', 'tomorrow', 'must be a day such as 2027-01-31'],
    ['until', '2027-3-1', 'must be a day such as 2027-01-31'],
    ['owner', '"  "', 'must not be empty'],
    ['reason', '12', 'must be in quotes: "12"'],
  ])('is refused with %s: %s', async (field, value, message) => {
    const line = Object.keys(exception).indexOf(field) + 2
    expect(await problemsOf(entry({ ...exception, [field]: value }))).toEqual([
      `policies/exceptions.yaml | ${line} | exceptions[0].${field} | ${message} | `,
    ])
  })

  test('names the nearest rule and field', async () => {
    expect(await problemsOf(entry({ ...exception, rule: 'encrypton' }))).toEqual([
      'policies/exceptions.yaml | 2 | exceptions[0].rule | there is no rule "encrypton" | encryption',
    ])
    expect(await problemsOf(entry({ ...exception, ownr: 'shop' }))).toEqual([
      'policies/exceptions.yaml | 7 | exceptions[0].ownr | is not a known field | owner',
    ])
  })

  test('tells everything that is wrong at once', async () => {
    expect(await problemsOf('exceptions:\n  - { rule: encrypton, address: "*", owner: a, until: never }\n  - no\n')).toEqual(
      expect.arrayContaining([
        'policies/exceptions.yaml | 2 | exceptions[0].rule | there is no rule "encrypton" | encryption',
        'policies/exceptions.yaml | 2 | exceptions[0].reason | is missing | ',
        'policies/exceptions.yaml | 2 | exceptions[0].until | must be a day such as 2027-01-31 | ',
        'policies/exceptions.yaml | 3 | exceptions[1] | must be a group of fields | ',
      ]),
    )
  })

  test('is refused when it is no YAML, no list, or has another ending', async () => {
    expect(await problemsOf('exceptions: [')).toHaveLength(1)
    expect(await problemsOf('')).toHaveLength(1)
    expect(await problemsOf('exceptions:\n')).toHaveLength(1)
    expect(await problemsOf('exceptions: []\n', 'exceptions.yml')).toEqual([
      'policies/exceptions.yml | 1 |  | must end in .yaml: rename it | ',
    ])
  })
})

describe('an exception', () => {
  test('counts until the end of its last day', () => {
    expect(hasEnded(exception, new Date('2027-03-01T23:59:59Z'))).toBe(false)
    expect(hasEnded(exception, new Date('2027-03-02T00:00:00Z'))).toBe(true)
  })

  test.each([
    ['aws_sns_topic.a', true],
    ['aws_sns_topic.*', true],
    ['*', true],
    ['aws_sns_topic', false],
    ['aws_sns_topic.b', false],
    ['aws_sns_topicXa', false],
  ])('for the address %s covers aws_sns_topic.a: %s', (address, expected) => {
    expect(covers({ ...exception, address }, { rule: 'encryption', address: 'aws_sns_topic.a' })).toBe(expected)
  })

  test('takes brackets as they are', () => {
    const of = (address: string) => covers({ ...exception, address }, { rule: 'encryption', address: 'module.a["x.y"].aws_sns_topic.a[0]' })
    expect(of('module.a["x.y"].aws_sns_topic.a[0]')).toBe(true)
    expect(of('module.a["*"].aws_sns_topic.a[*]')).toBe(true)
    expect(of('module.a["xzy"].aws_sns_topic.a[0]')).toBe(false)
  })

  test('covers its own rule only', () => {
    expect(covers(exception, { rule: 'no-public-bucket', address: exception.address })).toBe(false)
  })
})
