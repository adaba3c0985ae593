import { execa, type Options } from 'execa'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

export interface CliResult {
  exitCode: number
  stdout: string
  stderr: string
  /** The document on stdout of a command with `--json`. */
  json<T>(): T
}

/** Without what environments share, which the role of the account is part of. */
function withoutShared(text: string): string {
  return text.replace('\nshared:\n', '\nshared:\n  enabled: false\n').replace(/\n +role: arn:aws:iam::.*(?=\n)/, '')
}

/** A repository made by `platform init` in a temporary folder, with a sandbox of its own. */
export class Repository {
  readonly directory: string
  readonly #parent: string

  private constructor(parent: string, directory: string) {
    this.#parent = parent
    this.directory = directory
  }

  /** @param options.shared also makes what environments share, with the first of them. Left out elsewhere: it takes time. */
  static async init(name = 'acme', { shared = false } = {}): Promise<Repository> {
    const parent = await mkdtemp(path.join(tmpdir(), 'platform-e2e-'))
    const repository = new Repository(parent, path.join(parent, name))
    const { exitCode, stderr } = await runCli(['init', name, '--target', 'sandbox', '--yes'], { cwd: parent })
    if (exitCode !== 0) throw new Error(`platform init failed: ${stderr}`)
    if (!shared) await repository.edit('platform.yaml', withoutShared)
    return repository
  }

  /** Changes a file. Returns what was in it. */
  async edit(file: string, change: (text: string) => string): Promise<string> {
    const target = path.join(this.directory, file)
    const text = await readFile(target, 'utf8')
    const changed = change(text)
    if (changed === text) throw new Error(`${file} was not changed`)
    await writeFile(target, changed)
    return text
  }

  run(...args: string[]): Promise<CliResult> {
    return runCli(args, { cwd: this.directory })
  }

  /** As `run`, with environment variables, or below another program such as `unshare`. */
  runWith(options: { env?: Record<string, string>; below?: readonly string[] }, ...args: string[]): Promise<CliResult> {
    return runCli(args, { cwd: this.directory, ...options })
  }

  /** Starts a command that the test will interrupt. */
  start(...args: string[]) {
    return this.startWith({}, ...args)
  }

  /** As `start`, with environment variables. */
  startWith(env: Record<string, string>, ...args: string[]) {
    return this.startBelow([], env, ...args)
  }

  /** As `startWith`, below another program. */
  startBelow(below: readonly string[], env: Record<string, string>, ...args: string[]) {
    const [program = process.execPath, ...words] = [...below, process.execPath, BIN, ...args]
    return execa(program, words, {
      cwd: this.directory,
      env: cleanEnvironment(env),
      extendEnv: false,
      reject: false,
      detached: true,
      stdin: 'ignore',
    })
  }

  /** Stops the sandbox and deletes everything. */
  async remove(): Promise<void> {
    await this.run('sandbox', 'down')
    await rm(this.#parent, { recursive: true, force: true })
  }
}

/** Runs `platform` as a person would, without a terminal. */
export async function runCli(
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string>; input?: string; below?: readonly string[] },
): Promise<CliResult> {
  const settings = {
    cwd: options.cwd,
    env: cleanEnvironment(options.env),
    extendEnv: false,
    reject: false,
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
  } as const satisfies Options
  const [program = process.execPath, ...words] = [...(options.below ?? []), process.execPath, BIN, ...args]
  const { exitCode, stdout, stderr } = await execa(program, words, settings)
  return { exitCode: exitCode ?? -1, stdout, stderr, json: <T>() => JSON.parse(stdout) as T }
}

/** The environment of this test run without what would change the result. */
function cleanEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !/^(?:AWS_|TF_|PLATFORM_(?!PROVIDER_MIRROR))/.test(name),
  )
  return { ...(Object.fromEntries(kept) as Record<string, string>), NO_COLOR: '1', ...extra }
}
