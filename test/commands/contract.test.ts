import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { errorCodes } from '../../src/lib/core/error-codes.js'
import { runCli } from '../helpers/repository.js'
import { commandSurface } from '../helpers/surface.js'

const surface = await commandSurface()
const cases = surface.map((command) => [command.command, command] as const)
const cwd = tmpdir()

interface ErrorResult {
  error: { code: string; message: string; next: string[]; details: Record<string, unknown> }
}

test('there are commands to look at', () => {
  expect(surface.map(({ command }) => command)).toEqual(
    expect.arrayContaining(['init', 'doctor', 'env create', 'env destroy', 'config validate']),
  )
})

describe.each(cases)('%s', (name, { summary, examples, flags }) => {
  test('has a summary and at least one example', () => {
    expect(summary).toMatch(/^[A-Z].*\.$/)
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) expect(example).toContain(`platform ${name}`)
  })

  test('has the global flags, each with an environment variable', () => {
    const globals = flags.filter(({ group }) => group === 'GLOBAL')
    expect(globals.map(({ name: flag, env }) => [flag, env])).toEqual([
      ['color', 'PLATFORM_COLOR'],
      ['directory', 'PLATFORM_DIRECTORY'],
      ['json', 'PLATFORM_JSON'],
      ['quiet', 'PLATFORM_QUIET'],
    ])
    expect(globals.find(({ name: flag }) => flag === 'directory')?.char).toBe('C')
  })

  test('describes every flag in a sentence', () => {
    for (const flag of flags) expect(flag.summary, `--${flag.name}`).toMatch(/^[A-Za-z].*\.$/s)
  })

  test('can be tried without changing anything, if it changes something', () => {
    const names = flags.map(({ name: flag }) => flag)
    if (names.includes('yes')) expect(names).toContain('dry-run')
    if (names.includes('dry-run')) expect(flags.find(({ name: flag }) => flag === 'yes')).toMatchObject({ char: 'y', env: 'PLATFORM_YES' })
  })

  test('no environment variable answers what must be answered each time', () => {
    const dangerous = flags.filter(({ name: flag }) => /^(?:confirm|allow-replace|reason|force.*)$/.test(flag))
    expect(dangerous.filter(({ env }) => env !== undefined)).toEqual([])
  })

  test('refuses an unknown flag with one JSON document', async () => {
    const machine = await runCli([...name.split(' '), '--no-such-flag', '--json'], { cwd })
    expect(machine).toMatchObject({ exitCode: 64, stderr: '' })
    expect(machine.json<ErrorResult>().error).toMatchObject({ code: 'BadFlag', next: [`platform ${name} --help`] })
  })
})

