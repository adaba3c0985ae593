import { ARGO_CD, releaseOf } from '../config/addons/catalogue.js'
import { changeEnvironmentFile, type FieldChange } from '../config/change-environment.js'
import type { Project } from '../config/project.js'
import { environmentFilePath } from '../config/repository-files.js'
import { UserError } from '../core/errors.js'
import { runSteps, type Step, type StepSummary } from '../core/steps.js'
import { publish, type Published } from '../git/publish.js'
import { fetchCharts, noteCharts, wantedCharts } from '../gitops/addon-charts.js'
import { refuseOutsideWindow } from '../gitops/addon-window.js'
import { LOCK_FILE, readLock } from '../templates/lock-file.js'
import type { AddonsContext } from './context.js'
import { type AddonFiles, filesOf, writeFiles } from './files.js'
import { type AddonPlace, clusterText, placeOf } from './place.js'
import { type Remainder, remainderOf } from './remainder.js'
import { bringAddon, takeAway } from './wait.js'

export interface ChangeOptions {
  dryRun: boolean
  /** Until Argo CD has it synced and healthy, or has let go of it. */
  wait: boolean
  timeoutMs: number
  /** Why, for the commit. */
  reason: string | undefined
}

/** `written`: the cluster is not bootstrapped, so only files changed. `sent`: it is in Git, and nobody waited. */
export type ChangeStatus = 'done' | 'unchanged' | 'sent' | 'written' | 'planned'

export interface AddonChange {
  addon: string
  environment: string
  enabled: boolean
  version: string
  status: ChangeStatus
  /** In which Git has it; null when nothing was pushed. */
  commit: string | null
  /** What changes in the repository. */
  files: string[]
  /** What the cluster keeps of an add-on that was disabled. */
  remainder: Remainder | null
  /** What else has to be done or known. */
  remarks: string[]
  steps: StepSummary[]
}

interface Target {
  name: string
  environment: string
}

/** Switches an add-on on, in the version that its environment has for it. */
export async function enableAddon(context: AddonsContext, target: Target, options: ChangeOptions): Promise<AddonChange> {
  const place = placeOf(context.project, target)
  return change(context, { ...place, enabled: true }, place, options)
}

/** Switches an add-on off. What it has brought into the cluster stays there. @throws `BadFlag` for Argo CD itself */
export async function disableAddon(context: AddonsContext, target: Target, options: ChangeOptions): Promise<AddonChange> {
  const place = placeOf(context.project, target)
  if (target.name === ARGO_CD) {
    throw new UserError('BadFlag', 'Argo CD cannot be disabled: it brings all other add-ons.', {
      next: [`To take a cluster out of it: platform cluster unregister NAME`],
    })
  }
  return change(context, { ...place, enabled: false }, place, options)
}

/** Brings an enabled add-on to another version, newer or older. Default: the one that the catalogue recommends. */
export async function upgradeAddon(
  context: AddonsContext,
  target: Target & { to?: string | undefined },
  options: ChangeOptions,
): Promise<AddonChange> {
  const place = placeOf(context.project, target)
  if (!place.enabled) {
    throw new UserError('BadFlag', `${target.name} is not enabled in ${target.environment}.`, {
      next: [`platform addon enable ${target.name} --environment ${target.environment}`],
    })
  }
  return change(context, { ...place, version: target.to ?? place.addon.version }, place, options)
}

async function change(context: AddonsContext, wanted: AddonPlace, before: AddonPlace, options: ChangeOptions): Promise<AddonChange> {
  const { ports, project } = context
  const { name, environment, enabled, version } = wanted
  if (enabled) refuseOutsideWindow({ ...environment, addons: { [name]: { enabled, version } } })
  const isBootstrapped = (await clusterText(project, environment.name)) !== undefined
  const edits = editsOf(wanted, before)
  const write = async (dryRun: boolean): Promise<Project> =>
    changeEnvironmentFile(project, environment.name, edits, { env: ports.env, dryRun })
  // Validates everything, before anything is fetched or written.
  const next = await write(true)
  const planned = await filesOf(next, wanted, edits)
  const result = { addon: name, environment: environment.name, enabled, version, files: planned.due, remarks: remarksOf(wanted, planned) }
  const state: { published?: Published; remainder?: Remainder; status: ChangeStatus } = { status: isBootstrapped ? 'sent' : 'written' }

  const steps: Step[] = [
    ...(enabled ? [chartsStep(context, next, wanted, options)] : []),
    ...(enabled ? [] : [lookStep(context, wanted, isBootstrapped, (found) => (state.remainder = found))]),
    ...(options.dryRun
      ? []
      : [writeStep(context, wanted, planned, { write, isBootstrapped, reason: options.reason, done: (it) => (state.published = it) })]),
  ]
  if (isBootstrapped && options.wait && !options.dryRun) {
    steps.push({
      id: 'cluster',
      title: `${name} in ${environment.name}`,
      run: async (control) => {
        const commit = state.published?.commit ?? ''
        const waiting = { commit, timeoutMs: options.timeoutMs, progress: control.progress.bind(control) }
        await (enabled ? bringAddon(context, wanted, waiting) : takeAway(context, wanted, waiting))
        state.status = state.published?.changed === true ? 'done' : 'unchanged'
        return { outcome: 'done', detail: enabled ? 'synced and healthy' : 'Argo CD has let go of it' }
      },
    })
  }
  const { results } = await runSteps(ports, titleOf(wanted, before), steps)
  const nothing = planned.due.length === 0
  const status = options.dryRun ? (nothing ? 'unchanged' : 'planned') : nothing && state.status !== 'done' ? 'unchanged' : state.status
  return { ...result, status, commit: state.published?.commit ?? null, remainder: state.remainder ?? null, steps: results }
}

