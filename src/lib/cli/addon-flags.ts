import { Args, Flags } from '@oclif/core'
import { placeFlags, reasonFlag, waitLimit } from './app-flags.js'
import { changeFlags } from './flags.js'

export const addonArgs = { name: Args.string({ description: 'Name of the add-on.', required: true }) }

/** Flags of the commands that change which add-ons a cluster has. */
export const addonChangeFlags = { ...placeFlags, reason: reasonFlag, ...changeFlags }

export const versionFlag = Flags.string({
  summary: 'Exact version of the chart. Default: what the catalogue recommends.',
  helpValue: '<version>',
})

export function addonChangeOptions(flags: {
  'dry-run': boolean
  wait: boolean
  timeout?: number | undefined
  reason?: string | undefined
}) {
  return { dryRun: flags['dry-run'], wait: flags.wait, timeoutMs: waitLimit(flags.timeout), reason: flags.reason }
}
