import { Errors } from '@oclif/core'
import { explainAwsError } from '../aws/explain-error.js'
import { isSystemError, messageOf, UserError } from '../core/errors.js'
import { nearest } from '../core/names.js'

/**
 * Turns whatever was thrown into an error with a code.
 * @param signal the run's signal: an error after an interrupt is most likely its consequence.
 */
export function toUserError(error: unknown, signal?: AbortSignal): UserError {
  if (error instanceof UserError) return error
  if (signal?.aborted === true && signal.reason instanceof UserError) return signal.reason
  return fromFileSystem(error) ?? fromAws(error) ?? unexpected(error)
}

/**
 * Turns an error of oclif's parser into `BadFlag`.
 * @param flagNames flags that the command has, for the suggestion.
 */
export function toUsageError(error: unknown, command: string, flagNames: readonly string[]): UserError {
  if (error instanceof UserError) return error
  if (!(error instanceof Errors.CLIError)) return toUserError(error)
  const help = `${command} --help`
  const unknown = stringList(error, 'flags')
  if (unknown.length > 0) {
    const suggestions = unknown.flatMap((flag) => nearest(flag.replace(/^-+/, ''), flagNames) ?? [])
    return new UserError('BadFlag', `${quoted(unknown)} is not a flag of ${command}.`, {
      ...(suggestions.length > 0 && { reason: `Did you mean ${suggestions.map((name) => `--${name}`).join(', ')}?` }),
      next: [help],
      details: { flags: unknown, suggestions: suggestions.map((name) => `--${name}`) },
    })
  }
  return new UserError('BadFlag', usageMessage(error, command), { next: [help] })
}

function usageMessage(error: Error, command: string): string {
  const args = 'args' in error && Array.isArray(error.args) ? error.args : []
  if (error.constructor.name === 'RequiredArgsError') {
    return `${command} needs ${args.map((arg: { name: string }) => arg.name.toUpperCase()).join(' and ')}.`
  }
  if (error.constructor.name === 'UnexpectedArgsError') return `${quoted(args.map(String))} is one argument too many for ${command}.`
  const text = error.message
    .replace(/\s*See more help with --help\s*$/, '')
    .replace(/^The following errors? occurred:\s*/, '')
    .replaceAll(/\s*\n\s*/g, ' ')
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function stringList(error: object, field: string): string[] {
  const value: unknown = field in error ? (error as Record<string, unknown>)[field] : undefined
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}

function quoted(words: readonly string[]): string {
  return words.map((word) => JSON.stringify(word)).join(', ')
}

function fromFileSystem(error: unknown): UserError | undefined {
  if (!isSystemError(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT')) return undefined
  const { path: file, syscall, code } = error
  if (file === undefined && syscall !== 'write') return undefined
  return new UserError('FileNotWritable', `Cannot use ${file ?? 'a file'}.`, {
    cause: error,
    reason: messageOf(error),
    next: [
      code === 'ENOSPC' || code === 'EDQUOT' ? 'Make room on the disk, then run the command again.' : 'Check who owns the file and what its rights are, then run the command again.',
    ],
    details: { ...(file !== undefined && { file }), systemCode: code ?? null },
  })
}

/** Answers of AWS that no use case has explained. The SDK marks its errors with `$metadata`. */
function fromAws(error: unknown): UserError | undefined {
  if (!(error instanceof Error) || !('$metadata' in error || error.name === 'CredentialsProviderError')) return undefined
  const explained = explainAwsError(error, 'A call to AWS')
  return explained instanceof UserError ? explained : undefined
}

function unexpected(error: unknown): UserError {
  const stack = error instanceof Error ? (error.stack ?? error.message) : `${String(error)} was thrown.`
  return new UserError('Unexpected', messageOf(error) || 'Something went wrong inside platform.', {
    cause: error,
    reason: stack,
    next: ['This is a defect in platform. Please report it with the lines above and the output of: platform --version'],
    details: { stack },
  })
}
