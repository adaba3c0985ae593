import { existsSync } from 'node:fs'
import { setMaxListeners } from 'node:events'
import type * as readline from 'node:readline'
import type { Readable } from 'node:stream'
import type { ExecaError } from 'execa'
import { UserError } from './errors.js'
import type { Exec, ExecOptions, ExecResult } from './ports.js'
import { guardGroup } from './process-group.js'
import { redactText } from './redaction.js'

/** Most of a child's output that is kept, in characters for each stream. A tool that floods its output must not take our memory. */
const MAX_OUTPUT_MB = 64
const MAX_OUTPUT = MAX_OUTPUT_MB * 1024 * 1024

/** What to do about a program that hangs, floods its output or was killed. */
const ODD_PROGRAM = [
  'Run the same command again.',
  'If that does not help, see which programs are used, and whether they work: platform doctor',
]

/** Most of a failed child's output that its error repeats. The end counts. */
const REASON_LINES = 20
const REASON_LENGTH = 4000
const FIRST_LINES = 3

/** The one place that starts a child and waits for it. See `Exec`. */
export const execProgram: Exec = async (file, args, options = {}) => {
  // Loaded here because it takes a third of the start-up time, and many commands start nothing.
  const { execa, ExecaError: Failed } = await import('execa')
  const lines = options.onLine && (await import('node:readline'))
  const okCodes = options.okCodes ?? [0]
  // One signal ends everything, so many children may watch it at the same time.
  if (options.signal) setMaxListeners(0, options.signal)
  const child = execa(file, args, {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.env && { env: options.env, extendEnv: false }),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.timeoutMs !== undefined && { timeout: options.timeoutMs }),
    ...(options.signal && { cancelSignal: options.signal }),
    ...(options.group === true && { detached: true }),
    forceKillAfterDelay: 5000,
    maxBuffer: MAX_OUTPUT,
    stripFinalNewline: false,
  })
  if (options.onLine && lines) {
    forwardLines(lines, child.stdout, 'stdout', options.onLine)
    forwardLines(lines, child.stderr, 'stderr', options.onLine)
  }
  const release = options.group === true && child.pid !== undefined ? guardGroup(child.pid, options) : undefined
  try {
    const { exitCode, stdout, stderr } = await child
    return { exitCode: exitCode ?? 0, stdout, stderr }
  } catch (error) {
    if (!(error instanceof Failed)) throw error
    // What we ended ourselves gave no answer, whatever it exits with.
    const answered = !error.isCanceled && !error.timedOut && !error.isMaxBuffer
    if (answered && error.exitCode !== undefined && okCodes.includes(error.exitCode)) {
      return { exitCode: error.exitCode, stdout: String(error.stdout), stderr: String(error.stderr) } satisfies ExecResult
    }
    throw explain(file, args, options, error)
  } finally {
    release?.()
  }
}

function forwardLines(
  { createInterface }: typeof readline,
  stream: Readable | null,
  name: 'stdout' | 'stderr',
  onLine: NonNullable<ExecOptions['onLine']>,
): void {
  if (stream) createInterface({ input: stream }).on('line', (line) => onLine(line, name))
}

/** What is read of execa's error. */
type Failure = Pick<ExecaError, 'isCanceled' | 'timedOut' | 'isMaxBuffer' | 'code' | 'exitCode' | 'signal' | 'shortMessage' | 'cause'> & {
  stdout?: unknown
  stderr?: unknown
}

function explain(file: string, args: readonly string[], options: ExecOptions, error: Failure): UserError {
  if (error.isCanceled)
    return options.signal?.reason instanceof UserError ? options.signal.reason : new UserError('Interrupted', `${file} was stopped.`)
  if (error.timedOut)
    return new UserError('TimedOut', `${file} gave no answer within ${(options.timeoutMs ?? 0) / 1000} s.`, {
      next: ODD_PROGRAM,
      details: { file },
    })
  if (error.code === 'ENOENT' && options.cwd !== undefined && !existsSync(options.cwd))
    return new UserError('ToolFailed', `${file} could not be started: there is no folder ${options.cwd}.`, {
      cause: error,
      details: { file },
    })
  if (error.code === 'ENOENT')
    return new UserError('ToolMissing', `${file} was not found.`, { cause: error, next: ['platform doctor'], details: { file } })
  const isSecret = options.secretOutput === true
  if (error.isMaxBuffer) {
    const printed = textOf(error.stderr) || textOf(error.stdout)
    return new UserError('ToolFailed', `${file} ${args[0] ?? ''} printed more than ${MAX_OUTPUT_MB} MB, and was stopped.`, {
      // Without the cause, which holds all of it.
      ...(!isSecret && { reason: firstPart(redactText(printed.slice(0, REASON_LENGTH))) }),
      next: ODD_PROGRAM,
      details: { file, exitCode: null },
    })
  }
  const reason = lastPart(redactText(textOf(error.stderr) || (isSecret ? '' : textOf(error.stdout))))
  return new UserError(
    'ToolFailed',
    `${file} ${args[0] ?? ''} ended with ${error.exitCode === undefined ? (error.signal ?? error.shortMessage) : `exit code ${error.exitCode}`}.`,
    {
      ...(!isSecret && { cause: error.cause }),
      ...(reason !== '' && { reason }),
      ...(error.exitCode === undefined && { next: ODD_PROGRAM }),
      details: { file, exitCode: error.exitCode ?? null },
    },
  )
}

/** The end of an output, where tools say what went wrong. */
function lastPart(text: string): string {
  const lines = text.split('\n').slice(-REASON_LINES).join('\n')
  return lines.length > REASON_LENGTH ? `… ${lines.slice(-REASON_LENGTH)}` : lines
}

/** The start of an output that never ended: it repeats itself later. */
function firstPart(text: string): string {
  return `${text.split('\n').slice(0, FIRST_LINES).join('\n')} …`
}

function textOf(output: unknown): string {
  return typeof output === 'string' ? output.trim() : ''
}
