import { chmod, mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { isSystemError } from '../../core/errors.js'
import { installedProgram } from '../locate.js'
import { fill, type Machine } from '../machine.js'
import type { DownloadRecipe, Progress } from '../tool-spec.js'
import { unpack } from './archive.js'
import { assertDigest, digestFor } from './checksums.js'
import type { InstallContext, InstallOutcome } from './context.js'
import { downloadFile, downloadText } from './download.js'
import { WayUnavailable } from './unavailable.js'

const MIB = 1024 * 1024

/** What a download needs to know, for a tool as for the Terraform provider. */
export interface ArchiveRequest {
  recipe: DownloadRecipe
  version: string
  machine: Machine
  /** Digest that an earlier download of the same version had, in hex. */
  pinned: string | undefined
  /** Where the archive and its content go. Emptied first. */
  folder: string
  signal: AbortSignal
  progress: Progress
}

/**
 * Downloads, checks and unpacks a release archive.
 * @returns the folder with its content and its digest.
 * @throws `WayUnavailable`, `ChecksumMismatch`.
 */
export async function downloadArchive(request: ArchiveRequest): Promise<{ content: string; sha256: string }> {
  const { recipe, version, machine, folder, signal, progress } = request
  const url = fill(recipe.url, version, machine)
  const name = path.posix.basename(new URL(url).pathname)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  progress(`asking ${new URL(url).host}`)
  // First, because it is small: without internet this is where the attempt ends.
  const expected = digestFor(await downloadText(fill(recipe.checksums, version, machine), { signal }), name)
  const file = path.join(folder, name)
  try {
    const sha256 = await downloadFile(url, file, recipe.maxArchiveBytes, {
      signal,
      onBytes: (done, total) =>
        progress(`downloading ${name}`, total === undefined ? undefined : { done: Math.round(done / MIB), total: Math.round(total / MIB) }),
    })
    assertDigest(name, sha256, expected, "the publisher's checksum file")
    if (request.pinned !== undefined) assertDigest(name, sha256, request.pinned, 'platform.lock.json')
    progress(`unpacking ${name}`)
    const content = path.join(folder, 'content')
    await unpack(file, recipe.format, content, recipe.maxUnpackedBytes)
    return { content, sha256 }
  } finally {
    await rm(file, { force: true })
  }
}

/** Installs a program from its publisher's release page. */
export async function installFromDownload(
  context: InstallContext,
  recipe: DownloadRecipe,
  pinned: string | undefined,
): Promise<InstallOutcome> {
  const { spec, machine, stage, work, ports, progress } = context
  const folder = path.join(work, 'download')
  const { content, sha256 } = await downloadArchive({
    recipe,
    version: spec.version,
    machine,
    pinned,
    folder,
    signal: ports.signal,
    progress,
  })
  const program = installedProgram(stage, spec.name)
  await mkdir(path.dirname(program), { recursive: true })
  const member = fill(recipe.member, spec.version, machine)
  try {
    await rename(path.join(content, member), program)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) throw new WayUnavailable(`the archive does not hold ${member}`)
    throw error
  }
  await chmod(program, 0o755)
  return { sha256 }
}
