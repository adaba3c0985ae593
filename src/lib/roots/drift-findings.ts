import { lastChangeOf, type Changer } from '../aws/changed-by.js'
import { AwsClients } from '../aws/clients.js'
import { planImports } from '../aws/existing/plan-imports.js'
import { findUnmanaged } from '../aws/leftovers/unmanaged.js'
import { ownedBy, type Owns } from '../aws/state-ownership.js'
import { readStateText } from '../aws/state-object.js'
import { mapLimited } from '../aws/waiting.js'
import { UserError } from '../core/errors.js'
import { SHARED_NAME } from '../core/names.js'
import { throwIfAborted, type StepControl } from '../core/steps.js'
import { driftOf, type DriftedResource } from '../terraform/drift.js'
import { plannedCreates, type PlanJson } from '../terraform/plan.js'
import { isGlobalType, trailNames } from '../terraform/trail-names.js'
import type { RootContext } from './context.js'
import { existingFinder } from './existing-finder.js'
import type { Root } from './root.js'
import type { Run } from './run.js'
import { sharedPlace } from './shared-root.js'
import { stateBucketOf } from './value-files.js'

/** A resource of the configuration that is not as Terraform left it, or that exists and is not in the state. */
export type TerraformFinding = (Omit<DriftedResource, 'kind'> & { kind: DriftedResource['kind'] | 'outside-state'; importId?: string }) &
  Changer

/** Something with the tags of the environment that is in no state. */
export type AwsFinding = { arn: string; type: string; reason: string } & Changer

export interface RootDrift {
  terraform: TerraformFinding[]
  aws: AwsFinding[]
  /** Why it is not known what else carries the tags. */
  awsReason?: string
}

interface Looked {
  root: Root
  run: Run
  /** Undefined: everything is as the state says. */
  plan: PlanJson | undefined
  stateText: string
  clients: AwsClients
  startedAt: Date
}

/** A finding, and what CloudTrail may call it. */
interface Asked<T> {
  finding: T
  names: readonly string[]
  isGlobal: boolean
}

/** CloudTrail takes two questions a second. */
const ASKED_AT_ONCE = 4
/** Whoever has more has another problem than to know who. */
const MOST_ASKED = 20

/** What differs, told from a plan, from what exists and from what carries the tags; and who did it. */
export async function findings(context: RootContext, looked: Looked, control: StepControl): Promise<RootDrift> {
  const { plan, clients, startedAt } = looked
  control.progress('looking for what is in no state')
  const [outside, unmanaged] = await Promise.all([outsideState(context, looked), tagged(context, looked)])
  const changed = (plan ? driftOf(plan) : []).map(({ resource, type, values }): Asked<TerraformFinding> => ({
    finding: resource,
    names: trailNames(type, values),
    isGlobal: isGlobalType(type),
  }))
  // What Terraform knows how to import is told as such.
  const imported = outside.flatMap(({ names }) => names)
  const aws = unmanaged.found.filter(({ finding }) => !imported.some((id) => isArnOf(finding.arn, id)))
  const all: Array<Asked<TerraformFinding | AwsFinding>> = [...changed, ...outside, ...aws]
  if (all.length > 0) control.progress(`asking CloudTrail who changed ${all.length}`)
  await mapLimited([...all.entries()], ASKED_AT_ONCE, async ([index, { finding, ...question }]) => {
    const answer: Changer =
      index < MOST_ASKED
        ? await lastChangeOf(clients, question, { before: startedAt, signal: context.ports.signal })
        : { changedByUnknown: `only the first ${MOST_ASKED} are asked for` }
    Object.assign(finding, answer)
  })
  throwIfAborted(context.ports.signal)
  return {
    terraform: [...changed, ...outside].map(({ finding }) => finding),
    aws: aws.map(({ finding }) => finding),
    ...(unmanaged.reason !== undefined && { awsReason: unmanaged.reason }),
  }
}

/** What the plan would make although it exists: somebody took it out of the state. What was deleted is told as such. */
async function outsideState({ project }: RootContext, { root, run, plan, clients }: Looked): Promise<Array<Asked<TerraformFinding>>> {
  const creates = plan ? plannedCreates(plan) : []
  if (creates.length === 0) return []
  const finder = existingFinder({ run, root, platform: project.platform.name, clients })(() => undefined)
  const { imports } = await planImports(creates, finder)
  const types = new Map(creates.map(({ address, type }) => [address, type]))
  return imports.map(({ to, id }) => ({
    finding: { address: to, kind: 'outside-state', attributes: [], changes: [], importId: id },
    names: [id],
    isGlobal: isGlobalType(types.get(to) ?? ''),
  }))
}

/** What carries the tags and is in no state. To see tags is a right of its own. */
async function tagged(
  { project, target }: RootContext,
  { root, stateText, clients }: Looked,
): Promise<{ found: Array<Asked<AwsFinding>>; reason?: string }> {
  const scope = {
    platform: project.platform.name,
    environment: root.name,
    clusterName: root.cluster ?? `${project.platform.name}-${root.name}`,
  }
  const inShared = async (): Promise<Owns> => {
    if (!project.shared.enabled || root.name === SHARED_NAME) return () => false
    const shared = sharedPlace(project)
    const connection = await target.connect(shared.account, shared.region)
    const text = await readStateText(new AwsClients(connection), { bucket: stateBucketOf(project, shared), key: shared.stateKey })
    return ownedBy(text === undefined ? [] : [text])
  }
  try {
    const found = await findUnmanaged(clients, scope, ownedBy([stateText]), inShared)
    return {
      found: found.map((finding) => ({
        finding: { ...finding },
        names: [finding.arn.split(/[/:]/).at(-1) ?? finding.arn, finding.arn],
        isGlobal: /^arn:[\w-]+:iam:/.test(finding.arn),
      })),
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { found: [], reason: error.message }
  }
}

function isArnOf(arn: string, id: string): boolean {
  return arn === id || arn.endsWith(`/${id}`) || arn.endsWith(`:${id}`)
}
