import type { AwsFinding, RootDrift, TerraformFinding } from '../../roots/drift-findings.js'
import { findDrift } from '../../roots/drift-root.js'
import type { RootContext } from '../../roots/context.js'
import type { Root } from '../../roots/root.js'
import type { ApplicationFinding, GitOpsComparison, GitOpsDrift } from './argocd-drift.js'
import { membersOf, refuseSoft, wavesOf, type Selection } from './members.js'
import { errorOf, type FleetMember } from './result.js'
import { runFleet, type FleetOptions } from './run-fleet.js'

export interface DriftResult {
  environments: Array<{
    name: string
    verdict: 'clean' | 'drifted' | 'unknown'
    /** Resources that are not as Terraform left them, or exist outside of its state. */
    terraform: TerraformFinding[]
    /** Applications that are not as Git says, and those that wait for their sync, which is no drift. */
    argocd: ApplicationFinding[]
    argocdState: GitOpsDrift['argocdState']
    /** Why Argo CD says nothing. */
    argocdReason?: string
    /** What carries the tags of the environment and is in no state. */
    aws: AwsFinding[]
    /** Why it is not known what else carries the tags. */
    awsReason?: string
    /** Why there is no verdict. */
    reason?: string
    error?: FleetMember['error']
    /** Something that should have answered did not. */
    unanswered?: true
    /** It was not compared, because another one failed. */
    skipped?: true
  }>
}

function insteadOfDrift(name: string, host: string): string[] {
  return [
    `Compare what it has in AWS, together with all of ${host}: platform env drift ${host}`,
    `Bring its namespaces to what its file says; without a difference this changes nothing: platform env apply ${name}`,
  ]
}

/** Compares what Terraform and Argo CD made of one root with what is there now. @throws what keeps it from being compared */
export async function driftOfOne(context: RootContext, name: string, gitOps: GitOpsComparison): Promise<DriftResult> {
  refuseSoft(context.project, { names: [name] }, insteadOfDrift)
  const roots = membersOf(context.project, { names: [name] })
  return { environments: await Promise.all(roots.map(async (root) => verdictOf(root, await compare(context, root, gitOps)))) }
}

/** Compares what Terraform and Argo CD made with what is there now. */
export async function driftFleet(
  context: RootContext,
  selection: Selection,
  options: Omit<FleetOptions, 'title'> & { gitOps: GitOpsComparison },
): Promise<DriftResult> {
  refuseSoft(context.project, selection, insteadOfDrift)
  const roots = wavesOf(membersOf(context.project, selection)).flat()
  const outcomes = await runFleet(
    context,
    [roots],
    { ...options, title: `Comparing ${roots.length} with AWS`, preparesAhead: true },
    async (member) => {
      const value = await compare(member.context, member.root, options.gitOps)
      const { verdict, terraform, argocd, aws, reason } = verdictOf(member.root, value)
      const count = terraform.length + aws.length + argocd.filter(({ state }) => state === 'drifted').length
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

interface Comparison {
  /** undefined: nothing was applied yet. */
  made: RootDrift | undefined
  gitOps: GitOpsDrift
}

async function compare(context: RootContext, root: Root, gitOps: GitOpsComparison): Promise<Comparison> {
  const [made, found] = await Promise.all([findDrift(context, root), gitOps(root.name)])
  return { made, gitOps: { ...found, argocd: found.argocd.filter(({ state }) => state !== 'clean') } }
}

function unknown({ name }: Root): Compared {
  return { name, verdict: 'unknown', terraform: [], argocd: [], argocdState: 'unknown', aws: [] }
}

/** One thing that drifted is drift, whatever else is not known. */
function verdictOf(root: Root, { made, gitOps }: Comparison): Compared {
  const compared: Compared = { ...unknown(root), ...made, ...gitOps }
  const drifted = compared.terraform.length + compared.aws.length > 0 || gitOps.argocd.some(({ state }) => state === 'drifted')
  if (drifted) return { ...compared, verdict: 'drifted' }
  if (!made) return { ...compared, reason: NOTHING_APPLIED }
  const reasons = [gitOps.argocdReason ?? unknownApplications(gitOps.argocd), made.awsReason].filter((each) => each !== undefined)
  return reasons.length === 0 ? { ...compared, verdict: 'clean' } : { ...compared, reason: reasons.join('; '), unanswered: true }
}

function unknownApplications(applications: readonly ApplicationFinding[]): string | undefined {
  const open = applications.filter(({ state }) => state === 'unknown')
  return open.length === 0 ? undefined : open.map(({ application, reason }) => `${application}: ${reason ?? 'unknown'}`).join('; ')
}
