import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { readTextIfExists, writeFileAtomic } from '../core/files.js'
import type { StepResult } from '../core/steps.js'
import type { Terraform } from '../terraform/terraform.js'

/** What `terraform init` looks at: with equal contents, it would do nothing. */
const INPUTS = /\.tf$|^backend\.tf\.json$|^\.terraform\.lock\.hcl$/

/** Runs `terraform init` unless nothing that it depends on has changed since the last time. */
export async function initialise(terraform: Terraform): Promise<StepResult> {
  const marker = path.join(terraform.options.folder, '.terraform', 'platform-init')
  const before = await fingerprint(terraform)
  if ((await readTextIfExists(marker)) === before && (await providersAreThere(terraform.options.folder))) return { outcome: 'unchanged' }
  await terraform.init()
  await writeFileAtomic(marker, await fingerprint(terraform))
  return { outcome: 'done' }
}

async function fingerprint({ options }: Terraform): Promise<string> {
  const hash = createHash('sha256').update(`${options.program}\0${options.env['TF_CLI_CONFIG_FILE'] ?? ''}\0`)
  for (const name of (await readdir(options.folder)).filter((entry) => INPUTS.test(entry)).sort()) {
    hash.update(`${name}\0`).update(await readFile(path.join(options.folder, name)))
  }
  return hash.digest('hex')
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
