import { findDrift } from '../../roots/drift-root.js'
import type { RootContext } from '../../roots/context.js'
import type { Root } from '../../roots/root.js'
import type { DriftedResource } from '../../terraform/drift.js'
import type { ApplicationDrift } from '../../argocd/drift.js'
import type { GitOpsComparison, GitOpsDrift } from './argocd-drift.js'
import { membersOf, wavesOf, type Selection } from './members.js'
import { errorOf, type FleetMember } from './result.js'
import { runFleet, type FleetOptions } from './run-fleet.js'

export interface DriftResult {
  environments: Array<{
    name: string
    verdict: 'clean' | 'drifted' | 'unknown'
    terraform: DriftedResource[]
    /** Applications that are not as Git says, and those that wait for their sync, which is no drift. */
    argocd: ApplicationDrift[]
    argocdState: GitOpsDrift['argocdState']
    /** Why Argo CD says nothing. */
    argocdReason?: string
    aws: []
    /** Why there is no verdict. */
    reason?: string
    error?: FleetMember['error']
    /** Something that should have answered did not. */
    unanswered?: true
    /** It was not compared, because another one failed. */
    skipped?: true
  }>
}

/** Compares what Terraform and Argo CD made of one root with what is there now. @throws what keeps it from being compared */
export async function driftOfOne(context: RootContext, name: string, gitOps: GitOpsComparison): Promise<DriftResult> {
  const roots = membersOf(context.project, { names: [name] })
  return { environments: await Promise.all(roots.map(async (root) => verdictOf(root, await compare(context, root, gitOps)))) }
}

/** Compares what Terraform and Argo CD made with what is there now. */
export async function driftFleet(
  context: RootContext,
  selection: Selection,
  options: Omit<FleetOptions, 'title'> & { gitOps: GitOpsComparison },
): Promise<DriftResult> {
  const roots = wavesOf(membersOf(context.project, selection)).flat()
  const outcomes = await runFleet(
    context,
    [roots],
    { ...options, title: `Comparing ${roots.length} with AWS`, preparesAhead: true },
    async (member) => {
      const value = await compare(member.context, member.root, options.gitOps)
      const { verdict, terraform, argocd, reason } = verdictOf(member.root, value)
      const count = terraform.length + argocd.filter(({ state }) => state === 'drifted').length
      return { value, detail: verdict === 'drifted' ? `${count} drifted` : (reason ?? verdict) }
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

interface Comparison extends GitOpsDrift {
  /** undefined: nothing was applied yet. */
  terraform: DriftedResource[] | undefined
}

async function compare(context: RootContext, root: Root, gitOps: GitOpsComparison): Promise<Comparison> {
  const [terraform, gitOpsDrift] = await Promise.all([findDrift(context, root), gitOps(root.name)])
  return { terraform, ...gitOpsDrift, argocd: gitOpsDrift.argocd.filter(({ state }) => state !== 'clean') }
}

function unknown({ name }: Root): Compared {
  return { name, verdict: 'unknown', terraform: [], argocd: [], argocdState: 'unknown', aws: [] }
}

/** One thing that drifted is drift, whatever else is not known. */
function verdictOf(root: Root, { terraform, ...gitOps }: Comparison): Compared {
  const compared = { ...unknown(root), terraform: terraform ?? [], ...gitOps }
  if (compared.terraform.length > 0 || gitOps.argocd.some(({ state }) => state === 'drifted')) return { ...compared, verdict: 'drifted' }
  if (terraform === undefined) return { ...compared, reason: NOTHING_APPLIED }
  const reason = gitOps.argocdReason ?? unknownApplications(gitOps.argocd)
  return reason === undefined ? { ...compared, verdict: 'clean' } : { ...compared, reason, unanswered: true }
}

function unknownApplications(applications: readonly ApplicationDrift[]): string | undefined {
  const open = applications.filter(({ state }) => state === 'unknown')
  return open.length === 0 ? undefined : open.map(({ application, reason }) => `${application}: ${reason ?? 'unknown'}`).join('; ')
}
