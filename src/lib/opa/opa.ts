import { pathToFileURL } from 'node:url'
import { UserError } from '../core/errors.js'
import type { ExecResult, Ports } from '../core/ports.js'
import { redactText } from '../core/redaction.js'

export interface Evaluation {
  /** Path of `opa`. */
  program: string
  /** Absolute paths of Rego files and folders. */
  files: readonly string[]
  /** Expression whose value is the answer. */
  query: string
  /** May hold what nobody should read: it goes through a pipe, never to a file. */
  input: unknown
}

const TIMEOUT_MS = 60_000

/** The variables that OPA gets. Rules can read the environment, so it holds nothing of the caller's. */
const KEPT = ['HOME', 'PATH', 'TMPDIR', 'LANG', 'SYSTEMROOT']

/**
 * Asks Open Policy Agent for the value of an expression.
 * @returns the value; undefined when the rules leave it undefined.
 * @throws `PolicyInvalid` with the place of everything that is wrong in the rules; `ToolFailed`
 */
export async function evaluate(ports: Pick<Ports, 'exec' | 'env' | 'signal'>, evaluation: Evaluation): Promise<unknown> {
  const { program, files, query, input } = evaluation
  const env = Object.fromEntries(KEPT.flatMap((name) => (ports.env[name] === undefined ? [] : [[name, ports.env[name]]])))
  // By default a failing built-in function makes a rule silently undefined: it would let everything pass.
  const args = ['eval', '--format=json', '--strict-builtin-errors', '--stdin-input', ...files.map(asData), query]
  const result = await ports.exec(program, args, {
    env,
    input: JSON.stringify(input),
    okCodes: [0, 1, 2],
    timeoutMs: TIMEOUT_MS,
    signal: ports.signal,
    secretOutput: true,
  })
  const answer = parse(result)
  if (answer.errors) throw invalidRules(answer.errors)
  if (result.exitCode !== 0) throw noAnswer(result)
  return answer.result?.[0]?.expressions?.[0]?.value
}

/** As a URL, for in a plain path everything before a colon would be taken for a place below `data`. */
function asData(file: string): string {
  return `--data=${pathToFileURL(file).href}`
}

/** Source: https://www.openpolicyagent.org/docs/cli#eval */
interface Answer {
  result?: Array<{ expressions?: Array<{ value?: unknown }> }>
  errors?: EngineError[]
}

interface EngineError {
  message?: string
  location?: { file?: string; row?: number; col?: number }
}

function parse(result: ExecResult): Answer {
  try {
    return JSON.parse(result.stdout) as Answer
  } catch {
    throw noAnswer(result)
  }
}

function noAnswer({ exitCode, stderr }: ExecResult): UserError {
  const reason = redactText(stderr.trim().slice(-2000))
  return new UserError('ToolFailed', `opa eval gave no answer (exit code ${exitCode}).`, {
    ...(reason !== '' && { reason }),
    next: ['platform doctor'],
  })
}

function invalidRules(errors: readonly EngineError[]): UserError {
  const places = errors.map(({ message = 'is not valid', location = {} }) => ({
    file: location.file ?? '',
    line: location.row ?? 1,
    message: redactText(message).split('\n')[0] ?? '',
  }))
  return new UserError('PolicyInvalid', 'The rules cannot be evaluated.', {
    reason: places.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n'),
    next: ['Mend the file named above; opa check --strict policies says more.'],
    details: { errors: places },
  })
}
