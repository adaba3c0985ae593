import { noApplication } from '../argocd/argocd.js'
import { UserError } from '../core/errors.js'
import type { AppsContext } from './context.js'
import { callerOf } from './deliver.js'
import { applicationName } from './model.js'
import { readOverlay } from './repository.js'
import { readPolicy, setPaused } from './sync-policy.js'

export interface PauseResult {
  app: string
  environment: string
  status: 'paused' | 'resumed' | 'unchanged' | 'planned'
}

/** Stops Argo CD from changing an application, or lets it go on. Nothing is committed: it is for emergencies. @throws `BadFlag` for a manual one */
export async function pauseApp(
  context: AppsContext,
  place: { app: string; environment: string },
  options: { pause: boolean; reason: string | undefined; dryRun: boolean; confirm?: () => Promise<void> },
): Promise<PauseResult> {
  await readOverlay(context.project.directory, place.app, place.environment)
  const client = await context.hub()
  const name = applicationName(place)
  const state = await readPolicy(client, name)
  if (!state) throw noApplication(name)
  if (state.policy === 'manual') throw isManual(place)
  if ((state.policy === 'paused') === options.pause) return { ...place, status: 'unchanged' }
  if (options.dryRun) return { ...place, status: 'planned' }
  await options.confirm?.()
  const paused = options.pause ? { by: callerOf(context), because: options.reason } : undefined
  const { changed } = await setPaused(client, name, paused)
  return { ...place, status: changed ? (options.pause ? 'paused' : 'resumed') : 'unchanged' }
}

function isManual({ app, environment }: { app: string; environment: string }): UserError {
  return new UserError('BadFlag', `${app} in ${environment} does not sync by itself, so there is nothing to pause or resume.`, {
    reason: 'Its overlay says autoSync: false: it changes only with app sync.',
    next: [
      `platform app sync ${app} --environment ${environment}`,
      `Let it: platform app deploy ${app} --environment ${environment} --auto-sync`,
    ],
    details: { app, environment },
  })
}
