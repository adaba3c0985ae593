import { spawn, type ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { UserError } from './errors.js'

export interface PipedProcess {
  stdin: Writable
  stdout: Readable
  stderr: Readable
  exited: Promise<{ exitCode: number | null; signal: string | null }>
  /** Ends the program and what it started. */
  kill(): void
}

/**
 * Starts a program whose input and output are streams: for what is too large to be kept in memory. The program must end with its input,
 * because nothing else ends it when we die.
 * @throws `ToolMissing` when the program cannot be started.
 */
export async function startPiped(
  file: string,
  args: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string>> },
): Promise<PipedProcess> {
  // A group of its own, because such programs start others.
  const child = spawn(file, args, { cwd: options.cwd, env: { ...options.env }, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  const exited = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (error) => {
      reject(new UserError('ToolMissing', `${file} could not be started.`, { cause: error, reason: error.message, details: { file } }))
    })
  })
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exited, kill: () => killGroup(child) }
}

function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return
  try {
    process.kill(-pid, 'SIGTERM')
  } catch {
    // It has ended meanwhile.
  }
}
