import { type Application, type ApplicationResource, isRunning } from './application.js'

export interface ApplicationDrift {
  application: string
  /** `pending`: Git moved on, and it waits for its sync. */
  state: 'clean' | 'pending' | 'drifted' | 'unknown'
  sync: Application['sync']
  health: Application['health']
  /** What differs from Git, or is not well. */
  resources: Array<Pick<ApplicationResource, 'group' | 'kind' | 'namespace' | 'name' | 'sync' | 'health'>>
  /** Why it is not clean. null: it is. */
  reason: string | null
}

/** Whether a folder differs between two commits. undefined: nobody here knows them. */
export type FolderChanged = (folder: string, from: string, to: string) => Promise<boolean | undefined>

const ORPHANED = 'OrphanedResourceWarning'
const NOT_WELL: readonly string[] = ['Degraded', 'Missing']

/**
 * Whether a cluster still is as Git says, as far as Argo CD knows. What Git says anew is no drift where nobody has synced it yet.
 * @param folderChanged asked where the commit alone does not tell: in a shared repository it moves with every change of others
 */
export async function driftOfApplication(application: Application, folderChanged: FolderChanged): Promise<ApplicationDrift> {
  const { name, sync, health } = application
  const resources = application.resources
    .filter((each) => each.sync === 'OutOfSync' || NOT_WELL.includes(each.health ?? ''))
    .map(({ group, kind, namespace, name: object, sync: state, health: well }) => ({
      group,
      kind,
      namespace,
      name: object,
      sync: state,
      health: well,
    }))
  return { application: name, sync, health, resources, ...(await stateOf(application, folderChanged)) }
}

async function stateOf(application: Application, folderChanged: FolderChanged): Promise<Pick<ApplicationDrift, 'state' | 'reason'>> {
  const { sync, health, healthMessage, conditions, operation, requested, lastSynced, automated } = application
  if (sync === 'Unknown') return { state: 'unknown', reason: errorIn(application) ?? 'Argo CD has not compared it yet' }
  if (requested || isRunning(operation)) return { state: 'pending', reason: 'a sync is under way' }
  const waits = sync === 'OutOfSync' && !automated && (await hasMovedOn(application, folderChanged))
  // What was never brought to the cluster is missing there.
  if (waits && lastSynced === null) return { state: 'pending', reason: 'it waits for its first sync' }
  const problems = [
    ...(sync === 'OutOfSync' && !waits ? ['out of sync'] : []),
    ...(NOT_WELL.includes(health) ? [`${health.toLowerCase()}${healthMessage === '' ? '' : `: ${healthMessage}`}`] : []),
    ...conditions.filter(({ type }) => type === ORPHANED).map(({ message }) => `orphaned resources: ${message}`),
  ]
  if (problems.length > 0) return { state: 'drifted', reason: problems.join('; ') }
  return waits ? { state: 'pending', reason: 'Git moved on: it waits for its sync' } : { state: 'clean', reason: null }
}

async function hasMovedOn(application: Application, folderChanged: FolderChanged): Promise<boolean> {
  const { revision, lastSynced, path, valueFiles, sourceChanged } = application
  if (lastSynced === null || sourceChanged) return true
  if (revision === null || revision === lastSynced) return false
  if (path === null) return true
  for (const each of [path, ...valueFiles]) if ((await folderChanged(each, lastSynced, revision)) !== false) return true
  return false
}

function errorIn({ conditions }: Application): string | undefined {
  return conditions.find(({ type }) => type.endsWith('Error'))?.message
}
