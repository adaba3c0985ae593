import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createModel, type CompletionModel } from '../../src/lib/cli/completion/model.js'
import { bashCompletion } from '../../src/lib/cli/completion/bash.js'
import { fishCompletion } from '../../src/lib/cli/completion/fish.js'
import { powershellCompletion } from '../../src/lib/cli/completion/powershell.js'
import { zshCompletion } from '../../src/lib/cli/completion/zsh.js'
import type { CommandDescription, FlagDescription } from '../../src/lib/cli/surface.js'
import { runCli } from '../helpers/repository.js'
import { commandSurface } from '../helpers/surface.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-completion-'))
  await mkdir(path.join(folder, 'environments'))
  for (const name of ['dev', 'prod']) await writeFile(path.join(folder, 'environments', `${name}.yaml`), '')
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

describe('bash', () => {
  /** What bash offers for the words of a command line, the last of which is being typed. */
  async function complete(...words: string[]): Promise<string[]> {
    const { stdout: script } = await runCli(['completion', 'bash'], { cwd: folder })
    const test = `${script}
      complete -p platform >/dev/null || exit 9
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _platform_complete
      printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await execa('bash', ['--norc', '-c', test, 'bash', ...words], { cwd: folder })
    return stdout.split('\n').filter((line) => line !== '')
  }

  test('offers topics and commands', async () => {
    const first = new Set((await commandSurface()).map(({ command }) => command.split(' ')[0]))
    expect((await complete('platform', '')).toSorted()).toEqual([...first].toSorted())
    expect(await complete('platform', 'env', '')).toEqual(expect.arrayContaining(['create', 'plan', 'destroy']))
    expect(await complete('platform', 'env', 'cr')).toEqual(['create'])
  })

  test('offers flags and their values', async () => {
    expect(await complete('platform', 'env', 'create', '--pre')).toEqual(['--preset'])
    expect(await complete('platform', 'env', 'create', '--preset', '')).toEqual(['small', 'standard', 'production'])
    expect(await complete('platform', 'env', 'create', '--preset', 'st')).toEqual(['standard'])
    expect(await complete('platform', 'env', 'create', '--preset', 'small', '--no-')).toEqual(
      expect.arrayContaining(['--no-color', '--no-wait']),
    )
  })

  test('offers the environments of the repository', async () => {
    expect(await complete('platform', 'env', 'plan', '')).toEqual(['dev', 'prod'])
    expect(await complete('platform', 'env', 'destroy', 'p')).toEqual(['prod'])
    expect(await complete('platform', 'env', 'create', '')).toEqual([])
  })

  test('looks past flags and their values', async () => {
    expect(await complete('platform', '-C', '.', 'env', 'plan', 'd')).toEqual(['dev'])
    expect(await complete('platform', '--json', 'completion', 'f')).toEqual(['fish'])
  })

  test('a value that looks like a command is not taken for one', async () => {
    expect(await complete('platform', 'env', 'create', '--account', 'env', '--pres')).toEqual(['--preset'])
  })
})

test.each(['bash', 'zsh', 'fish', 'powershell'])(
  'the script for %s comes alone on stdout, and in the document of --json',
  async (shell) => {
    const plain = await runCli(['completion', shell], { cwd: folder })
    expect(plain).toMatchObject({ exitCode: 0, stderr: '' })
    const { json } = await runCli(['completion', shell, '--json'], { cwd: folder })
    expect(json<{ shell: string; script: string }>()).toEqual({ shell, script: `${plain.stdout}\n` })
  },
)

describe('golden files', () => {
  const flag = (name: string, more: Partial<FlagDescription> = {}): FlagDescription => ({
    name,
    char: undefined,
    summary: `Sets "${name}": it's $HOME or \`x\` [y].`,
    group: undefined,
    takesValue: false,
    allowNo: false,
    required: false,
    multiple: false,
    options: [],
    default: undefined,
    env: undefined,
    ...more,
  })
  const command = (name: string, more: Partial<CommandDescription> = {}): CommandDescription => ({
    command: name,
    summary: `Does ${name}.`,
    description: '',
    arguments: [],
    flags: [flag('color', { allowNo: true }), flag('directory', { char: 'C', takesValue: true })],
    examples: [],
    ...more,
  })
  const argument = { name: 'name', summary: '', required: true, options: [] }
  const model: CompletionModel = createModel(
    'platform',
    [
      command('env create', { arguments: [argument], flags: [flag('preset', { takesValue: true, options: ['small', 'large'] })] }),
      command('env plan', { arguments: [argument] }),
      command('completion', { arguments: [{ ...argument, options: ['bash', 'zsh'] }] }),
    ],
    new Map([['env', 'Environments.']]),
  )

  test.each([
    ['bash', bashCompletion],
    ['zsh', zshCompletion],
    ['fish', fishCompletion],
    ['powershell', powershellCompletion],
  ])('%s', async (shell, write) => {
    await expect(write(model)).toMatchFileSnapshot(`../golden/completion/${shell}.txt`)
  })

  test.each([
    ['bash', bashCompletion],
    ['zsh', zshCompletion],
    ['fish', fishCompletion],
  ])('%s accepts its script', async (shell, write) => {
    const found = await execa(shell, ['-c', 'exit 0'], { reject: false })
    // Only bash is on every machine. Where a shell is missing its golden file is what is left of the test.
    if (found.code === 'ENOENT' && shell !== 'bash') return
    const file = path.join(folder, `script.${shell}`)
    await writeFile(file, write(model))
    await execa(shell, ['-n', file])
  })
})
