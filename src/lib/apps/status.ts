import { isRunning, type Application, waitsForSync } from '../argocd/application.js'
import { listApplications } from '../argocd/argocd.js'
import type { AppsContext } from './context.js'
import { imageIn } from './history.js'
import { applicationName, type Overlay } from './model.js'
import { appNames, environmentsOf, readOverlay } from './repository.js'
import { readPolicy, type SyncPolicy } from './sync-policy.js'

export interface AppState {
  app: string
  environment: string
  base: string
  /** As Git says. */
  image: string | null
  /** Null: Argo CD has no such application. */
  sync: string | null
  health: string | null
  revision: string | null
  policy: SyncPolicy
  /** In words; empty where all is as it should be. */
  remarks: string[]
}

/** How applications are: all of them, or one, everywhere or in one environment. @throws `AppNotFound` */
export async function appStatus(context: AppsContext, wanted: { app?: string; environment?: string }): Promise<AppState[]> {
  const { directory } = context.project
  const overlays: Array<Overlay & { values: string }> = []
  for (const app of wanted.app === undefined ? await appNames(directory) : [wanted.app]) {
    const environments = wanted.environment === undefined ? await environmentsOf(directory, app) : [wanted.environment]
    // Says that there is no such application.
    if (environments.length === 0 && wanted.app !== undefined) await readOverlay(directory, app, 'any')
    for (const environment of environments) overlays.push(await readOverlay(directory, app, environment))
  }
  if (overlays.length === 0) return []
  const client = await context.hub()
  const applications = await listApplications(client)
  const states: AppState[] = []
  for (const overlay of overlays) {
    const application = applications.find(({ name }) => name === applicationName(overlay))
    const state = application && (await readPolicy(client, application.name))
    const policy = state?.policy ?? (overlay.autoSync ? 'automatic' : 'manual')
    states.push({
      app: overlay.app,
      environment: overlay.environment,
      base: overlay.base,
      image: imageIn(overlay.values),
      sync: application?.sync ?? null,
      health: application?.health ?? null,
      revision: application?.revision ?? null,
      policy,
      remarks: [...pausedWords(policy, state), ...(application ? remarksOn(application, overlay) : [MISSING])],
    })
  }
  return states
}

const MISSING = 'Argo CD has no such application: the overlay is not pushed yet, or the cluster is not bootstrapped.'

function pausedWords(policy: SyncPolicy, state: { pausedBy: string | null; pausedBecause: string | null } | undefined): string[] {
  if (policy !== 'paused') return []
  const because = state?.pausedBecause ? `: ${state.pausedBecause}` : ''
  return [`Paused by ${state?.pausedBy ?? 'somebody'}${because}.`]
}

function remarksOn(application: Application, { app, environment }: Overlay): string[] {
  const { sync, health, healthMessage, operation, conditions, resources } = application
  const differing = resources.filter((each) => each.sync === 'OutOfSync').map(({ kind, name }) => `${kind} ${name}`)
  const unwell = resources.filter((each) => each.health !== null && each.health !== 'Healthy')
  return [
    ...(differing.length > 0 ? [`Not as Git says: ${differing.join(', ')}.`] : []),
    ...(waitsForSync(application) ? [`Waits for: platform app sync ${app} --environment ${environment}`] : []),
    ...(sync === 'Unknown' ? ['Argo CD could not compare it.'] : []),
    ...(isRunning(operation) ? ['A sync is under way.'] : []),
    ...(operation?.phase === 'Failed' || operation?.phase === 'Error' ? [`The last sync failed: ${operation.message}`] : []),
    ...(health !== 'Healthy' && healthMessage !== '' ? [healthMessage] : []),
    ...unwell.map((each) => `${each.kind} ${each.name} is ${each.health}${each.message === '' ? '' : `: ${each.message}`}.`),
    ...conditions.map(({ type, message }) => `${type}: ${message}`),
  ]
}
