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

/** A problem with the value at `path` of a source. */
export function problemAt(
  source: { file: string; valuePosition(path: FieldPath): Position },
  path: FieldPath,
  message: string,
  hints: Pick<Problem, 'allowed' | 'nearest'> = {},
): Problem {
  return { file: source.file, ...source.valuePosition(path), field: formatField(path), message, ...hints }
}

/** ` (allowed: …; did you mean …?)`, or nothing. */
export function formatHints({ allowed, nearest }: Pick<Problem, 'allowed' | 'nearest'>): string {
  const hints = [
    ...(allowed && allowed.length > 0 ? [`allowed: ${allowed.join(', ')}`] : []),
    ...(nearest === undefined ? [] : [`did you mean ${nearest}?`]),
  ]
  return hints.length > 0 ? ` (${hints.join('; ')})` : ''
}

/** The error that carries all problems, sorted by file and place. Whoever shows it prints one line for each. */
export function invalidConfiguration(
  problems: readonly Problem[],
  next: readonly string[] = ['Change the places named above, then check with: platform config validate'],
): UserError {
  const sorted = [...problems].sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column)
  return new UserError(
    'InvalidConfiguration',
    sorted.length === 1 ? 'The configuration has a problem.' : `The configuration has ${sorted.length} problems.`,
    {
      next,
      details: { problems: sorted },
    },
  )
}
