import { AwsClients } from '../../aws/clients.js'
import { readCluster } from '../../aws/cluster.js'
import type { GitPlace } from '../../config/git-place.js'
import { resolveConfiguration } from '../../config/load.js'
import { refusePolicyBreaches } from '../../config/policies.js'
import type { Environment, Project } from '../../config/project.js'
import { environmentFilePath, readRepositoryFiles } from '../../config/repository-files.js'
import { readOutsideSettings } from '../../config/user-settings.js'
import { UserError } from '../../core/errors.js'
import { readTextIfExists, resolveInside } from '../../core/files.js'
import { Journal, type RunRecord } from '../../core/journal.js'
import type { Ports } from '../../core/ports.js'
import type { PlanReport, ReportEvent } from '../../core/report.js'
import { runSteps } from '../../core/steps.js'
import { commitFiles, commitOf, currentBranch, filesAt, textAt } from '../../git/git.js'
import { publish, type Published } from '../../git/publish.js'
import { DERIVED_FILES } from '../../roots/applied-commit.js'
import type { RootContext } from '../../roots/context.js'
import { confirmPlan } from '../../roots/confirmation.js'
import { environmentRoot } from '../../roots/environment-root.js'
import { previewRoot } from '../../roots/preview-root.js'
import type { Root } from '../../roots/root.js'
import { LOCK_FILE } from '../../templates/lock-file.js'
import { applyAny } from '../apply-any.js'
import { environmentOf } from '../selection.js'
import { lostWith, type NotUndone, notUndone, refuseImpossible } from './limits.js'
import { appOf } from './paths.js'
import { changedFiles, refuseUncommitted, type Restoration, restorationOf, restore, undo, uninterrupted } from './restoration.js'
import { commandFor, isOnItsWay, revisionOf } from './revision.js'

export interface RollbackContext extends RootContext {
  /** The repository that clusters read; undefined where no cluster reads this environment. */
  git(): Promise<GitPlace | undefined>
}

export interface RollbackOptions {
  name: string
  to: string | undefined
  yes: boolean
  dryRun: boolean
  allowReplace: readonly string[]
}

export interface RollbackResult {
  environment: string
  status: 'rolled-back' | 'unchanged' | 'planned'
  /** The commit whose files are there again. */
  to: string
  /** Files of the repository that differ. */
  files: string[]
  changes: { add: number; change: number; destroy: number }
  /** What Git does not undo. */
  notUndone: NotUndone[]
  /** The new commit; null where none was made. */
  commit: string | null
  branch: Published['local'] | null
}

interface Work {
  context: RollbackContext
  root: Root
  restoration: Restoration
  files: string[]
  notes: NotUndone[]
}

/**
 * Brings an environment back to what its files were at an earlier commit: the files first, then the plan, which is confirmed and applied as
 * any other, then one new commit. Safe to repeat: what was cut short goes on to the same commit. What is refused or declined leaves the
 * files as they were.
 * @throws `RollbackRefused`, `InvalidConfiguration`, and as `applyRoot` and `publish`
 */
export async function rollbackEnvironment(context: RollbackContext, options: RollbackOptions): Promise<RollbackResult> {
  const { ports, project } = context
  const { name } = options
  const now = await committedEnvironment(context, name)
  const target = await revisionOf(ports, project.directory, name, options.to)
  const restoration = await restorationOf(ports, project.directory, name, target)
  const restored = await projectAt(context, name, target)
  const then = environmentOf(restored, name)
  const root = environmentRoot(restored, then)
  const files = await changedFiles(ports, project.directory, name, restoration)
  const result = { environment: name, to: target, files, changes: { add: 0, change: 0, destroy: 0 }, commit: null, branch: null }
  if (files.length === 0) return { ...result, status: 'unchanged', notUndone: [] }
  await refuseUncommitted(ports, project.directory, name, restoration)
  refuseImpossible(now, then, await runningVersion(context, root), target)
  const notes = notUndone(now, then, [...new Set(files.flatMap((file) => appOf(file) ?? []))])
  tell(ports, notes)
  const work: Work = { context: { ...context, project: restored }, root, restoration, files, notes }
  if (options.dryRun) {
    const plan = await previewRoot(work.context, root, {
      prepare: async (copy) => restore(copy, name, { ...restoration, ...infraOf(restoration) }),
    })
    const { add, change, destroy, replace } = plan.changes
    const changes = { add: add + replace, change, destroy: destroy + replace }
    return { ...result, status: 'planned', changes, notUndone: [...notes, ...lostWith(plan.resources)] }
  }
  return { ...result, ...(await carryOut(work, options)) }
}

