import { rm } from 'node:fs/promises'
import path from 'node:path'
import { importsFile, planImports, type ImportBlock } from '../aws/existing/plan-imports.js'
import { isSystemError, UserError } from '../core/errors.js'
import { toJsonText, writeFileAtomic } from '../core/files.js'
import type { StepControl } from '../core/steps.js'
import { AnnouncedPlan } from '../terraform/announced-plan.js'
import {
  plannedCreates,
  summarisePlan,
  summaryWithout,
  taintedResources,
  type PlanJson,
  type PlannedCreate,
  type PlanSummary,
} from '../terraform/plan.js'
import type { PlanOptions as TerraformPlanOptions, Terraform } from '../terraform/terraform.js'
import { isForeign } from './foreign.js'
import type { Root } from './root.js'
import type { Run } from './run.js'
import { despiteOwnLock } from './state-lock.js'
import { keepWhatIsWhole, type ExistingFinder } from './tainted.js'
import { digestOf, runTerraform, terraformFiles, type StateAccess } from './terraform-run.js'

/** A plan on disk, with what it says. */
export interface Plan {
  file: string
  digest: string
  summary: PlanSummary
  /** What exists in AWS, was missing in the state and is imported by this plan. */
  imports: ImportBlock[]
}

export interface MakePlanOptions extends Omit<TerraformPlanOptions, 'replace'> {
  run: Run
  terraform: Terraform
  /** Absent: the lock of the state is not watched. */
  state?: StateAccess
  /** Makes a finder for one round of looking. Absent: nothing is looked for. */
  finder?: (progress: (detail: string) => void) => ExistingFinder
  /** The last run was cut short: what it was making then, and AWS has finished, is kept instead of made anew. */
  afterCutShort?: boolean
  /** Whether nothing of the root exists in AWS, so that nothing needs to be looked for. Asked while the first plan is made. */
  isNew?: () => Promise<boolean>
  /** What is imported in any case. */
  importing?: readonly ImportBlock[]
}

/** IDs become known round by round (a route needs its route table), but the tree is not deeper than this. */
const MAX_ROUNDS = 6

/**
 * Plans, and as long as the plan would create something that exists already, plans again with an `import` block for it:
 * a run that was killed may have made things that the state never heard of.
 */
export async function makePlan(options: MakePlanOptions, control: StepControl): Promise<Plan> {
  let imports: ImportBlock[] = [...(options.importing ?? [])]
  await writeImports(options.terraform, imports)
  const replace: string[] = []
  const isNew = options.isNew?.().catch(() => false) // The long way says what is wrong.
  for (let round = 1; ; round += 1) {
    const made = await despiteOwnLock(options.run, options.state, () => planOnce(options, replace, control))
    const { announced } = made
    if (imports.length === 0 && announced && (!announced.hasChanges || (await isNew) === true)) {
      return { file: made.file, digest: made.digest, summary: announced, imports }
    }
    const json = await options.terraform.showPlan(made.file)
    if (round === 1 && (await keepTainted(options, json, control))) continue
    const found = round < MAX_ROUNDS ? await lookForExisting(options, plannedCreates(json), imports, control) : undefined
    if (!found) return { file: made.file, digest: made.digest, summary: summarisePlan(json), imports }
    imports = found.imports
    replace.push(...found.replace)
    await writeImports(options.terraform, imports)
    control.progress(`${imports.length} resources exist already and are imported`)
  }
}

/** The plan as it will be once what platform did not make has left the state. Its file still says otherwise: it has to be made again. */
export function withoutForeign(plan: Plan, forgotten: Root['foreign']): Plan {
  if (!forgotten) return plan
  const summary = summaryWithout(plan.summary, (resource) => isForeign(forgotten, resource))
  return { ...plan, summary }
}

/**
 * Compares the state with AWS, and imports nothing.
 * @returns what Terraform found, not redacted. Undefined: everything is as the state says, and nothing would be made.
 */
export async function compareWithAws(
  options: Omit<MakePlanOptions, 'finder' | 'importing'>,
  control: StepControl,
): Promise<PlanJson | undefined> {
  await dropImports(options.terraform)
  const { file, isAsLeft } = await planOnce(options, [], control)
  // To read a plan starts the provider once more.
  return isAsLeft ? undefined : options.terraform.showPlan(file)
}

/** Removes the import blocks, which have done their work once they are applied. */
export async function dropImports(terraform: Terraform): Promise<void> {
  await rm(importsPath(terraform), { force: true })
}

async function writeImports(terraform: Terraform, imports: readonly ImportBlock[]): Promise<void> {
  // Also a link of this name, which would be followed.
  await dropImports(terraform)
  if (imports.length > 0) await writeFileAtomic(importsPath(terraform), toJsonText(importsFile(imports)))
}

function importsPath(terraform: Terraform): string {
  return path.join(terraform.options.folder, 'imports.tf.json')
}

async function lookForExisting(
  { run, finder }: MakePlanOptions,
  creates: readonly PlannedCreate[],
  known: readonly ImportBlock[],
  control: StepControl,
): Promise<{ imports: ImportBlock[]; replace: string[] } | undefined> {
  if (!finder || creates.length === 0) return undefined
  const round = await planImports(
    creates,
    finder((detail) => control.progress(detail)),
    known,
  )
  for (const { address, note } of [...round.notes, ...round.failed]) run.ports.report.emit({ type: 'info', message: `${address}: ${note}` })
  if (known.length === 0 && round.unknown.length > 0) {
    const message = `Cannot tell whether these exist already, because their type is not known here: ${round.unknown.join(', ')}`
    run.ports.report.emit({ type: 'warning', message })
  }
  return round.found === 0 ? undefined : { imports: round.imports, replace: round.failed.map(({ address }) => address) }
}

async function keepTainted(
  { run, terraform, finder, afterCutShort }: MakePlanOptions,
  json: PlanJson,
  control: StepControl,
): Promise<boolean> {
  const tainted = taintedResources(json)
  if (afterCutShort !== true || !finder || tainted.length === 0) return false
  const kept = await keepWhatIsWhole(
    run.ports,
    terraform,
    tainted,
    finder((detail) => control.progress(detail)),
  )
  return kept.length > 0
}

async function planOnce(
  options: MakePlanOptions,
  replace: readonly string[],
  control: StepControl,
): Promise<{ file: string; digest: string; announced: PlanSummary | undefined; isAsLeft: boolean }> {
  const { run, terraform } = options
  const files = terraformFiles(run, 'plan')
  const { destroy, lock, targets } = options
  const announced = new AnnouncedPlan()
  await runTerraform(run, 'plan', {
    start: () =>
      terraform.startPlan(files, {
        replace,
        ...(destroy !== undefined && { destroy }),
        ...(lock !== undefined && { lock }),
        ...(targets && { targets }),
      }),
    files,
    control,
    onMessage: (message) => announced.accept(message),
    ...(options.state && { state: options.state }),
  })
  const digest = await digestOf(files.planFile).catch((error: unknown) => {
    throw isSystemError(error, 'ENOENT') ? noPlan(terraform) : error
  })
  return { file: files.planFile, digest, announced: announced.summary, isAsLeft: announced.isAsLeft }
}

function noPlan({ options }: Terraform): UserError {
  return new UserError('PlanFailed', `${options.program} said that it made a plan, and wrote none.`, {
    next: ['Is it a real Terraform? See what is found: platform doctor'],
  })
}
