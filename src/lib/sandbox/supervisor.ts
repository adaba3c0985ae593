import { randomBytes } from 'node:crypto'
import { mkdir, rm, rmdir, stat } from 'node:fs/promises'
import type { Server } from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AwsClients } from '../aws/clients.js'
import { messageOf } from '../core/errors.js'
import { execProgram } from '../core/exec.js'
import type { Clock, ProcessIdentity } from '../core/ports.js'
import { CloudTrail } from './cloudtrail/cloudtrail.js'
import { chartsSite } from './charts/charts-site.js'
import { emulatedEks } from './clusters/eks-view.js'
import type { KubernetesPrograms } from './clusters/programs.js'
import { SandboxClusters } from './clusters/sandbox-clusters.js'
import type { StsPorts } from './eks-access/resolve-token.js'
import { ControlPlaneLogs } from './control-plane-logs/control-plane-logs.js'
import { emulatedLogs } from './control-plane-logs/log-store.js'
import { Emulator } from './emulator.js'
import { sandboxFolders, type SandboxFolders } from './folders.js'
import { FaultPlan } from './gateway/fault-plan.js'
import { createGateway } from './gateway/server.js'
import { listenOnRememberedPort } from './gateway/stable-port.js'
import { Upstream } from './gateway/upstream.js'
import { gitSite } from './git/git-site.js'
import { GitRepositories } from './git/repositories.js'
import { allMends } from './mends/all.js'
import { mendContexts } from './mends/contexts.js'
import { readRecord, RecordKeeper } from './record.js'
import { RotatingLog } from './rotating-log.js'
import { Schedules } from './schedules/schedules.js'
import { Shelf } from './services/shelf.js'

/** What `startSandbox` hands to the supervisor process, as one JSON argument. */
export interface SupervisorSettings {
  directory: string
  emulator: { path: string; version: string }
  /** Search path for the programs that the emulator calls. */
  searchPath: string
  accountId: string
  region: string
  /** Of the program that runs, see `currentBuild`. */
  build: string
  /** Where the programs of Argo CD are looked for: `PATH`, `HOME`, and `XDG_CACHE_HOME` of the caller. */
  env: Readonly<Record<string, string>>
  /** Where EKS clusters are to have a Kubernetes of their own. */
  kubernetes?: KubernetesPrograms
}

/** How often the supervisor looks whether it is still wanted. */
const CHECK_MS = 2000
/** How long the end waits for the last deliveries. */
const STOP_MS = 4000

/**
 * Runs the emulator and the gateway of one repository until it is told to stop (SIGTERM), its record or folder vanishes, or the
 * emulator cannot be kept running.
 */
