import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { isSystemError, messageOf } from '../../core/errors.js'
import { toolsFolder } from '../cache-folder.js'
import { findInCache, installedProgram } from '../locate.js'
import { probeTool, UNKNOWN_VERSION } from '../probe.js'
import type { InstallWay, ResolvedTool } from '../tool-spec.js'
import type { InstallContext, InstallOutcome } from './context.js'
import { writeReceipt } from './receipt.js'
import { WayUnavailable } from './unavailable.js'

/** Folder of a tool, with a folder for each version. */
export function toolFolder({ ports, spec }: Pick<InstallContext, 'ports' | 'spec'>): string {
  return path.join(toolsFolder(ports.env), spec.name)
}

/** Where a tool is put together. */
export function stagingFolder(context: Pick<InstallContext, 'ports' | 'spec'>): string {
  return path.join(toolFolder(context), '.staging')
}

/** Runs the new program first: what does not work never gets the name under which it would be found. */
export async function moveIntoPlace(
  context: InstallContext,
  way: InstallWay,
  sha256: string | undefined,
  range: string,
): Promise<ResolvedTool> {
  const { ports, spec, stage } = context
  const probe = await probeTool(ports, spec, installedProgram(stage, spec.name), range)
  if (!probe.ok) throw new WayUnavailable(`it was installed, but ${probe.reason}`)
  const version = probe.version === UNKNOWN_VERSION ? spec.version : probe.version
  const installedAt = ports.clock.now().toISOString()
  await writeReceipt(stage, { tool: spec.name, version, source: way, ...(sha256 !== undefined && { sha256 }), installedAt })
  const folder = toolFolder(context)
  const target = path.join(folder, version)
  // Renaming onto a folder with content fails. What lies there is broken, or it would have been taken.
  const old = path.join(folder, '.old')
  await rm(old, { recursive: true, force: true })
  await rename(target, old).catch((error: unknown) => {
    if (!isSystemError(error, 'ENOENT')) throw error
  })
  await rename(stage, target)
  await rm(old, { recursive: true, force: true })
  return { name: spec.name, path: installedProgram(target, spec.name), version, source: way }
}

/**
 * Gives the other programs of a build their places. One that works already stays as it is: somebody may be running it. One that does
 * not work is left out, because nobody asked for it.
 */
export async function placeOthers(context: InstallContext, way: InstallWay, others: NonNullable<InstallOutcome['others']>): Promise<void> {
  const { ports, progress } = context
  for (const { file, ...program } of others) {
    const spec = { ...context.spec, ...program }
    const [there] = await findInCache(ports.env, spec.name, spec.version)
    if (there !== undefined && (await probeTool(ports, spec, there, spec.version)).ok) continue
    const stage = stagingFolder({ ports, spec })
    try {
      await rm(stage, { recursive: true, force: true })
      await mkdir(path.dirname(installedProgram(stage, spec.name)), { recursive: true })
      await rename(file, installedProgram(stage, spec.name))
      await moveIntoPlace({ ...context, spec, stage }, way, undefined, spec.version)
    } catch (error) {
      if (!(error instanceof WayUnavailable)) throw error
      progress(`${spec.name}: ${messageOf(error)}`)
    } finally {
      await rm(stage, { recursive: true, force: true })
    }
  }
}
