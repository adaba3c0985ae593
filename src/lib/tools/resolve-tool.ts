import path from 'node:path'
import { UserError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'
import { catalogue, type ToolName } from './catalogue.js'
import { assertDigest } from './install/checksums.js'
import { installTool, pinKey, waysOf } from './install/install-tool.js'
import { readReceipt } from './install/receipt.js'
import { findInCache, findOnPath } from './locate.js'
import { thisMachine } from './machine.js'
import { probeTool, UNKNOWN_VERSION } from './probe.js'
import type { Progress, Rejection, ResolvedTool, ToolLock, ToolPin, ToolSpec } from './tool-spec.js'

export type ToolPorts = Pick<Ports, 'exec' | 'env' | 'signal' | 'clock' | 'ask'>

export interface ResolveOptions {
  /** Whether a missing tool may be installed; `ask` asks a person first. */
  install: boolean | 'ask'
  /** Narrower than what the catalogue allows (`terraform.version` in platform.yaml). */
  versionRange?: string
  /** Digests of this repository's downloads. */
  lock?: ToolLock
  progress?: Progress
}

export interface FoundTool {
  tool?: ResolvedTool
  /** What was found and could not be used. */
  rejected: Rejection[]
}

/** Looks for a tool on `PATH`, then in the user's cache. Installs nothing. @throws `ChecksumMismatch`, `Interrupted` */
export async function findTool(
  ports: Pick<Ports, 'exec' | 'env' | 'signal'>,
  spec: ToolSpec,
  options: Pick<ResolveOptions, 'versionRange' | 'lock'> = {},
): Promise<FoundTool> {
  const range = rangeOf(spec, options.versionRange)
  const onPath = await firstUsable(ports, spec, range, 'path', await findOnPath(ports.env, spec.name))
  if (onPath.tool) return onPath
  const cached = await findCached(ports, spec, range, options.lock)
  return { ...cached, rejected: [...onPath.rejected, ...cached.rejected] }
}

async function findCached(
  ports: Pick<Ports, 'exec' | 'env' | 'signal'>,
  spec: ToolSpec,
  range: string,
  lock: ToolLock | undefined,
): Promise<FoundTool> {
  const found = await firstUsable(ports, spec, range, 'cache', await findInCache(ports.env, spec.name, spec.version))
  if (!found.tool) return found
  const { path: file } = found.tool
  const version = found.tool.version === UNKNOWN_VERSION ? path.basename(path.dirname(path.dirname(file))) : found.tool.version
  await assertPinned(spec.name, file, version, lock)
  return { ...found, tool: { ...found.tool, version } }
}

async function firstUsable(
  ports: Pick<Ports, 'exec' | 'env' | 'signal'>,
  spec: ToolSpec,
  range: string,
  source: 'path' | 'cache',
  files: readonly string[],
): Promise<FoundTool> {
  const rejected: Rejection[] = []
  for (const file of files) {
    const probe = await probeTool(ports, spec, file, range)
    if (probe.ok) return { tool: { name: spec.name, path: file, version: probe.version, source }, rejected }
    rejected.push({ source, path: file, ...(probe.version !== undefined && { version: probe.version }), reason: probe.reason })
  }
  return { rejected }
}

/**
 * The program to call: on `PATH`, in the user's cache, or installed by the first way that works.
 * @returns a program that runs and whose version is in the range.
 * @throws `ToolMissing`, `ToolVersion`, `ToolInstallFailed`, `ChecksumMismatch`, `NotConfirmed`.
 */
export async function resolveTool(ports: ToolPorts, name: ToolName, options: ResolveOptions): Promise<ResolvedTool> {
  return resolveSpec(ports, catalogue[name], options)
}

/** `resolveTool` for a tool that need not be in the catalogue. */
export async function resolveSpec(ports: ToolPorts, spec: ToolSpec, options: ResolveOptions): Promise<ResolvedTool> {
  const { tool, rejected } = await findTool(ports, spec, options)
  if (tool) return tool
  if (options.install === false || waysOf(spec).length === 0) throw notUsable(spec, rejected, options.versionRange)
  if (options.install === 'ask') await askToInstall(ports, spec, rejected, options.versionRange)
  return installTool(ports, spec, {
    range: rangeOf(spec, options.versionRange),
    ...(options.lock && { lock: options.lock }),
    progress: options.progress ?? (() => undefined),
    rejected,
    lookInCache: async () => (await findCached(ports, spec, rangeOf(spec, options.versionRange), options.lock)).tool,
  })
}

function rangeOf(spec: ToolSpec, narrower: string | undefined): string {
  if (narrower === undefined || narrower === spec.range) return spec.range
  // A space means "and" and binds more tightly than "||".
  const parts = narrower.split('||').map((part) => `${spec.range} ${part.trim()}`)
  return parts.join(' || ')
}

/** An install from another time must have the digest that the repository remembers for the same version. */
async function assertPinned(name: string, file: string, version: string, lock: ToolLock | undefined): Promise<void> {
  const pin: ToolPin | undefined = lock?.known[pinKey(name, thisMachine())]
  if (pin?.sha256 === undefined || pin.version !== version) return
  const receipt = await readReceipt(path.dirname(path.dirname(file)))
  if (receipt?.sha256 !== undefined) assertDigest(`${name} ${version} in the cache`, receipt.sha256, pin.sha256, 'platform.lock.json')
}

async function askToInstall(ports: ToolPorts, spec: ToolSpec, rejected: readonly Rejection[], range: string | undefined): Promise<void> {
  if (!ports.ask.interactive) throw notUsable(spec, rejected, range)
  const time = spec.buildTime === undefined ? '' : ` (a build from source takes ${spec.buildTime})`
  const yes = await ports.ask.confirm({
    message: `${spec.name} ${spec.version} is needed. Install it into your cache folder${time}?`,
    flag: '--yes',
  })
  if (!yes)
    throw new UserError('NotConfirmed', `${spec.name} was not installed.`, {
      next: [`platform tools install ${spec.name}`, ...spec.byHand],
    })
}

function notUsable(spec: ToolSpec, rejected: readonly Rejection[], narrower: string | undefined): UserError {
  const next = [...(waysOf(spec).length > 0 ? [`platform tools install ${spec.name}`] : []), ...spec.byHand]
  const details = { tool: spec.name, range: rangeOf(spec, narrower), rejected }
  const reason = rejected.map(({ path: file, reason: why }) => `${file ?? spec.name}: ${why}`).join('\n')
  const wrongVersion = rejected.find(({ version }) => version !== undefined)
  if (wrongVersion?.version !== undefined) {
    return new UserError('ToolVersion', `${spec.name} ${wrongVersion.version} is not supported: ${details.range} is needed.`, {
      reason,
      next,
      details,
    })
  }
  return new UserError('ToolMissing', `${spec.name} was not found. It ${spec.purpose}.`, {
    ...(reason !== '' && { reason }),
    next,
    details,
  })
}
