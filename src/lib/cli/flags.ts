import { stat } from 'node:fs/promises'
import { Flags } from '@oclif/core'
import { parseDuration } from '../core/duration.js'
import { UserError } from '../core/errors.js'

const durationFlag = Flags.custom<number>({ parse: async (text) => parseDuration(text), helpValue: '<duration>' })

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
