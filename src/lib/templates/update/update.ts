import { UserError } from '../../core/errors.js'
import { nearest } from '../../core/names.js'
import type { Ports } from '../../core/ports.js'
import { takeRunLock } from '../../core/run-lock.js'
import { uncommittedFiles } from '../../git/git.js'
import { changesBetween, readChangelogs, type ChangelogEntry } from '../changelog.js'
import { refuseConflicts } from '../conflict-markers.js'
import { digestOf, readLock, type PlatformLock } from '../lock-file.js'
import { folderOfRoot, nameOfRoot, partsOf, PRISTINE_FOLDER, rootFolders } from '../parts.js'
import { readReleases, templatesFolder, type Manifest } from '../shipped.js'
import { lookAt, type PlaceToLook } from './look-at.js'
import { removeOldParts, type KeptFolder } from './old-modules.js'
import { Overlay } from './overlay.js'
import { noteAllRoots, planRoot, type RootUpdate, type UpdateContext } from './plan-update.js'
import { finishUpdate, stageUpdate, unfinishedUpdate } from './staged.js'

export type UpdatePorts = Pick<Ports, 'exec' | 'env' | 'signal' | 'processes' | 'clock' | 'report'>

export interface UpdateOptions {
  /** Names of the roots to update: environments, or `shared`. */
  roots: readonly string[] | 'all'
  /** Version of the templates. Default: the newest. */
  to?: string | undefined
  /** Only look: nothing is written, and no lock is taken. */
  look?: boolean
  /** Go on where edited files are not committed. */
  allowUncommitted?: boolean
  /** Called before anything is written, when something is to be written. */
  confirm?: (update: TemplateUpdate) => Promise<void>
  /** Folder of the templates. Default: those that come with platform. */
  templates?: string
}

export interface TemplateUpdate {
  /** Version of the templates that the roots are brought to. */
  to: string
  status: RootUpdate['status']
  roots: RootUpdate[]
  /** Folders of modules that nothing uses any more. */
  removed: string[]
  kept: KeptFolder[]
  /** What a person should look at before the next plan. */
  lookAt: PlaceToLook[]
  changelog: ChangelogEntry[]
}

/**
 * Brings roots to newer templates and keeps what the user changed, by a three-way merge. Safe to repeat: a run that was cut
 * short is finished by the next one.
 * @throws `TemplateConflict`, `TemplateUncommitted`, `TemplateTextMissing`, `TemplatesTooNew`, `RunInProgress`, `BadFlag`,
 * `EnvironmentNotFound`; nothing is written then
 */
export async function updateTemplates(ports: UpdatePorts, directory: string, options: UpdateOptions): Promise<TemplateUpdate> {
  if (options.look === true) {
    const unfinished = await unfinishedUpdate(directory)
    if (unfinished) throw cutShort(unfinished)
    return (await plan(ports, directory, options)).update
  }
  const names = options.roots === 'all' ? rootFolders(await readLock(directory)).map(nameOfRoot) : options.roots
  return locked(ports, directory, names, async () => {
    const unfinished = await unfinishedUpdate(directory)
    if (unfinished) {
      await finishUpdate(directory)
      ports.report.emit({ type: 'info', message: `Finished the update of ${unfinished.join(', ')} that had been cut short.` })
    }
    const { update, context, lockBefore } = await plan(ports, directory, options)
    const { changes } = context.overlay
    if (!options.allowUncommitted) await refuseUncommitted(ports, context, lockBefore)
    if (update.status !== 'unchanged' || update.removed.length > 0) await options.confirm?.(update)
    await stageUpdate(directory, { roots: update.roots.map(({ name }) => name), changes, lock: context.lock, lockBefore })
    await finishUpdate(directory)
    return update
  })
}

