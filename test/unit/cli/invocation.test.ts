import { describe, expect, test } from 'vitest'
import { isCi, moveLeadingGlobalFlags, wantsJson } from '../../../src/lib/cli/invocation.js'

test.each([
  [['env', 'list', '--json'], {}, true],
  [['env', 'list'], {}, false],
  [['env', 'list', '--', '--json'], {}, false],
  [['env', 'list'], { PLATFORM_JSON: '1' }, true],
  [['env', 'list'], { PLATFORM_JSON: 'false' }, false],
])('wantsJson(%j, %j) is %s', (argv, env, expected) => {
  expect(wantsJson(argv, env)).toBe(expected)
})

test.each([
  [{ CI: 'true' }, true],
  [{ CI: '1' }, true],
  [{ CI: 'false' }, false],
  [{ CI: '' }, false],
  [{}, false],
])('isCi(%j) is %s', (env, expected) => {
  expect(isCi(env)).toBe(expected)
})

describe('moveLeadingGlobalFlags', () => {
  test.each([
    ['-C repo env list', 'env list -C repo'],
    ['--directory=repo --json env list --origins', 'env list --origins --directory=repo --json'],
    ['-Crepo --quiet env run -- --json', 'env run -Crepo --quiet -- --json'],
    ['env list -C repo', 'env list -C repo'],
    ['--json', '--json --help'],
    ['-C repo', '-C repo --help'],
    ['--bogus env list', '--bogus env list'],
    ['--json --help', '--json --help'],
    ['', ''],
  ])('%j becomes %j', (before, after) => {
    expect(moveLeadingGlobalFlags(before.split(' ').filter(Boolean)).join(' ')).toBe(after)
  })
})
