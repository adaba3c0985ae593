import { Args, Flags } from '@oclif/core'
import { roleFlag } from './cluster-flags.js'
import { changeFlags } from './flags.js'

export const appArgs = { app: Args.string({ description: 'Name of the application.', required: true }) }

/** Which environment, and under which role in the clusters. */
export const placeFlags = {
  environment: Flags.string({ char: 'e', summary: 'Name of the environment.', required: true, helpValue: '<name>' }),
  'role-arn': roleFlag({
    summary: 'Role to work under in the clusters. Default: that of the account in platform.yaml.',
    helpValue: '<arn>',
  }),
}

export const reasonFlag = Flags.string({ char: 'm', summary: 'Why, for the message of the commit.', helpValue: '<text>' })

/** Flags of everything that brings a commit to a cluster. */
export const deliveryFlags = {
  ...placeFlags,
  reason: reasonFlag,
  sync: Flags.boolean({ summary: 'Also bring it into the cluster where the environment waits for a sync by hand, or is paused.' }),
  ...changeFlags,
}

const DEFAULT_TIMEOUT_MS = 10 * 60_000
/** So much earlier than `--timeout` it ends by itself, for then it can say what is not healthy. */
const MARGIN_MS = 5000

export function waitLimit(timeout: number | undefined): number {
  return timeout === undefined ? DEFAULT_TIMEOUT_MS : Math.max(timeout / 2, timeout - MARGIN_MS)
}

export function deliveryOptions(flags: {
  'dry-run': boolean
  wait: boolean
  sync: boolean
  timeout?: number | undefined
  reason?: string | undefined
}) {
  return { dryRun: flags['dry-run'], wait: flags.wait, sync: flags.sync, timeoutMs: waitLimit(flags.timeout), reason: flags.reason }
}
