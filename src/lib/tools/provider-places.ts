import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { readTextIfExists } from '../core/files.js'
import { homeFolder, providersFolder } from './cache-folder.js'

type Env = Readonly<Record<string, string | undefined>>

/**
 * Folders that may be a Terraform filesystem mirror, in the order in which they are looked at: what the user's own Terraform
 * configuration names, Terraform's implied mirrors, our cache, and what machine images tend to have.
 */
export async function mirrorPlaces(env: Env): Promise<string[]> {
  const home = homeFolder(env)
  const dataFolders = [
    env.XDG_DATA_HOME ?? path.join(home, '.local', 'share'),
    ...(env.XDG_DATA_DIRS ?? '/usr/local/share:/usr/share').split(':').filter((folder) => folder !== ''),
  ]
  const mac = process.platform === 'darwin' ? [path.join(home, 'Library', 'Application Support', 'io.terraform', 'plugins')] : []
  const places = [
    ...(await mirrorsOfCliConfig(env, home)),
    path.join(home, '.terraform.d', 'plugins'),
    ...mac,
    ...dataFolders.map((folder) => path.join(folder, 'terraform', 'plugins')),
    providersFolder(env),
    ...(await foldersBelow('/opt')),
  ]
  return [...new Set(places)]
}

/** The `filesystem_mirror` paths of the user's Terraform CLI configuration. It is only read, never used as it is. */
async function mirrorsOfCliConfig(env: Env, home: string): Promise<string[]> {
  const files = [env.TF_CLI_CONFIG_FILE, path.join(home, '.terraformrc'), path.join(home, '.tofurc')]
  const found: string[] = []
  for (const file of files) {
    const text = file === undefined || file === '' ? undefined : await readable(file)
    for (const [, block] of (text ?? '').matchAll(/filesystem_mirror\s*\{([^}]*)\}/g)) {
      const folder = /\bpath\s*=\s*"([^"\n]+)"/.exec(block ?? '')?.[1]
      if (folder !== undefined) found.push(folder.replace(/^~(?=\/)/, home))
    }
  }
  return found.filter((folder) => path.isAbsolute(folder))
}

/** Nobody named these files, so one that cannot be read is one place less, not an error: Terraform itself will tell. */
async function readable(file: string): Promise<string | undefined> {
  return readTextIfExists(file).catch(() => undefined)
}

async function foldersBelow(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(parent, name))
    .sort()
}
