import { access, cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isSystemError } from '../core/errors.js'
import { refuseUnfinishedUpdate } from '../templates/update/staged.js'
import { vendorRoot } from '../templates/vendor.js'
import type { RootContext } from './context.js'
import type { Root } from './root.js'
import type { Run } from './run.js'
import { reportLeftOut } from './declared-variables.js'
import { readUpstream, reportPending } from './upstream.js'
import { writeValues } from './value-files.js'

/** A folder of which only its owner can see anything. */
export interface ScratchCopy {
  directory: string
  /** Copies what Terraform needs of the repository, with the files of the root as they would be written now. */
  write(context: RootContext, run: Run, root: Root, prepare?: (directory: string) => Promise<void>): Promise<void>
}

/** Works in a copy of the repository's Terraform files that is thrown away. */
export async function inScratchCopy<T>(repository: string, work: (copy: ScratchCopy) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), 'platform-preview-'))
  const write: ScratchCopy['write'] = async (context, run, root, prepare) => {
    await refuseUnfinishedUpdate(repository, root.name)
    for (const part of ['infra', 'platform.lock.json']) await copyIfExists(path.join(repository, part), path.join(directory, part))
    await prepare?.(directory)
    await vendorRoot(directory, { folder: root.folder, root: root.template })
    const outputs = await readUpstream(context, root)
    reportPending(run, root, outputs)
    reportLeftOut(run.ports, root, (await writeValues(context.project, root, outputs, directory)).leftOut)
  }
  try {
    return await work({ directory, write })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function copyIfExists(from: string, to: string): Promise<void> {
  try {
    // A link inside of the repository would lead out of the copy; one that leads nowhere is left out.
    const filter = async (source: string): Promise<boolean> => path.basename(source) !== '.terraform' && (await exists(source))
    await cp(from, to, { recursive: true, dereference: true, filter })
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
