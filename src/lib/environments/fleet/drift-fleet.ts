import { findDrift } from '../../roots/drift-root.js'
import type { RootContext } from '../../roots/context.js'
import type { DriftedResource } from '../../terraform/drift.js'
import { membersOf, wavesOf, type Selection } from './members.js'
import { errorOf, type FleetMember } from './result.js'
import { runFleet, type FleetOptions } from './run-fleet.js'

export interface DriftResult {
  environments: Array<{
    name: string
    verdict: 'clean' | 'drifted' | 'unknown'
    terraform: DriftedResource[]
    /** Compared with Git once clusters are run by Argo CD. */
    argocd: []
    aws: []
    /** Why there is no verdict. */
    reason?: string
    error?: FleetMember['error']
    /** It was not compared, because another one failed. */
    skipped?: true
  }>
}

/** Compares what Terraform made with what is there now. */
export async function driftFleet(context: RootContext, selection: Selection, options: Omit<FleetOptions, 'title'>): Promise<DriftResult> {
  const roots = wavesOf(membersOf(context.project, selection)).flat()
  const outcomes = await runFleet(context, [roots], { ...options, title: `Comparing ${roots.length} with AWS` }, async (member) => {
    const value = await findDrift(member.context, member.root)
    return { value, detail: value === undefined ? 'nothing was applied yet' : value.length === 0 ? 'clean' : `${value.length} drifted` }
  })
  return {
    environments: outcomes.map((outcome) => {
      const nothing = { name: outcome.root.name, terraform: [], argocd: [] as [], aws: [] as [] }
      if (outcome.status === 'failed') return { ...nothing, verdict: 'unknown', error: errorOf(outcome.error) }
      if (outcome.status === 'skipped') return { ...nothing, verdict: 'unknown', reason: outcome.reason, skipped: true }
      if (outcome.value === undefined) return { ...nothing, verdict: 'unknown', reason: 'nothing was applied yet' }
      return { ...nothing, verdict: outcome.value.length === 0 ? 'clean' : 'drifted', terraform: outcome.value }
    }),
  }
}
