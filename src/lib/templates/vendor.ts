import { readTextIfExists, resolveInside, writeFileAtomic } from '../core/files.js'
import { digestOf, readLock, updateLock, type PlatformLock } from './lock-file.js'
import { readManifest, rootFiles, templatesFolder, type RootName, type TemplateFile } from './shipped.js'

export interface VendorOptions {
  /** Folder of the root module, relative to the repository. */
  folder: string
  root: RootName
  /** Folder of the templates. Default: those that come with platform. */
  templates?: string
}

/** Paths relative to the repository, sorted. */
export interface Vendored {
  written: string[]
  unchanged: string[]
  /** Changed by somebody since platform wrote them, and kept as they are. */
  edited: string[]
}

interface Decision extends TemplateFile {
  target: string
  action: 'write' | 'keep' | 'leave'
}

/**
 * Copies a root module and the modules it uses into the repository at `directory`, and notes their digests
 * in `platform.lock.json`. A file that somebody edited is kept; one that is gone is written again.
 * @throws `PathOutsideRepository` (before anything is written), `LockFileInvalid`, `FileNotWritable`
 */
export async function vendorRoot(directory: string, options: VendorOptions): Promise<Vendored> {
  const folder = options.templates ?? templatesFolder()
  const manifest = await readManifest(folder)
  const files = await rootFiles(folder, manifest, options.folder, options.root)
  const lock = await readLock(directory)

  const decisions = await Promise.all(files.map((file) => decide(directory, lock, file)))
  const pathsOf = (action: Decision['action']): string[] =>
    decisions
      .filter((decision) => decision.action === action)
      .map((decision) => decision.path)
      .sort()

  for (const decision of decisions) if (decision.action === 'write') await writeFileAtomic(decision.target, decision.content)
  // After the files: a crash in between leaves files that are already right, and the next run notes them.
  await updateLock(directory, (current) => {
    current.templates = { ...current.templates, version: manifest.version }
    for (const { path, content, action } of decisions) if (action !== 'leave') current.files[path] = digestOf(content)
  })
  return { written: pathsOf('write'), unchanged: pathsOf('keep'), edited: pathsOf('leave') }
}

async function decide(directory: string, lock: PlatformLock, file: TemplateFile): Promise<Decision> {
  const target = await resolveInside(directory, file.path)
  const current = await readTextIfExists(target)
  if (current === undefined) return { ...file, target, action: 'write' }
  const digest = digestOf(current)
  if (digest === digestOf(file.content)) return { ...file, target, action: 'keep' }
  return { ...file, target, action: digest === lock.files[file.path] ? 'write' : 'leave' }
}
