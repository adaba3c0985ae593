import { access, mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { cacheFolder } from '../cache-folder.js'
import type { DebianRecipe } from '../tool-spec.js'
import { requireClient, runClient, type InstallContext, type InstallOutcome } from './context.js'
import { shellQuote, writeLauncher } from './launcher.js'
import { WayUnavailable } from './unavailable.js'

/**
 * Unpacks Debian packages into the install folder, without root. `apt-get download` checks each package against the
 * distribution's signed index.
 */
export async function installFromDebian(context: InstallContext, recipe: DebianRecipe): Promise<InstallOutcome> {
  const { spec, stage, work, progress } = context
  const aptGet = await requireClient(context, 'apt-get')
  const dpkgDeb = await requireClient(context, 'dpkg-deb')
  const folder = path.join(work, 'debian')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  progress('fetching Debian packages')
  await downloadPackages(context, aptGet, recipe.packages, folder)
  const root = path.join(stage, 'root')
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.deb')).sort()) {
    progress(`unpacking ${file}`)
    await runClient(context, dpkgDeb, ['-x', path.join(folder, file), root])
  }
  await access(path.join(root, recipe.program)).catch(() => {
    throw new WayUnavailable(`the packages ${recipe.packages.join(', ')} do not hold ${recipe.program}`)
  })
  await writeLauncher(stage, spec.name, await launcherLines(root, recipe))
  return {}
}

/** With the system's package index first, then with one of our own: the system's may be empty or old, and only root may refresh it. */
async function downloadPackages(context: InstallContext, aptGet: string, packages: readonly string[], folder: string): Promise<void> {
  try {
    await runClient(context, aptGet, ['-q', 'download', ...packages], { cwd: folder })
  } catch (error) {
    if (!(error instanceof WayUnavailable)) throw error
    context.progress('refreshing the package index')
    const options = await ownIndex(cacheFolder(context.ports.env))
    await runClient(context, aptGet, [...options, '-q', 'update'])
    await runClient(context, aptGet, [...options, '-q', 'download', ...packages], { cwd: folder })
  }
}

async function ownIndex(cache: string): Promise<string[]> {
  const state = path.join(cache, 'apt', 'state')
  const archives = path.join(cache, 'apt', 'cache')
  await mkdir(path.join(state, 'lists', 'partial'), { recursive: true })
  await mkdir(path.join(archives, 'archives', 'partial'), { recursive: true })
  return ['-o', `Dir::State=${state}`, '-o', 'Dir::State::status=/var/lib/dpkg/status', '-o', `Dir::Cache=${archives}`]
}

async function launcherLines(root: string, recipe: DebianRecipe): Promise<string[]> {
  const libraries = await libraryFolders(root)
  const inRoot = (relative: string): string => `"$here/root/"${shellQuote(relative)}`
  const lines = Object.entries(recipe.paths ?? {}).map(([name, relative]) => `export ${name}=${inRoot(relative)}`)
  if (libraries.length > 0) {
    lines.push(`export LD_LIBRARY_PATH=${libraries.map(inRoot).join(':')}"\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`)
  }
  return [...lines, `exec ${inRoot(recipe.program)} "$@"`]
}

/** Debian keeps libraries in one folder for each architecture (`usr/lib/x86_64-linux-gnu`). */
async function libraryFolders(root: string): Promise<string[]> {
  const found: string[] = []
  for (const parent of ['usr/lib', 'lib']) {
    const names = await readdir(path.join(root, parent)).catch(() => [])
    found.push(...names.filter((name) => /^[\w]+-linux-[\w]+$/.test(name)).map((name) => `${parent}/${name}`))
  }
  return found
}
