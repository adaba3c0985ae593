import { UserError } from '../core/errors.js'
import type { KubernetesClient } from '../core/kubernetes.js'
import { throwIfAborted } from '../core/steps.js'
import { type Application, isRunning, isSettled } from './application.js'
import { type ArgoCdPorts, listApplications, refreshApplication } from './argocd.js'
import { explainApplications, type ClientOfCluster } from './explain.js'

export interface WaitOptions {
  /** Which ones; they may not exist yet. Default: all that there are, and at least one. */
  names?: readonly string[]
  /** Of all, those that must exist. */
  required?: readonly string[]
  /** Tells what else is not done yet, such as what makes applications. */
  alsoOpen?: () => Promise<string[]>
  selector?: string
  /** What is good enough. Default: synced, healthy, nothing under way. */
  isDone?: (application: Application) => boolean
  /** The commit that each of them must have been compared with. */
  revision?: string
  timeoutMs: number
  /** Told at every look. */
  progress?: (detail: string, count: { done: number; total: number }) => void
  /** The clusters whose events explain what does not get healthy. Default: the one of Argo CD. */
  clientOf?: ClientOfCluster
  /** Fail as soon as a sync has failed, for a sync that nobody will repeat. */
  failOnError?: boolean
}

const LOOK_AGAIN_MS = 1500
/** What progress names of all that is open; an error names all. */
const MOST_TOLD = 4
/** Argo CD looks at Git by itself only every three minutes. */
const REFRESH_EVERY_MS = 30_000

/**
 * Waits until applications are synced and healthy, also those that appear meanwhile.
 * @returns them all.
 * @throws `NotHealthy` naming the objects and their last events when the time is over
 */
export async function waitForApplications(ports: ArgoCdPorts, client: KubernetesClient, options: WaitOptions): Promise<Application[]> {
  const { clock, signal } = ports
  const isDone = options.isDone ?? isSettled
  const begun = clock.now().getTime()
  let refreshed = begun
  let settled = 0
  let looks = 0
  for (;;) {
    throwIfAborted(signal)
    const applications = await read(client, options)
    const open = applications.filter((each) => !isDone(each) || !hasRevision(each, options.revision))
    const missing = (options.names ?? options.required ?? []).filter((name) => !applications.some((each) => each.name === name))
    const others = (await options.alsoOpen?.()) ?? []
    settled = open.length + missing.length + others.length === 0 && applications.length > 0 ? settled + 1 : 0
    // Where all count, what was just synced may have made further ones: it must look well twice.
    if (settled > (looks === 0 || options.names ? 0 : 1)) return applications
    looks += 1
    if (settled === 0) {
      const detail = describeOpen(open, [...missing.map((name) => `${name} not there yet`), ...others])
      options.progress?.(detail, { done: applications.length - open.length, total: applications.length + missing.length })
    }
    const failed = options.failOnError === true ? open.filter(hasFailed) : []
    const now = clock.now().getTime()
    if (failed.length > 0 || now - begun >= options.timeoutMs) {
      throw await notHealthy(client, failed.length > 0 ? failed : open, { missing, others, options, waitedMs: now - begun })
    }
    if (now - refreshed >= REFRESH_EVERY_MS) {
      refreshed = now
      for (const { name } of open.filter(({ operation }) => !isRunning(operation))) await refreshApplication(client, name)
    }
    await clock.sleep(LOOK_AGAIN_MS, signal)
  }
}

async function read(client: KubernetesClient, { names, selector }: WaitOptions): Promise<Application[]> {
  const found = await listApplications(client, selector === undefined ? {} : { selector })
  return names ? found.filter(({ name }) => names.includes(name)) : found
}

function hasRevision({ revision }: Application, wanted: string | undefined): boolean {
  return wanted === undefined || revision === wanted
}

function hasFailed({ operation, requested }: Application): boolean {
  return !requested && (operation?.phase === 'Failed' || operation?.phase === 'Error')
}

function describeOpen(open: readonly Application[], others: readonly string[]): string {
  if (open.length === 0 && others.length === 0) return 'waiting for the first application'
  const states = open.map(({ name, sync, health, operation }) => {
    const syncing = isRunning(operation) ? ', syncing' : ''
    return `${name} ${sync}, ${health}${syncing}`
  })
  const all = [...states, ...others]
  const more = all.length - MOST_TOLD
  return [...all.slice(0, MOST_TOLD), ...(more > 0 ? [`${more} more`] : [])].join('; ')
}

async function notHealthy(
  client: KubernetesClient,
  open: readonly Application[],
  { missing, others, options, waitedMs }: { missing: readonly string[]; others: readonly string[]; options: WaitOptions; waitedMs: number },
): Promise<UserError> {
  const explained = await explainApplications(options.clientOf ?? (async () => client), open)
  const names = [...open.map(({ name }) => name), ...missing]
  const lines = [...explained.map(({ text }) => text), ...missing.map((name) => `${name}: Argo CD has no such application.`), ...others]
  const what =
    names.length === 0 ? (others.length === 0 ? 'There is no application' : 'Not done') : `Not synced and healthy: ${names.join(', ')}`
  return new UserError('NotHealthy', `${what}, after ${Math.round(waitedMs / 1000)} s.`, {
    reason: lines.length === 0 ? 'Argo CD has made none from Git.' : lines.join('\n'),
    next: ['Mend what is named above, then run the same command again to go on.', 'Give it more time: --timeout 30m'],
    details: { applications: explained.map(({ facts }) => facts), missing },
  })
}
