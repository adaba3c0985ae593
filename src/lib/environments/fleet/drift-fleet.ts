import { findDrift } from '../../roots/drift-root.js'
import type { RootContext } from '../../roots/context.js'
import type { Root } from '../../roots/root.js'
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

/** Compares what Terraform made of one root with what is there now. @throws what keeps it from being compared */
export async function driftOfOne(context: RootContext, name: string): Promise<DriftResult> {
  const roots = membersOf(context.project, { names: [name] })
  return { environments: await Promise.all(roots.map(async (root) => verdictOf(root, await findDrift(context, root)))) }
}

/** Compares what Terraform made with what is there now. */
export async function driftFleet(context: RootContext, selection: Selection, options: Omit<FleetOptions, 'title'>): Promise<DriftResult> {
  const roots = wavesOf(membersOf(context.project, selection)).flat()
  const outcomes = await runFleet(
    context,
    [roots],
    { ...options, title: `Comparing ${roots.length} with AWS`, preparesAhead: true },
    async (member) => {
      const value = await findDrift(member.context, member.root)
      return { value, detail: value === undefined ? NOTHING_APPLIED : value.length === 0 ? 'clean' : `${value.length} drifted` }
    },
  )
  return {
    environments: outcomes.map((outcome) => {
      const { root } = outcome
      if (outcome.status === 'failed') return { ...unknown(root), error: errorOf(outcome.error) }
      if (outcome.status === 'skipped') return { ...unknown(root), reason: outcome.reason, skipped: true }
      return verdictOf(root, outcome.value)
    }),
  }
}

const NOTHING_APPLIED = 'nothing was applied yet'

type Compared = DriftResult['environments'][number]

function unknown({ name }: Root): Compared {
  return { name, verdict: 'unknown', terraform: [], argocd: [], aws: [] }
}

function verdictOf(root: Root, drift: DriftedResource[] | undefined): Compared {
  if (drift === undefined) return { ...unknown(root), reason: NOTHING_APPLIED }
  return { ...unknown(root), verdict: drift.length === 0 ? 'clean' : 'drifted', terraform: drift }
}
