import type { Reporter } from './report.js'

export interface ExecOptions {
  cwd?: string
  /** The complete environment of the child. Nothing is inherited when it is given. */
  env?: Readonly<Record<string, string>>
  input?: string
  /** Exit codes that are answers rather than failures. Default `[0]`. */
  okCodes?: readonly number[]
  timeoutMs?: number
  signal?: AbortSignal
  /** The child leads a process group of its own, and the whole group ends with `signal`, `timeoutMs` or our own exit: for builds and shims. */
  group?: boolean
  /** Standard output holds secrets: no error ever repeats any of it. */
  secretOutput?: boolean
  /** Called with each complete line as it arrives. */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void
}

export interface ExecResult {
  exitCode: number
  stdout: string
  stderr: string
}

/** Runs a program by argument list, never through a shell. Rejects with `UserError('ToolFailed' | 'ToolMissing' | 'TimedOut' | 'Interrupted')`. */
export type Exec = (file: string, args: readonly string[], options?: ExecOptions) => Promise<ExecResult>

export interface DetachedOptions {
  cwd: string
  env: Readonly<Record<string, string>>
  /** Standard output is appended to this file: a pipe would break, and kill the child, when we die. */
  stdoutFile: string
  stderrFile: string
  /** We may end while it runs: a waiting `exited` does not keep us. Default false. */
  background?: boolean
}

/** A process that outlives us. `startedAt` tells it from a later process with the same id. */
export interface ProcessIdentity {
  pid: number
  startedAt: string
}

export interface DetachedProcess extends ProcessIdentity {
  /** Settles when the process ends while we are alive. */
  exited: Promise<{ exitCode: number | null; signal: string | null }>
}

/** Starts and watches processes in process groups of their own. */
export interface Processes {
  /** This process. */
  self(): Promise<ProcessIdentity>
  startDetached(file: string, args: readonly string[], options: DetachedOptions): Promise<DetachedProcess>
  isAlive(process: ProcessIdentity): Promise<boolean>
  /** Signals the process alone (`group: false`) or its whole process group. No error when it is gone. */
  signal(process: ProcessIdentity, signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL', options: { group: boolean }): Promise<void>
}

export interface Clock {
  now(): Date
  /** Resolves after `ms`, rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Questions to a person. Without a terminal each one fails with `InputNeeded` and names its flag. */
export interface Prompter {
  readonly interactive: boolean
  confirm(question: { message: string; flag: string }): Promise<boolean>
  input(question: { message: string; flag: string; default?: string; validate?: (value: string) => true | string }): Promise<string>
  select<T extends string>(question: {
    message: string
    flag: string
    choices: ReadonlyArray<{ value: T; description?: string }>
    default?: T
  }): Promise<T>
}

/** What happens when somebody presses Ctrl-C again because the clean stop takes too long. */
export interface Interrupts {
  /**
   * `listener` runs (for at most 2 s) before the process ends at once, to stop what would outlive us.
   * @returns removes the listener.
   */
  onForce(listener: () => void | Promise<void>): () => void
}

/** Everything with a side effect that is not the file system. Built once by `cli`; tests hand in their own. */
export interface Ports {
  exec: Exec
  processes: Processes
  report: Reporter
  ask: Prompter
  clock: Clock
  /** Aborted by the first Ctrl-C, SIGTERM or `--timeout`. Its reason is the `UserError` to end with. */
  signal: AbortSignal
  interrupts: Interrupts
  /** What stands on the command line after the program's name. */
  commandLine?: readonly string[]
  /** The caller's environment variables, read once. */
  env: Readonly<Record<string, string | undefined>>
}
