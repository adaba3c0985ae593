import { createHash, type Hash } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { isSystemError } from '../core/errors.js'
import { readTextIfExists, writeFileAtomic } from '../core/files.js'
import type { StepResult } from '../core/steps.js'
import type { Terraform } from '../terraform/terraform.js'

/** Files that can name providers, modules or a backend (not `*.tfvars.json`, which holds values only), and the chosen versions. */
const INPUTS = /\.(?:tf|tofu)(?:\.json)?$|^\.terraform\.lock\.hcl$/
/** Written for one plan only, and holds nothing that `terraform init` reads. */
const IMPORTS = 'imports.tf.json'

/** Runs `terraform init` unless nothing that it depends on has changed since the last time. */
export async function initialise(terraform: Terraform): Promise<StepResult> {
  const folder = path.join(terraform.options.folder, '.terraform')
  await dropDamaged(folder)
  const marker = path.join(folder, 'platform-init')
  const before = await fingerprint(terraform)
  if ((await readTextIfExists(marker)) === before && (await providersAreThere(terraform.options.folder))) return { outcome: 'unchanged' }
  await terraform.init()
  await writeFileAtomic(marker, await fingerprint(terraform))
  return { outcome: 'done' }
}

/** `init` makes all of `.terraform`, but stops at what it cannot read there. */
async function dropDamaged(folder: string): Promise<void> {
  if ((await stat(folder).catch(() => undefined))?.isFile() === true) await rm(folder)
  for (const file of [path.join(folder, 'modules', 'modules.json'), path.join(folder, 'terraform.tfstate')]) {
    const isFolder = (await stat(file).catch(() => undefined))?.isDirectory() === true
    if (isFolder || !isJson((await readTextIfExists(file)) ?? '{}')) await rm(file, { recursive: true })
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Stands for what `terraform init` looks at: while it is the same, there is nothing to do. */
async function fingerprint({ options }: Terraform): Promise<string> {
  const hash = createHash('sha256').update(`${options.program}\0${options.env['TF_CLI_CONFIG_FILE'] ?? ''}\0`)
  for (const folder of ['.', ...(await localModules(options.folder))]) {
    hash.update(`${folder}\0`)
    await addFolder(hash, path.resolve(options.folder, folder))
  }
  return hash.digest('hex')
}

async function addFolder(hash: Hash, folder: string): Promise<void> {
  for (const name of (await namesIn(folder)).filter((entry) => INPUTS.test(entry) && entry !== IMPORTS).sort()) {
    hash.update(`${name}\0`).update(await contentOf(path.join(folder, name)))
  }
}

async function contentOf(file: string): Promise<Buffer | string> {
  return readFile(file).catch((error: unknown) => {
    if (isSystemError(error, 'EISDIR')) return 'a folder' // Terraform says whether it is in its way.
    throw error
  })
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [] // Terraform says best what is missing.
    throw error
  }
}

/**
 * Folders of the modules that the last `init` found in this repository, relative to the root module. Those that it fetched lie in
 * `.terraform` and do not change by themselves. Source: Terraform's `internal/modsdir`, the format of `modules.json`.
 */
async function localModules(folder: string): Promise<string[]> {
  const text = await readTextIfExists(path.join(folder, '.terraform', 'modules', 'modules.json'))
  if (text === undefined) return []
  try {
    const { Modules } = JSON.parse(text) as { Modules: Array<{ Dir: string }> }
    const folders = Modules.map(({ Dir }) => path.posix.normalize(Dir)).filter((each) => each !== '.' && !each.startsWith('.terraform/'))
    return [...new Set(folders)].sort()
  } catch {
    return [] // Not what the last `init` left behind, so the fingerprint differs and it runs again.
  }
}

/** Providers may be symlinks into a mirror that has gone. */
async function providersAreThere(folder: string): Promise<boolean> {
  try {
    const root = path.join(folder, '.terraform', 'providers')
    for (const entry of await readdir(root, { recursive: true })) await stat(path.join(root, entry))
    return true
  } catch {
    return false
  }
}
