import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import semver from 'semver'
import type { Machine } from './machine.js'

/** Hosts under which the two binaries look for a provider that is named without one. */
export const registryHosts = { terraform: 'registry.terraform.io', tofu: 'registry.opentofu.org' } as const
export type TerraformBinary = keyof typeof registryHosts

/** One version of a provider for this machine. */
export interface ProviderCopy {
  version: string
  /** An unpacked folder is symlinked by `init`; a zip is copied in full each time. */
  unpacked: boolean
  path: string
}

/**
 * The copies of a provider in a Terraform filesystem mirror, newest first.
 * Layouts: `HOST/NAMESPACE/TYPE/VERSION/OS_ARCH/` and `HOST/NAMESPACE/TYPE/terraform-provider-TYPE_VERSION_OS_ARCH.zip`
 * (Terraform documentation, "Provider Installation", "Implied local mirror directories").
 * @param source namespace and type, such as `hashicorp/aws`.
 */
export async function providerCopies(mirror: string, host: string, source: string, machine: Machine): Promise<ProviderCopy[]> {
  const folder = path.join(mirror, host, ...source.split('/'))
  const type = source.split('/').at(-1) ?? source
  const target = `${machine.os}_${machine.arch}`
  const zipName = new RegExp(`^terraform-provider-${type}_(.+)_${target}\\.zip$`)
  const copies: ProviderCopy[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    const unpackedFolder = path.join(folder, name, target)
    const zipVersion = zipName.exec(name)?.[1]
    if (zipVersion !== undefined && semver.valid(zipVersion) !== null) {
      copies.push({ version: zipVersion, unpacked: false, path: path.join(folder, name) })
    } else if (semver.valid(name) !== null && (await holdsProvider(unpackedFolder, type))) {
      copies.push({ version: name, unpacked: true, path: unpackedFolder })
    }
  }
  return copies.sort((a, b) => semver.rcompare(a.version, b.version))
}

/** The providers of a mirror as `HOST/NAMESPACE/TYPE`, sorted. */
export async function providersIn(mirror: string): Promise<string[]> {
  const found: string[] = []
  for (const host of await foldersIn(mirror)) {
    // A host name has a dot; other folders are not part of the layout.
    if (!host.includes('.')) continue
    for (const namespace of await foldersIn(path.join(mirror, host))) {
      for (const type of await foldersIn(path.join(mirror, host, namespace))) found.push(`${host}/${namespace}/${type}`)
    }
  }
  return found.sort()
}

async function foldersIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  const checked = await Promise.all(names.map(async (name) => ((await isFolder(path.join(folder, name))) ? name : undefined)))
  return checked.filter((name) => name !== undefined && !name.startsWith('.')) as string[]
}

async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

async function holdsProvider(folder: string, type: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => [])
  return names.some((name) => name.startsWith(`terraform-provider-${type}`))
}
