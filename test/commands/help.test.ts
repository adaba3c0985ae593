import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { runCli } from '../helpers/repository.js'
import { commandSurface } from '../helpers/surface.js'

const cwd = tmpdir()

test('platform alone shows the first steps, every topic and every command', async () => {
  const { exitCode, stdout, stderr } = await runCli([], { cwd })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toContain('FIRST STEPS')
  expect(stdout).toContain('platform init acme --target sandbox')
  const first = new Set((await commandSurface()).map(({ command }) => command.split(' ')[0]))
  for (const word of first) expect(stdout).toMatch(new RegExp(`^  ${word} `, 'm'))
  expect(stdout.split('\n').every((line) => line.length <= 100)).toBe(true)
})

test('the first steps are commands that exist', async () => {
  const { stdout } = await runCli([], { cwd })
  const commands = (await commandSurface()).map(({ command }) => command)
  const steps = [...stdout.matchAll(/^ {2}\$ platform ([a-z ]+?)(?: (?:acme|dev)\b| {2,})/gm)].map((match) => match[1])
  expect(steps.length).toBeGreaterThan(3)
  for (const step of steps) expect(commands).toContain(step)
})

test('a topic shows its commands in alphabetical order', async () => {
  const { exitCode, stdout } = await runCli(['env'], { cwd })
  const listed = [...stdout.matchAll(/^ {2}env (\w+) /gm)].map((match) => match[1])
  expect(exitCode).toBe(0)
  expect(listed).toEqual(listed.toSorted())
  expect(listed).toEqual(expect.arrayContaining(['apply', 'create', 'destroy', 'list', 'plan', 'show']))
})

describe.each([
  ['--help', ['env', 'create', '--help']],
  ['--help after arguments', ['env', 'create', 'dev', '--help']],
  ['help', ['help', 'env', 'create']],
])('a command by %s', (_how, args) => {
  test('shows usage, examples, its own flags and then the global ones', async () => {
    const { exitCode, stdout } = await runCli(args, { cwd })
    expect(exitCode).toBe(0)
    const order = ['USAGE', 'ARGUMENTS', '\nFLAGS', 'CHANGE FLAGS', 'GLOBAL FLAGS', 'DESCRIPTION', 'EXAMPLES'].map((header) =>
      stdout.indexOf(header),
    )
    expect(order.every((place) => place >= 0)).toBe(true)
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  })
})

test('help as JSON tells machines the same', async () => {
  const one = await runCli(['env', 'create', '--help', '--json'], { cwd })
  expect(one.json<{ command: string; flags: Array<{ name: string }> }>()).toMatchObject({ command: 'env create' })
  interface Commands {
    commands: Array<{ command: string }>
  }
  const ofEnv = (await runCli(['--json'], { cwd })).json<Commands>().commands.filter(({ command }) => command.startsWith('env '))
  expect(ofEnv.length).toBeGreaterThan(3)
  for (const words of [['help', 'env'], ['env'], ['env', '--help']]) {
    expect((await runCli([...words, '--json'], { cwd })).json<Commands>()).toEqual({ commands: ofEnv })
  }
  expect((await runCli(['env'], { cwd, env: { PLATFORM_JSON: '1' } })).json<Commands>()).toEqual({ commands: ofEnv })
})
