import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { isSystemError, messageOf, UserError } from '../../core/errors.js'
import { cacheFolder, toolsFolder } from '../cache-folder.js'
import { thisMachine, type Machine } from '../machine.js'
import {
  installWays,
  type InstallWay,
  type Progress,
  type Rejection,
  type ResolvedTool,
  type ToolLock,
  type ToolSpec,
} from '../tool-spec.js'
import type { InstallContext, InstallOutcome, InstallPorts } from './context.js'
import { installFromCargo } from './from-cargo.js'
import { installFromDebian } from './from-debian.js'
import { installFromDownload } from './from-download.js'
import { installFromGo } from './from-go.js'
import { installFromGoModule } from './from-go-module.js'
import { installFromPip } from './from-pip.js'
import { withInstallLock } from './install-lock.js'
import { moveIntoPlace, placeOthers, stagingFolder, toolFolder } from './place.js'
import { WayUnavailable } from './unavailable.js'

export interface InstallToolOptions {
  range: string
  lock?: ToolLock
  progress: Progress
  /** What was found before and could not be used: told again when nothing can be installed. */
  rejected: readonly Rejection[]
  /** A usable program in the cache, if there is one by now. */
  lookInCache: () => Promise<ResolvedTool | undefined>
  machine?: Machine
}

/** The name under which a digest is pinned: archives differ between machines. */
export function pinKey(tool: string, { os, arch }: Machine): string {
  return `${tool}/${os}_${arch}`
}

/** The ways that the tool's recipe names, in the order in which they are tried. */
export function waysOf(spec: ToolSpec): InstallWay[] {
  return installWays.filter((way) => spec.install[way] !== undefined)
}

/** Where the lock of an install lies. Programs of one build share it, so that nobody builds what another process is just building. */
function lockFolder(ports: InstallPorts, { name, install: { go } }: ToolSpec): string {
  return path.join(toolsFolder(ports.env), go !== undefined && 'folder' in go ? go.folder : name)
}

/**
 * Installs a tool into the user's cache: once, even when several processes want it at the same time.
 * @throws `ToolInstallFailed` with every way that was tried, `ChecksumMismatch`, `FileNotWritable`, `Interrupted`.
 */
export async function installTool(ports: InstallPorts, spec: ToolSpec, options: InstallToolOptions): Promise<ResolvedTool> {
  const folder = toolFolder({ ports, spec })
  try {
    return await withInstallLock(
      ports,
      {
        folder: lockFolder(ports, spec),
        what: `${spec.name} ${spec.version}`,
        progress: options.progress,
        alreadyDone: options.lookInCache,
      },
      async (locked) => tryEachWay(locked, spec, options),
    )
  } catch (error) {
    if (!isSystemError(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR')) throw error
    throw new UserError('FileNotWritable', `${spec.name} cannot be installed: the cache folder cannot be written.`, {
      cause: error,
      reason: messageOf(error),
      next: ['Make room or fix the rights, or set XDG_CACHE_HOME to another folder. Then run the command again.'],
      details: { folder },
    })
  }
}

async function tryEachWay(ports: InstallPorts, spec: ToolSpec, options: InstallToolOptions): Promise<ResolvedTool> {
  const machine = options.machine ?? thisMachine()
  const stage = stagingFolder({ ports, spec })
  const work = path.join(cacheFolder(ports.env), 'build', `${spec.name}-${spec.version}`)
  const context: InstallContext = { ports, spec, machine, stage, work, progress: options.progress }
  const failures: Rejection[] = []
  try {
    for (const way of waysOf(spec)) {
      try {
        // What a killed install left behind goes here too: we hold the lock, so nobody is using it.
        await rm(stage, { recursive: true, force: true })
        await mkdir(stage, { recursive: true })
        await mkdir(work, { recursive: true })
        const outcome = await carryOut(context, way, options.lock?.known[pinKey(spec.name, machine)])
        const installed = await moveIntoPlace(context, way, outcome.sha256, options.range)
        await placeOthers(context, way, outcome.others ?? [])
        if (outcome.sha256 !== undefined) {
          await options.lock?.pin(pinKey(spec.name, machine), { version: spec.version, source: way, sha256: outcome.sha256 })
        }
        return installed
      } catch (error) {
        if (!(error instanceof WayUnavailable)) throw error
        failures.push({ source: way, reason: messageOf(error) })
        options.progress(`${way}: ${messageOf(error)}`)
      }
    }
    throw installFailed(spec, options.rejected, failures)
  } finally {
    await rm(stage, { recursive: true, force: true })
    // An interrupted build goes on where it stopped.
    if (!ports.signal.aborted) await rm(work, { recursive: true, force: true })
  }
}

async function carryOut(
  context: InstallContext,
  way: InstallWay,
  pinned: { version: string; sha256?: string } | undefined,
): Promise<InstallOutcome> {
  const { install, version } = context.spec
  if (way === 'download' && install.download)
    return installFromDownload(context, install.download, pinned?.version === version ? pinned.sha256 : undefined)
  if (way === 'go' && install.go)
    return 'folder' in install.go ? installFromGoModule(context, install.go) : installFromGo(context, install.go)
  if (way === 'cargo' && install.cargo) return installFromCargo(context, install.cargo)
  if (way === 'pip' && install.pip) return installFromPip(context, install.pip)
  if (way === 'debian' && install.debian) return installFromDebian(context, install.debian)
  throw new WayUnavailable('there is no recipe')
}

function installFailed(spec: ToolSpec, rejected: readonly Rejection[], failures: readonly Rejection[]): UserError {
  const found = rejected.map(({ path: file, source, reason }) => `${file ?? source}: ${reason}`)
  const tried = failures.map(({ source, reason }) => `${source}: ${reason}`)
  const { name, version } = spec
  const message =
    rejected.length > 0
      ? `No ${name} of this machine can be used, and ${name} ${version} could not be installed.`
      : `${name} is not on this machine and could not be installed.`
  return new UserError('ToolInstallFailed', message, {
    reason: [...found, ...tried].join('\n'),
    next: [...spec.byHand, `Then, or when there is internet: platform tools install ${name}`],
    details: { tool: name, version, rejected, tried: failures },
  })
}