/** Nothing is written that the file says already. */
function editsOf({ name, enabled, version }: AddonPlace, before: AddonPlace): FieldChange[] {
  return [
    ...(enabled === before.enabled ? [] : [[['addons', name, 'enabled'], enabled] as const]),
    ...(version === before.version ? [] : [[['addons', name, 'version'], version] as const]),
  ]
}

function titleOf({ name, environment, enabled, version }: AddonPlace, before: AddonPlace): string {
  if (!enabled) return `Disable ${name} in ${environment.name}`
  return before.enabled ? `Upgrade ${name} in ${environment.name} to ${version}` : `Enable ${name} ${version} in ${environment.name}`
}

function remarksOf({ name, addon, environment, enabled, version }: AddonPlace, { edited }: AddonFiles): string[] {
  const isNew = enabled && releaseOf(addon, version) === undefined
  return [
    ...edited.map((file) => `${file} was changed by somebody, and stays as it is.`),
    ...(isNew
      ? [
          `The catalogue does not know ${name} ${version}: whether it runs on Kubernetes ${environment.cluster.kubernetesVersion} is not known.`,
        ]
      : []),
    ...(enabled && addon.iam.length > 0 ? [`It acts in AWS. Its roles come with: platform env apply ${environment.name}`] : []),
  ]
}

/** That the archive is the one that the lock or the catalogue names, before anything is written. */
function chartsStep(context: AddonsContext, project: Project, { name, version }: AddonPlace, { dryRun }: ChangeOptions): Step {
  return {
    id: 'charts',
    title: 'Chart',
    run: async (control) => {
      const wanted = wantedCharts(project, await readLock(project.directory), { name, version })
      const { helm, folder } = await context.helm()
      const archives = await fetchCharts(helm, wanted, { folder, progress: control.progress.bind(control) })
      if (!dryRun) await noteCharts(project.directory, wanted, archives)
      return {
        outcome: 'checked',
        detail: wanted.map((each) => `${each.name} ${each.version}, ${archives.get(each.key)?.digest.slice(0, 19) ?? ''}…`).join('; '),
      }
    },
  }
}

function lookStep(context: AddonsContext, place: AddonPlace, isBootstrapped: boolean, done: (found: Remainder) => void): Step {
  return {
    id: 'remainder',
    title: 'What stays in the cluster',
    run: async () => {
      if (!isBootstrapped) return { outcome: 'skipped', detail: 'it was never bootstrapped' }
      const found = await remainderOf(await context.hub(), place)
      done(found)
      return { outcome: 'checked', detail: `${found.objects.length} objects, ${found.definitions.length} definitions` }
    },
  }
}

function writeStep(
  context: AddonsContext,
  place: AddonPlace,
  planned: AddonFiles,
  options: {
    write: (dryRun: boolean) => Promise<Project>
    isBootstrapped: boolean
    reason: string | undefined
    done: (published: Published) => void
  },
): Step {
  const { project, ports } = context
  const { name, environment, enabled, version } = place
  return {
    id: 'git',
    title: 'Repository',
    run: async (control) => {
      await options.write(false)
      await writeFiles(project.directory, planned)
      const { due } = planned
      if (!options.isBootstrapped) return { outcome: due.length === 0 ? 'unchanged' : 'done', detail: `${due.length} files written` }
      const git = await context.git()
      control.progress(`publishing to ${git.url}`)
      const title = enabled ? `Enable ${name} ${version} in ${environment.name}` : `Disable ${name} in ${environment.name}`
      const reason = options.reason?.trim() ?? ''
      const files = [environmentFilePath(environment.name), ...planned.present, LOCK_FILE]
      const published = await publish(ports, project.directory, { ...git, files, message: reason === '' ? title : `${title}\n\n${reason}` })
      options.done(published)
      return { outcome: published.changed ? 'done' : 'unchanged', detail: published.commit.slice(0, 12) }
    },
  }
}
