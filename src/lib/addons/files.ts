import type { FieldChange } from '../config/change-environment.js'
import type { Project } from '../config/project.js'
import { environmentFilePath } from '../config/repository-files.js'
import { resolveInside, writeFileAtomic } from '../core/files.js'
import { addonFiles } from '../gitops/addon-files.js'
import { withAddon } from '../gitops/cluster-addon.js'
import { clusterFile } from '../gitops/places.js'
import { digestOf, readLock, updateLock } from '../templates/lock-file.js'
import { type OwnedFile, planOwnedFiles, writeOwnedFiles } from '../templates/owned-files.js'
import { type AddonPlace, clusterText } from './place.js'

/** The files of the repository that a change of an add-on concerns. */
export interface AddonFiles {
  owned: OwnedFile[]
  /** The file that tells Argo CD of the cluster, before and after. Absent: the cluster was never bootstrapped. */
  cluster: { path: string; before: string; after: string } | undefined
  /** Those that change. */
  due: string[]
  /** Those that are there afterwards. */
  present: string[]
  /** Those that somebody changed, and that therefore stay. */
  edited: string[]
}

/** @param project as it will be */
export async function filesOf(
  project: Project,
  { name, environment, enabled, version }: AddonPlace,
  edits: readonly FieldChange[],
): Promise<AddonFiles> {
  const owned = enabled ? await planOwnedFiles(project.directory, await addonFiles(project, { names: [name] })) : []
  const path = clusterFile(environment.name)
  const before = await clusterText(project, environment.name)
  const cluster = before === undefined ? undefined : { path, before, after: withAddon(before, name, enabled ? version : undefined) }
  const changesCluster = cluster !== undefined && cluster.after !== cluster.before
  return {
    owned,
    cluster: changesCluster ? cluster : undefined,
    due: [
      ...(edits.length > 0 ? [environmentFilePath(environment.name)] : []),
      ...owned.filter(({ action }) => action === 'write').map((file) => file.path),
      ...(changesCluster ? [path] : []),
    ],
    present: [...owned.filter(({ action }) => action !== 'removed').map((file) => file.path), ...(cluster ? [path] : [])],
    edited: owned.filter(({ action }) => action === 'edited').map((file) => file.path),
  }
}

/** Where the cluster's file was as platform wrote it, it counts as written by platform afterwards. */
export async function writeFiles(directory: string, { owned, cluster }: AddonFiles): Promise<void> {
  if (owned.length > 0) await writeOwnedFiles(directory, owned)
  if (!cluster) return
  const isOurs = (await readLock(directory)).files[cluster.path] === digestOf(cluster.before)
  await writeFileAtomic(await resolveInside(directory, cluster.path), cluster.after)
  if (isOurs) {
    await updateLock(directory, (lock) => {
      lock.files[cluster.path] = digestOf(cluster.after)
    })
  }
}