/** What the update would do, in an overlay. */
async function plan(
  ports: UpdatePorts,
  directory: string,
  options: UpdateOptions,
): Promise<{ update: TemplateUpdate; context: UpdateContext; lockBefore: PlatformLock }> {
  const folder = options.templates ?? templatesFolder()
  const releases = await readReleases(folder)
  const lockBefore = await readLock(directory)
  const context: UpdateContext = {
    ports,
    overlay: new Overlay(directory),
    lock: structuredClone(lockBefore),
    templates: { folder, releases },
    release: releaseOf(releases, options.to),
  }
  await noteAllRoots(context)
  const known = context.lock.roots ?? {}
  const before = structuredClone(known)
  const folders = chosen(options.roots, Object.keys(known))
  await refuseConflicts(directory, folders.flatMap((each) => (before[each] ? partsOf(each, before[each]) : [])))
  const roots: RootUpdate[] = []
  for (const each of folders) roots.push(await planRoot(context, each))
  const { removed, kept } = await removeOldParts(context, before)
  const changelogs = await readChangelogs(folder)
  const entries = roots.flatMap(({ root, from, to }) =>
    changesBetween(changelogs, { from: from.templates, to: to.templates, root, modules: Object.keys(to.modules) }),
  )
  const update: TemplateUpdate = {
    to: context.release.version,
    status: roots.find(({ status }) => status === 'conflicts')?.status ?? roots.find(({ status }) => status === 'updated')?.status ?? 'unchanged',
    roots,
    removed,
    kept,
    lookAt: lookAt(roots, context.lock.roots ?? {}),
    changelog: [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()],
  }
  return { update, context, lockBefore }
}

/** Folders of the roots that were named. @throws `EnvironmentNotFound` */
function chosen(names: readonly string[] | 'all', known: readonly string[]): string[] {
  if (names === 'all') return [...known].sort()
  const wanted = [...new Set(names)]
  const name = wanted.find((each) => !known.includes(folderOfRoot(each)))
  if (name === undefined) return wanted.map(folderOfRoot)
  const near = nearest(name, known.map(nameOfRoot))
  throw new UserError('EnvironmentNotFound', `${JSON.stringify(name)} has no Terraform files in this repository.`, {
    reason: 'A new environment gets the newest templates by itself.',
    next: [...(near === undefined ? [] : [`Did you mean ${near}?`]), 'platform template list'],
    details: { name, known: known.map(nameOfRoot) },
  })
}

/** @throws `BadFlag` for a version that does not come with this platform */
function releaseOf(releases: readonly Manifest[], version: string | undefined): Manifest {
  const release = version === undefined ? releases.at(-1) : releases.find((each) => each.version === version)
  if (release) return release
  const known = releases.map((each) => each.version)
  throw new UserError('BadFlag', `There are no templates ${JSON.stringify(version)} in this platform.`, {
    reason: `Allowed for --to: ${known.join(', ')}.`,
    details: { flag: '--to', known },
  })
}

/** The run locks of the roots: no plan may read what is half written. */
async function locked<T>(ports: UpdatePorts, repository: string, names: readonly string[], work: () => Promise<T>): Promise<T> {
  const releases: Array<() => Promise<void>> = []
  try {
    for (const name of ['the templates', ...[...new Set(names)].filter((each) => nameOfRoot(folderOfRoot(each)) === each).sort()])
      releases.push(await takeRunLock(ports, { repository, name, command: 'template update' }))
    return await work()
  } finally {
    for (const release of releases) await release()
  }
}

/** Edited files whose text only the repository has. @throws `TemplateUncommitted` */
async function refuseUncommitted(ports: UpdatePorts, { overlay }: UpdateContext, lock: PlatformLock): Promise<void> {
  const edited = overlay.changes
    .filter(({ path, before }) => before !== undefined && !path.startsWith(`${PRISTINE_FOLDER}/`) && lock.files[path] !== digestOf(before))
    .map(({ path }) => path)
  const found = await uncommittedFiles(ports, overlay.directory, edited)
  if (found?.length === 0) return
  throw new UserError('TemplateUncommitted', 'Edited files that the update would write are not committed. Nothing was changed.', {
    reason: (found ?? edited).join('\n'),
    next: [
      found ? 'Commit them: git add --force the files named above, then git commit' : 'Put the repository under Git first.',
      'Or go on without: --allow-uncommitted',
    ],
    details: { files: found ?? edited },
  })
}

function cutShort(roots: readonly string[]): UserError {
  return new UserError('TemplateUpdateUnfinished', `An update of ${roots.join(' and ')} was cut short.`, {
    next: [`Finish it: platform template update ${roots.join(' ')}`],
    details: { roots },
  })
}