async function carryOut(
  work: Work,
  options: RollbackOptions,
): Promise<Pick<RollbackResult, 'status' | 'changes' | 'notUndone' | 'commit' | 'branch'>> {
  const { context, root, restoration, files, notes } = work
  const { ports, project } = context
  const { name } = options
  const place = await context.git()
  if (place) await refuseOtherBranch(ports, project.directory, place)
  const command = commandFor(name, restoration.target)
  const known = new Set((await changesOf(context, name)).map(({ runId }) => runId))
  const repeated = restoration.write.length + restoration.remove.length === 0
  let lockText: string | undefined
  const restoring = { begun: false }
  const begin = async (): Promise<void> => {
    lockText = await readTextIfExists(await resolveInside(project.directory, LOCK_FILE))
    restoring.begun = true
    await restore(project.directory, name, restoration)
  }
  const question = `Bring ${name} back to ${restoration.target.slice(0, 12)} (${files.length} files)?`
  const seen = { plan: undefined as PlanReport | undefined, confirmed: false }
  const confirm = async (): Promise<void> => {
    tell(ports, lostWith(seen.plan?.resources ?? []))
    await confirmPlan(ports, { yes: options.yes, question })
    seen.confirmed = true
  }
  try {
    const { changes } = await applyAny({ ...context, ports: watchingPlan(ports, (plan) => (seen.plan = plan)) }, root, {
      command,
      yes: options.yes,
      wait: true,
      allowReplace: options.allowReplace,
      begin,
      confirm,
    })
    if (!seen.confirmed) await confirm()
    const published = await commitStep(work, place)
    return {
      status: 'rolled-back',
      changes,
      notUndone: [...notes, ...lostWith(seen.plan?.resources ?? [])],
      commit: published.commit,
      branch: published.local,
    }
  } catch (error) {
    // Once something was applied, the files say what AWS is about to be: the same command goes on.
    if (restoring.begun && !isOnItsWay(await changesOf(context, name), { command, known, repeated }))
      await undo(ports, project.directory, { name, files: [...files, ...(await written(work))], lockText, repeated })
    throw error
  }
}

/** One new commit with the files as they are now, where the clusters read it, or here alone. */
async function commitStep(work: Work, place: GitPlace | undefined): Promise<Pick<Published, 'commit' | 'local'>> {
  const { context, root, restoration, files } = work
  const { ports, project } = context
  const { name } = root
  const all = [...new Set([...files, ...(await written(work))])]
  const message = `Roll back environment ${name} to ${restoration.target.slice(0, 12)}`
  let published: Pick<Published, 'commit' | 'local'> | undefined
  await runSteps(ports, `Commit the rollback of ${name}`, [
    {
      id: 'git',
      title: 'Git',
      run: async (control) => {
        if (place) {
          control.progress(`pushing to ${place.url}`)
          published = await publish(ports, project.directory, { ...place, files: all, message })
        } else {
          await commitFiles(ports, project.directory, all, message)
          published = { commit: (await commitOf(ports, project.directory, 'HEAD')) ?? '', local: 'up-to-date' }
        }
        return { outcome: 'done', detail: published.commit.slice(0, 12) }
      },
    },
  ])
  if (!published) throw new Error('nothing was committed')
  return published
}

/** Committed files that platform writes by itself along with the others. */
async function written({ context, root }: Work): Promise<string[]> {
  const files = [...DERIVED_FILES.map((file) => `${root.folder}/${file}`), LOCK_FILE]
  return filesAt(uninterrupted(context.ports), context.project.directory, 'HEAD', files)
}

/** Noticed before anything is applied, for a push would refuse it afterwards. */
async function refuseOtherBranch(ports: Ports, directory: string, { branch }: GitPlace): Promise<void> {
  const current = await currentBranch(ports, directory)
  if (current === branch) return
  throw new UserError(
    'GitConflict',
    `${current === undefined ? 'No branch' : `Branch ${current}`} is checked out, and ${branch} is the one that is deployed.`,
    {
      next: [`git switch ${branch}`],
      details: { current: current ?? null, branch },
    },
  )
}

/** The environment as HEAD has it: after a run that was cut short the working tree is ahead. */
async function committedEnvironment(context: RollbackContext, name: string): Promise<Environment> {
  const environment = environmentOf(context.project, name)
  if (environment.isolation === 'soft') {
    throw new UserError('NotSupportedYet', `${name} is a soft environment: it is a part of ${environment.host ?? 'its host'}.`, {
      next: [`Take its file back with Git, then: platform env apply ${name}`],
    })
  }
  return environmentOf(await projectAt(context, name, 'HEAD').catch(() => context.project), name)
}

/** The configuration as it is, with the environment's file of a commit. @throws `InvalidConfiguration` where that does not fit any more */
async function projectAt({ ports, project }: RollbackContext, name: string, commit: string): Promise<Project> {
  const files = await readRepositoryFiles(project.directory)
  const file = environmentFilePath(name)
  const text = await textAt(ports, project.directory, commit, file)
  const restored = resolveConfiguration(
    { ...files, texts: new Map([...files.texts, [file, text]]) },
    await readOutsideSettings(ports.env),
  ).project
  refusePolicyBreaches(restored)
  return restored
}

async function runningVersion({ target }: RollbackContext, root: Root): Promise<string | undefined> {
  if (root.cluster === undefined) return undefined
  if (target.kind === 'sandbox') await target.prepare()
  const cluster = await readCluster(new AwsClients(await target.connect(root.account, root.region)), root.cluster)
  return cluster?.version
}

/** Runs that change the environment, the newest first. */
async function changesOf({ ports, project }: RollbackContext, name: string): Promise<RunRecord[]> {
  return (await new Journal(project.directory, ports.clock).list(name)).filter(({ purpose }) => purpose === 'change')
}

function infraOf({ write, remove }: Restoration): Pick<Restoration, 'write' | 'remove'> {
  const isInfra = (file: string): boolean => file.startsWith('infra/')
  return { write: write.filter((file) => isInfra(file.path)), remove: remove.filter(isInfra) }
}

function watchingPlan(ports: Ports, onPlan: (plan: PlanReport) => void): Ports {
  const emit = (event: ReportEvent): void => {
    if (event.type === 'plan-made') onPlan(event.plan)
    ports.report.emit(event)
  }
  return { ...ports, report: { emit } }
}

function tell(ports: Pick<Ports, 'report'>, notes: readonly NotUndone[]): void {
  for (const { what, why } of notes) ports.report.emit({ type: 'info', message: `Not undone: ${what}. ${why}` })
}
