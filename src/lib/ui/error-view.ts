import { stripVTControlCharacters } from 'node:util'
import type { UserError } from '../core/errors.js'
import { redactText, redactValue } from '../core/redaction.js'
import type { Style } from './style.js'

/** The document that `--json` prints instead of a result. */
export interface ErrorDocument {
  error: { code: string; message: string; reason?: string; next: readonly string[]; details: Record<string, unknown> }
}

/** An error for machines, without secrets. */
export function errorDocument(error: UserError): ErrorDocument {
  return {
    error: {
      code: error.code,
      message: clean(error.message),
      ...(error.reason !== undefined && error.reason !== '' && { reason: clean(error.reason) }),
      next: error.next.map(clean),
      details: redactValue(error.details) as Record<string, unknown>,
    },
  }
}

/** An error for people, without secrets: what happened, why, and what to do next. */
export function renderError(error: UserError, style: Style): string {
  const lines = [`${style.red(style.bold(`Error [${error.code}]:`))} ${clean(error.message)}`]
  if (error.reason !== undefined && error.reason !== '') lines.push(indent(clean(error.reason)))
  for (const problem of problemLines(error.details['problems'])) lines.push(indent(problem))
  if (error.next.length === 1) lines.push(`${style.bold('Next:')} ${clean(error.next[0] ?? '')}`)
  if (error.next.length > 1) lines.push(style.bold('Next:'), ...error.next.map((step) => indent(clean(step))))
  return lines.join('\n')
}

/** Problems of the configuration (`details.problems`), one line each in the form that editors make clickable. */
function problemLines(problems: unknown): string[] {
  if (!Array.isArray(problems)) return []
  return problems.filter(isProblem).map(({ file, line, column, field, message, allowed, nearest }) => {
    const place = [file, line, column].filter((part) => part !== undefined).join(':')
    const subject = field === undefined || field === '' ? message : `${field}: ${message}`
    const hints = [
      nearest !== undefined && `Did you mean ${nearest}?`,
      allowed !== undefined && `Allowed: ${[allowed].flat().join(', ')}.`,
    ].filter((hint) => hint !== false)
    const sentence = hints.length === 0 || /[.!?]$/.test(subject) ? subject : `${subject}.`
    return clean([place === '' ? sentence : `${place}  ${sentence}`, ...hints].join(' '))
  })
}

interface Problem {
  file?: string
  line?: number
  column?: number
  field?: string
  message: string
  allowed?: string | readonly string[]
  nearest?: string
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string'
}

/** Text from files and tools may hold terminal escapes and secrets. */
function clean(text: string): string {
  return redactText(stripVTControlCharacters(text)).trimEnd()
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ')
}
