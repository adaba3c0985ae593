import { findTagged, type Orphan } from '../aws/leftovers/leftovers.js'
import { stateSummary } from '../aws/state-object.js'
import { UserError } from '../core/errors.js'
import type { StepResult } from '../core/steps.js'
import { unreadableState } from './errored-state.js'
import { lastChange, wasCutShort } from './history.js'
import type { Root } from './root.js'
import type { Run } from './run.js'
import type { StateAccess } from './terraform-run.js'

/** What the state says, and whether nothing in the account carries the tags of the root. */
export interface StateVerdict extends StepResult {
  nothingTagged?: true
}

/** How many resources a message names. */
const NAMED = 8

/**
 * Refuses to plan with an empty state while the account has resources of the root: the plan would make a second copy.
 * Where a run of ours was cut short that is how it has to look, and what exists is imported.
 * @param options.adopt what exists is to be imported.
 * @throws `StateMissing`, `StateUnreadable`
 */
export async function refuseMissingState(
  context: { run: Run; root: Pick<Root, 'name' | 'cluster' | 'commands'>; platform: string; state: Omit<StateAccess, 'folder'> },
  options: { adopt: boolean },
): Promise<StateVerdict> {
  const { run, root, platform, state } = context
  const { name } = root
  const summary = await stateSummary(state.clients, state)
  if (summary.unreadable) throw unreadableState(name)
  if (summary.resources > 0) return { outcome: 'checked', detail: `${summary.resources} resources, serial ${summary.serial}` }
  if (wasCutShort(await lastChange(run.journal, name, run.record.runId))) {
    return { outcome: 'checked', detail: 'empty, as a run that was cut short leaves it' }
  }
  if (options.adopt) return { outcome: 'checked', detail: 'empty; what exists is imported' }
  const scope = { platform, environment: name, clusterName: root.cluster ?? `${platform}-${name}` }
  const found = await findTagged(state.clients, scope, run.ports)
  if (found.length > 0) throw missing(root, summary.exists, found)
  return { outcome: 'checked', detail: summary.exists ? 'empty' : 'none yet', nothingTagged: true }
}

function missing({ name, commands }: Pick<Root, 'name' | 'commands'>, exists: boolean, found: readonly Orphan[]): UserError {
  const what = exists ? 'is empty' : 'is missing'
  const more = found.length > NAMED ? [`… and ${found.length - NAMED} more`] : []
  return new UserError(
    'StateMissing',
    `The state of ${name} ${what}, but ${found.length} resources in the account carry its tags. Nothing was changed.`,
    {
      reason: ['A plan would make all of them a second time. Found:', ...found.slice(0, NAMED).map(({ arn }) => arn), ...more].join('\n'),
      next: [
        `See the versions of the state: platform state history ${name}`,
        `Take one of them back: platform state restore ${name} --version ID`,
        `Or import what exists into a new state: ${commands.apply} --adopt`,
      ],
      details: { root: name, stateExists: exists, found: found.map(({ arn }) => arn) },
    },
  )
}
