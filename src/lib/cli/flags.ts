import { Flags } from '@oclif/core'
import { parseDuration } from '../core/duration.js'

const durationFlag = Flags.custom<number>({ parse: async (text) => parseDuration(text), helpValue: '<duration>' })

/** Flags of every command. */
export const globalFlags = {
  directory: Flags.directory({
    char: 'C',
    summary: 'Work in this folder instead of the current one.',
    env: 'PLATFORM_DIRECTORY',
    helpGroup: 'GLOBAL',
    helpValue: '<folder>',
    exists: true,
  }),
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
