import { UserError } from '../core/errors.js'

/** Where something stands in a file. Both count from 1. */
export interface Position {
  line: number
  column: number
}

/** One thing that is wrong with the configuration. */
export interface Problem extends Position {
  /** Path relative to the repository, with forward slashes. */
  file: string
  /** Path inside the file, such as `cluster.nodeGroups.default.max`. Empty: the file as a whole. */
  field: string
  message: string
  /** Every value or field name that is allowed here, where they can be listed. */
  allowed?: string[]
  /** What was most likely meant. */
  nearest?: string
  /** The other file, where two do not fit together. */
  conflictsWith?: string
}

export type FieldPath = ReadonlyArray<string | number>

/** `['keys', 'users', 0]` → `keys.users[0]`. */
export function formatField(path: FieldPath): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '')
}

/** One line for people: `environments/dev.yaml:7:9 network.cidr: must be … (allowed: …; did you mean …?)`. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, field, message } = problem
  return `${file}:${line}:${column} ${field === '' ? '' : `${field}: `}${message}${formatHints(problem)}`
}

/** ` (allowed: …; did you mean …?)`, or nothing. */
export function formatHints({ allowed, nearest }: Pick<Problem, 'allowed' | 'nearest'>): string {
  const hints = [
    ...(allowed && allowed.length > 0 ? [`allowed: ${allowed.join(', ')}`] : []),
    ...(nearest === undefined ? [] : [`did you mean ${nearest}?`]),
  ]
  return hints.length > 0 ? ` (${hints.join('; ')})` : ''
}

/** The error that carries all problems, sorted by file and place. */
export function invalidConfiguration(problems: readonly Problem[]): UserError {
  const sorted = [...problems].sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column)
  return new UserError(
    'InvalidConfiguration',
    sorted.length === 1 ? 'The configuration has a problem.' : `The configuration has ${sorted.length} problems.`,
    {
      reason: sorted.map(formatProblem).join('\n'),
      next: ['Change the places named above, then check with: platform config validate'],
      details: { problems: sorted },
    },
  )
}