export async function runSupervisor(settings: SupervisorSettings, self: ProcessIdentity, clock: Clock): Promise<void> {
  const folders = sandboxFolders(settings.directory)
  await mkdir(folders.logs, { recursive: true })
  const logs = {
    emulator: new RotatingLog(path.join(folders.logs, 'emulator.log')),
    gateway: new RotatingLog(path.join(folders.logs, 'gateway.log')),
    clusters: new RotatingLog(path.join(folders.logs, 'clusters.log')),
  }
  const ending = new Ending()
  process.once('SIGTERM', () => ending.set({ kind: 'stop' }))
  process.once('SIGINT', () => ending.set({ kind: 'stop' }))

  const record = new RecordKeeper(folders.record)
  const emulator = new Emulator(
    { ...settings, path: settings.emulator.path, data: folders.data, folder: folders.root },
    {
      onOutput: (chunk) => logs.emulator.write(chunk),
      onStarting: (identity) => record.update({ emulator: identity }),
      onGivenUp: (reason) => ending.set({ kind: 'fail', reason }),
    },
    clock,
  )
  const eks = emulatedEks(() => contextFor(settings.region))
  const logTo = (log: RotatingLog) => (line: string) => log.write(`${clock.now().toISOString()} ${line}\n`)
  const clientsFor = async (region: string): Promise<AwsClients> => contextFor(region).clients()
  const planeLogs = new ControlPlaneLogs({ folders, eks, store: emulatedLogs(clientsFor), clock, log: logTo(logs.clusters) })
  const clusters: SandboxClusters = new SandboxClusters({
    folders,
    eks,
    reviews: async () => {
      const { eksReviews } = await import('./clusters/reviews.js')
      const sts: StsPorts = { now: () => clock.now(), send: async (request) => upstream.send(request) }
      return planeLogs.withAuthenticatorLog(eksReviews({ accountId: settings.accountId, eks, sts, api: (name) => clusters.api(name) }))
    },
    companion: async () => {
      const { startBesideClusters } = await import('./beside-clusters.js')
      return startBesideClusters({
        accountId: settings.accountId,
        endpoint: () => endpoint,
        clientsFor,
        clock,
        log: logTo(logs.clusters),
        env: settings.env,
        onSession: async (session) => trail.assumed(session),
      })
    },
    clock,
    log: logTo(logs.clusters),
    onRemoving: async (name) => planeLogs.removing(name),
  })
  const trail = await CloudTrail.open({
    ...settings,
    folder: folders.cloudtrail,
    clientsFor,
    clock,
    log: logTo(logs.gateway),
  })
  const control = {
    token: randomBytes(24).toString('hex'),
    faults: new FaultPlan(),
    status: () => ({ restarts: emulator.restarts }),
    clusters: {
      list: async () => clusters.list(),
      switchOn: async (programs: KubernetesPrograms) => {
        await clusters.switchOn(programs)
        await record.update({ kubernetes: true })
      },
    },
    deliverTrails: async (options: { digest: boolean }) => trail.deliver(options),
  }
  const upstream = new Upstream(emulator.port)
  const gitPorts = { exec: execProgram, env: { PATH: settings.searchPath }, signal: new AbortController().signal }
  const repositories = new GitRepositories(gitPorts, folders.git)
  let port = 0
  const contextFor = mendContexts(upstream, {
    ...settings,
    emulatorPort: emulator.port,
    stateFolder: folders.mends,
    servicesFolder: folders.services,
    clusters,
    git: { repositories, endpoint: () => `http://127.0.0.1:${port}` },
  })
  const ownGateway = new Upstream(async () => port)
  const schedules = new Schedules({
    ...settings,
    clientsFor,
    send: async (request, service, region) => ownGateway.sendAsRoot(request, service, region),
    recorder: trail.recorder,
    shelf: new Shelf(folders.services),
    contextFor,
    clock,
    log: logTo(logs.gateway),
  })
  const gateway = createGateway({
    upstream,
    control,
    mends: [...allMends, trail.mend, schedules.mend],
    recorder: trail.recorder,
    sites: [gitSite(repositories, settings.searchPath), chartsSite(folders.charts)],
    mendContext: (call) => contextFor(call.region),
    log: (line) => logs.gateway.write(line),
  })
  port = await listenOnRememberedPort(gateway, folders.port)
  const endpoint = `http://127.0.0.1:${port}`
  try {
    const { accountId, region, build } = settings
    const emulatorVersion = settings.emulator.version
    const since = clock.now().toISOString()
    await record.begin({
      schemaVersion: 1,
      state: 'starting',
      supervisor: self,
      emulatorVersion,
      build,
      port,
      endpoint,
      accountId,
      region,
      token: control.token,
      since,
      kubernetes: settings.kubernetes !== undefined,
    })
    await emulator.start(endpoint)
    for (const mend of allMends) await mend.repair?.(folders.mends, contextFor)
    await trail.start()
    planeLogs.start()
    if (settings.kubernetes) await control.clusters.switchOn(settings.kubernetes)
    await schedules.start()
    await record.update({ state: 'ready' })
    watch(folders, self, ending, clock)
  } catch (error) {
    ending.set({ kind: 'fail', reason: messageOf(error) })
  }

  const end = await ending.reached
  logs.gateway.write(`${clock.now().toISOString()} supervisor ends: ${end.kind}${end.kind === 'fail' ? `, ${end.reason}` : ''}\n`)
  await within(STOP_MS, schedules.stop())
  await closeGateway(gateway)
  // Without a folder there is nothing to save, and saving would bring the folder back.
  const signal = end.kind === 'folder-gone' ? 'SIGKILL' : 'SIGTERM'
  if (end.kind === 'stop') await within(STOP_MS, trail.stop())
  await clusters.stop(signal)
  if (end.kind === 'stop') await within(STOP_MS, planeLogs.stop())
  await emulator.stop(signal)
  upstream.close()
  ownGateway.close()
  if (end.kind === 'stop') await rm(folders.record, { force: true })
  if (end.kind === 'fail') await record.update({ state: 'failed', failure: end.reason })
  for (const log of Object.values(logs)) log.close()
  if (end.kind === 'folder-gone') await removeWhatCameBack(folders)
}

/** What is not done in time waits on disk for the next start. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  await Promise.race([work.catch(() => undefined), sleep(ms, undefined, { ref: false })])
}

type End = { kind: 'stop' } | { kind: 'fail'; reason: string } | { kind: 'folder-gone' } | { kind: 'replaced' }

/** The first reason to end wins. */
class Ending {
  #resolve!: (end: End) => void
  readonly reached = new Promise<End>((resolve) => (this.#resolve = resolve))
  set = (end: End): void => this.#resolve(end)
}

function watch(folders: SandboxFolders, self: ProcessIdentity, ending: Ending, clock: Clock): void {
  let ended = false
  void ending.reached.then(() => (ended = true))
  const check = async (): Promise<void> => {
    const folder = await stat(folders.root).catch(() => undefined)
    const inode = folder?.ino
    while (!ended) {
      await clock.sleep(CHECK_MS)
      const [now, record] = await Promise.all([stat(folders.root).catch(() => undefined), readRecord(folders.record)])
      if (record?.supervisor.pid === self.pid) continue
      if (record) ending.set({ kind: 'replaced' })
      // The emulator makes its folder again, as another one, when somebody deletes it.
      else ending.set({ kind: now?.ino === inode ? 'stop' : 'folder-gone' })
    }
  }
  void check()
}

async function closeGateway(gateway: Server): Promise<void> {
  gateway.closeAllConnections()
  await new Promise<void>((resolve) => gateway.close(() => resolve()))
}

/** The emulator may have written once more after somebody deleted the repository. */
async function removeWhatCameBack(folders: SandboxFolders): Promise<void> {
  const someoneStarts =
    (await readRecord(folders.record)) !== undefined || (await stat(folders.startLock).catch(() => undefined)) !== undefined
  if (someoneStarts) return
  await rm(folders.root, { recursive: true, force: true })
  for (const folder of [path.dirname(folders.root), folders.repository]) {
    // Only empty folders: anything else is not ours.
    await rmdir(folder).catch(() => undefined)
  }
}
