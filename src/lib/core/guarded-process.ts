import { spawn, type ChildProcess } from 'node:child_process'
import { UserError } from './errors.js'
import type { ProcessIdentity } from './ports.js'
import { startTimeOf } from './processes.js'

export interface GuardedOptions {
  cwd: string
  /** The complete environment of the child. */
  env: Readonly<Record<string, string>>
  /** Called with what the child writes to either stream. */
  onOutput: (chunk: Buffer) => void
  /** Called when the identity of the child is known and before its program runs. */
  onStarting?: (identity: ProcessIdentity) => Promise<void>
}

export interface GuardedProcess extends ProcessIdentity {
  exited: Promise<{ exitCode: number | null; signal: string | null }>
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
}

/** Waits for one line before it becomes the program, so that nothing runs which is not yet recorded and guarded. */
const GATE = 'read -r go || exit 0; exec "$@" </dev/null'
/** Ends with its standard input, which only we hold open, and takes the child with it. */
const GUARD = 'while read -r line; do :; done; kill -9 "$1" 2>/dev/null'

/**
 * Starts a program that never outlives this process, however this process ends. A second process, in a group of its own, holds
 * a pipe from us and kills the child when the pipe breaks; only the child and that guard are started, without a shell seeing any
 * argument as code.
 * @throws `ToolMissing` when the program cannot be started.
 */
export async function startGuarded(file: string, args: readonly string[], options: GuardedOptions): Promise<GuardedProcess> {
  const child = spawn('/bin/sh', ['-c', GATE, 'sh', file, ...args], {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const exited = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
  })
  const pid = await pidOf(child, file)
  child.stdout.on('data', options.onOutput)
  child.stderr.on('data', options.onOutput)
  child.stdin.on('error', () => undefined)
  const identity = { pid, startedAt: (await startTimeOf(pid)) ?? '' }

  const guard = spawn('/bin/sh', ['-c', GUARD, 'sh', String(pid)], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.stdin.on('error', () => undefined)
  try {
    await pidOf(guard, '/bin/sh')
    await options.onStarting?.(identity)
  } catch (error) {
    child.kill('SIGKILL')
    guard.kill('SIGKILL')
    throw error
  }
  // The process id may belong to somebody else once the child is gone.
  void exited.then(() => guard.kill('SIGKILL'))
  child.stdin.end('go\n')
  return { ...identity, exited, kill: (signal) => void child.kill(signal) }
}

async function pidOf(child: ChildProcess, file: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (error) => {
      reject(new UserError('ToolMissing', `${file} could not be started.`, { cause: error, reason: error.message, details: { file } }))
    })
  })
  if (child.pid === undefined) throw new UserError('ToolMissing', `${file} could not be started.`, { details: { file } })
  return child.pid
}
