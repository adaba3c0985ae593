import { describe, expect, test } from 'vitest'
import { loadProject } from '../../../src/lib/config/load.js'
import type { Problem } from '../../../src/lib/config/problem.js'
import { UserError } from '../../../src/lib/core/errors.js'
import { EXCEPTIONS_FILE, readExceptions } from '../../../src/lib/policy/exceptions.js'
import { ENVIRONMENT, PLATFORM, repository } from './repository.js'

/** Each file of a repository that is read as YAML: a good text of it, and how it is read. */
const FILES: Array<[file: string, good: string, read: (directory: string) => Promise<unknown>]> = [
  ['platform.yaml', PLATFORM, (directory) => loadProject(directory)],
  ['environments/dev.yaml', ENVIRONMENT, (directory) => loadProject(directory)],
  [EXCEPTIONS_FILE, 'exceptions: []\n', (directory) => readExceptions(directory, ['some-rule'])],
  [
    'home/platform/config.yaml',
    'region: eu-west-1\n',
    (directory) => loadProject(directory, { env: { XDG_CONFIG_HOME: `${directory}/home` } }),
  ],
]

const bomb = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 10 }, () => `*a${i}`).join(', ')}]`)

const HOSTILE: Array<[what: string, make: (good: string) => string | Uint8Array, message: string]> = [
  ['a bomb of anchors', (good) => `${good}a0: &a0 lol\n${bomb.join('\n')}\n`, 'aliases such as'],
  [
    'a field twice',
    (good) =>
      good +
      (good
        .trimEnd()
        .split('\n')
        .findLast((line) => /^\w/.test(line)) ?? ''),
    'is written twice',
  ],
  ['__proto__', (good) => `${good}__proto__: { polluted: true }\n`, 'this name is not allowed'],
  ['constructor', (good) => `${good}constructor: { prototype: { polluted: true } }\n`, 'this name is not allowed'],
  ['bytes that are not UTF-8', (good) => Buffer.concat([Buffer.from(good), Uint8Array.of(0x23, 0xc3, 0x28)]), 'is not UTF-8 text'],
  ['10 MB', (good) => good + '#'.repeat(10 * 1024 * 1024), 'is larger than 1 MB'],
  ['20,000 fields', (good) => good + Array.from({ length: 20_000 }, (_, i) => `f${i}: 1\n`).join(''), 'has more than 1000 entries'],
  ['thousands of brackets', (good) => `${good}deep: ${'['.repeat(20_000)}\n`, 'nested too deeply'],
  ['several documents', (good) => `${good}---\n${good}`, 'only one document'],
]

describe.each(FILES)('%s', (file, good, read) => {
  test.each(HOSTILE)('with %s is refused at once, with its place', async (_what, make, message) => {
    const directory = await repository({ [file]: make(good) })
    const started = performance.now()
    const error: unknown = await read(directory).catch((caught: unknown) => caught)
    expect(performance.now() - started).toBeLessThan(10_000)
    if (!(error instanceof UserError)) throw error
    expect(error).toMatchObject({ code: 'InvalidConfiguration', next: expect.arrayContaining([expect.any(String)]) as string[] })
    const problems = error.details['problems'] as Problem[]
    const found = problems.find((problem) => problem.message.includes(message))
    expect(found, JSON.stringify(problems)).toMatchObject({ line: expect.any(Number) as number, column: expect.any(Number) as number })
    expect(found?.file.endsWith(file)).toBe(true)
    expect({}).not.toHaveProperty('polluted')
  })
})
