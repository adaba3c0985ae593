import type { RootContext } from '../../roots/context.js'
import { planRoot } from '../../roots/plan-root.js'
import { membersOf, wavesOf, type Selection } from './members.js'
import { fleetResult, type FleetResult } from './result.js'
import { runFleet, type FleetOptions } from './run-fleet.js'

/** Plans many roots at once and keeps the plans. A plan needs nobody else's apply, so there is only one wave. */
export async function planFleet(context: RootContext, selection: Selection, options: Omit<FleetOptions, 'title'>): Promise<FleetResult> {
  const startedAt = context.ports.clock.now().getTime()
  const roots = wavesOf(membersOf(context.project, selection)).flat()
  const outcomes = await runFleet(
    context,
    [roots],
    { ...options, title: `Planning ${roots.length}`, preparesAhead: true },
    async ({ context: own, root }) => {
      const value = await planRoot(own, root)
      const { add, change, replace, destroy } = value.changes
      const detail = value.hasChanges ? `${add} to add, ${change} to change, ${replace} to replace, ${destroy} to destroy` : 'unchanged'
      return { value, detail }
    },
  )
  return fleetResult(
    outcomes,
    ({ hasChanges, changes, planFile, planDigest }) => ({ status: hasChanges ? 'changed' : 'unchanged', changes, planFile, planDigest }),
    context.ports.clock.now().getTime() - startedAt,
  )
}
