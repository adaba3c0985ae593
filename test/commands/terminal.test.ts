import { execa } from 'execa'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const BIN = path.resolve('bin/run.js')
// Only util-linux has these options; other systems call another program by this name.
const hasScript = await execa('script', ['--version'], { reject: false }).then(
  ({ exitCode, stdout }) => exitCode === 0 && stdout.includes('util-linux'),
)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-terminal-'))
  await writeFile(
    path.join(folder, 'platform.yaml'),
    'apiVersion: platform/v1alpha1\nkind: Platform\nname: acme\ntarget: sandbox\nregion: eu-west-1\naccounts:\n  main:\n    id: "000000000000"\n',
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs the bundle with a terminal on every stream. */
async function inTerminal(...args: string[]): Promise<{ exitCode: number | undefined; output: string }> {
  const command = [process.execPath, BIN, ...args].map((word) => `'${word}'`).join(' ')
  // With CI set, platform would not trust the terminal.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'CI'))
  const options = { cwd: folder, env, extendEnv: false, reject: false, timeout: 15_000, stdin: 'ignore' } as const
  const { exitCode, stdout } = await execa('script', ['--quiet', '--return', '--command', command, '/dev/null'], options)
  return { exitCode, output: stdout }
}

test.skipIf(!hasScript).each([
  [['config', 'validate'], 0, 'The configuration of acme is valid'],
  [['--help'], 0, 'Build and run a cloud-native platform'],
  [['env', 'list', '--nonsense'], 64, '"--nonsense" is not a flag'],
  [['nonsense'], 64, 'is not a command of platform'],
] as const)('%j works in a terminal', async (args, exitCode, text) => {
  const result = await inTerminal(...args)
  expect(result.output).toContain(text)
  expect(result.exitCode).toBe(exitCode)
})