describe('errors', () => {
  test('wrong use is told to people on stderr', async () => {
    const { exitCode, stdout, stderr } = await runCli(['env', 'list', '--no-such-flag'], { cwd })
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' })
    expect(stderr).toBe('Error [BadFlag]: "--no-such-flag" is not a flag of platform env list.\nNext: platform env list --help')
  })

  test('an error for people goes to stderr, with the exit code of its code', async () => {
    const { exitCode, stdout, stderr } = await runCli(['env', 'list'], { cwd })
    expect({ exitCode, stdout }).toEqual({ exitCode: errorCodes.NotARepository.exitCode, stdout: '' })
    expect(stderr).toMatch(/^Error \[NotARepository\]: .+\nNext:/s)
  })

  test('an error for machines is the one document on stdout', async () => {
    const { exitCode, json, stderr } = await runCli(['env', 'list', '--json'], { cwd })
    expect({ exitCode, stderr }).toEqual({ exitCode: 64, stderr: '' })
    const { error } = json<ErrorResult>()
    expect(Object.keys(error)).toEqual(expect.arrayContaining(['code', 'message', 'next', 'details']))
  })

  test.each([
    ['a mistyped command', ['env', 'crate', 'dev'], 'CommandNotFound', 'platform env create'],
    ['a mistyped topic', ['evn', 'create'], 'CommandNotFound', 'platform env create'],
    ['help for a mistyped command', ['env', 'crate', '--help'], 'CommandNotFound', 'platform env create'],
    ['swapped words', ['create', 'env'], 'CommandNotFound', 'platform env create'],
    ['a mistyped flag', ['env', 'list', '--dirctory', 'x'], 'BadFlag', '--directory'],
    ['a flag with two letters swapped', ['env', 'list', '--josn'], 'BadFlag', '--json'],
    ['the usual short form of --version', ['-v'], 'BadFlag', 'platform --version'],
    ['a mistyped --version', ['--verison'], 'BadFlag', 'platform --version'],
    ['a mistyped value', ['completion', 'bsh'], 'BadFlag', 'bash'],
  ])('%s gets a suggestion and no question', async (_what, args, code, suggestion) => {
    const { exitCode, stdout, stderr } = await runCli(args, { cwd })
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' })
    expect(stderr).toContain(`Error [${code}]`)
    expect(stderr).toMatch(new RegExp(`Did you mean:? ${suggestion}`))
  })

  test.each(['5', '0s', '-5m', 'soon'])('the duration %s is refused', async (duration) => {
    const { exitCode, json } = await runCli(['env', 'create', 'dev', `--timeout=${duration}`, '--json'], { cwd })
    expect(exitCode).toBe(64)
    expect(json<ErrorResult>().error).toMatchObject({ code: 'BadFlag', details: { flag: '--timeout', value: duration } })
  })

  test('a number out of range names its flag', async () => {
    const { exitCode, json } = await runCli(['run', 'list', '--limit', '0', '--json'], { cwd })
    expect(exitCode).toBe(64)
    expect(json<ErrorResult>().error).toMatchObject({ code: 'BadFlag', details: { flag: '--limit' } })
    expect(json<ErrorResult>().error.message).toMatch(/^--limit: /)
  })

  test('a variable that stands for a flag says yes or no', async () => {
    const run = async (env: Record<string, string>) => runCli(['init', 'acme', '--dry-run', '--json'], { cwd, env })
    const wrong = await run({ PLATFORM_YES: 'maybe', PLATFORM_QUIET: 'si' })
    expect(wrong.exitCode).toBe(64)
    expect(wrong.json<ErrorResult>().error).toMatchObject({ code: 'BadFlag', details: { variables: ['PLATFORM_QUIET', 'PLATFORM_YES'] } })
    for (const value of ['true', 'FALSE', '1', '0', 'yes', 'no', '']) expect((await run({ PLATFORM_YES: value })).exitCode).toBe(0)
  })

  test('a flag without a command is refused', async () => {
    expect(await runCli(['--bogus'], { cwd })).toMatchObject({ exitCode: 64, stdout: '' })
  })
})

describe('global behaviour', () => {
  test('--version says what is needed for a report', async () => {
    const { exitCode, stdout } = await runCli(['--version'], { cwd })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^platform \d+\.\d+\.\d+ \w+-\w+ node-v\d+/)
    expect((await runCli(['--version', '--json'], { cwd })).json<{ node: string }>().node).toBe(process.version)
  })

  test('global flags may stand before the command', async () => {
    const { exitCode, json } = await runCli(['-C', tmpdir(), '--json', 'env', 'list'], { cwd: '/' })
    expect(exitCode).toBe(64)
    expect(json<ErrorResult>().error.details).toMatchObject({ directory: tmpdir() })
  })

  test('PLATFORM_JSON and PLATFORM_DIRECTORY stand for their flags', async () => {
    const { json } = await runCli(['env', 'list'], { cwd: '/', env: { PLATFORM_JSON: '1', PLATFORM_DIRECTORY: tmpdir() } })
    expect(json<ErrorResult>().error.details).toMatchObject({ directory: tmpdir() })
  })

  test('no colour without a terminal, and none with NO_COLOR even when colour is forced', async () => {
    const escape = '\u001B['
    expect((await runCli(['env', 'list'], { cwd, env: { NO_COLOR: '' } })).stderr).not.toContain(escape)
    expect((await runCli(['env', 'list'], { cwd, env: { NO_COLOR: '', FORCE_COLOR: '1' } })).stderr).toContain(escape)
    expect((await runCli(['env', 'list'], { cwd, env: { NO_COLOR: '1', FORCE_COLOR: '1' } })).stderr).not.toContain(escape)
    expect((await runCli(['env', 'list', '--no-color'], { cwd, env: { NO_COLOR: '', FORCE_COLOR: '1' } })).stderr).not.toContain(escape)
  })
})
