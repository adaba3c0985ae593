import { stat } from 'node:fs/promises'
import { Flags } from '@oclif/core'
import { parseDuration } from '../core/duration.js'
import { UserError } from '../core/errors.js'

/** A length of time, in milliseconds. */
export const durationFlag = Flags.custom<number>({ parse: async (text) => parseDuration(text), helpValue: '<duration>' })

const directoryFlag = Flags.custom({
  helpValue: '<folder>',
  parse: async (folder) => {
    if (await isDirectory(folder)) return folder
    throw new UserError('BadFlag', `There is no folder ${folder}.`, { details: { directory: folder } })
  },
})

async function isDirectory(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory()
  } catch {
    return false
  }
}

/** What an environment variable may say instead of a flag without value; oclif takes every other word for no. */
const TRUTH_WORDS = ['true', 'false', '1', '0', 'yes', 'no', 'y', 'n']

/** @throws `BadFlag` for a variable that stands for a flag without value, and says neither yes nor no */
export function assertBooleanVariables(
  flags: Readonly<Record<string, { type: string; env?: string | undefined }>>,
  env: Readonly<Record<string, string | undefined>>,
): void {
  const wrong = Object.values(flags).flatMap(({ type, env: name = '' }) => {
    const value = env[name] ?? ''
    return type === 'boolean' && value !== '' && !TRUTH_WORDS.includes(value.toLowerCase()) ? [{ name, value }] : []
  })
  if (wrong.length === 0) return
  throw new UserError('BadFlag', 'An environment variable has a value that is not allowed.', {
    reason: wrong.map(({ name, value }) => `${name}=${value}: is not allowed (allowed: true, false, 1, 0, yes, no)`).join('\n'),
    next: ['Change the variable, or unset it.'],
    details: { variables: wrong.map(({ name }) => name) },
  })
}

/** Flags of every command. */
export const globalFlags = {
  directory: directoryFlag({
    char: 'C',
    summary: 'Work in this folder instead of the current one.',
    env: 'PLATFORM_DIRECTORY',
    helpGroup: 'GLOBAL',
  }),
  json: Flags.boolean({ summary: 'Print the result as one JSON document on stdout.', env: 'PLATFORM_JSON', helpGroup: 'GLOBAL' }),
  quiet: Flags.boolean({ summary: 'Show no progress.', env: 'PLATFORM_QUIET', helpGroup: 'GLOBAL' }),
  color: Flags.boolean({
    summary: 'Use colours (NO_COLOR switches them off too).',
    allowNo: true,
    default: true,
    env: 'PLATFORM_COLOR',
    helpGroup: 'GLOBAL',
  }),
}

/** Flags of every command that changes something. `timeout` is in milliseconds. */
export const changeFlags = {
  'dry-run': Flags.boolean({ summary: 'Show what would be done and change nothing.', env: 'PLATFORM_DRY_RUN', helpGroup: 'CHANGE' }),
  yes: Flags.boolean({
    char: 'y',
    summary: 'Answer every question with yes. Does not replace --confirm.',
    env: 'PLATFORM_YES',
    helpGroup: 'CHANGE',
  }),
  wait: Flags.boolean({ summary: 'Wait until the work is done.', allowNo: true, default: true, env: 'PLATFORM_WAIT', helpGroup: 'CHANGE' }),
  timeout: durationFlag({ summary: 'Stop after this long, such as 90s, 30m or 2h.', env: 'PLATFORM_TIMEOUT', helpGroup: 'CHANGE' }),
}
