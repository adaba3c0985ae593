import { mkdir, rename, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import semver from 'semver'
import { isSystemError, UserError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'
import { cacheFolder, homeFolder } from './cache-folder.js'
import { awsProvider } from './catalogue.js'
import { thisMachine, type Machine } from './machine.js'
import { providerCopies, registryHosts, type ProviderCopy, type TerraformBinary } from './provider-layout.js'
import { mirrorPlaces } from './provider-places.js'

export interface ProviderQuery {
  /** `terraform.providerMirror` of platform.yaml. `PLATFORM_PROVIDER_MIRROR` wins over it. */
  setting?: string
  /** Folder that a relative setting starts from. */
  directory?: string
  /** Default `terraform`. */
  binary?: TerraformBinary
  /** Supported versions (node-semver range). Default: what the modules are written for. */
  versionRange?: string
  machine?: Machine
}

export interface FoundProvider extends ProviderCopy {
  mirror: string
}

/**
 * The folder of a filesystem mirror that has the AWS provider for this machine, or undefined.
 * @throws `ProviderMissing` when a folder was named and does not have it.
 */
export async function findProviderMirror(ports: Pick<Ports, 'env'>, query: ProviderQuery = {}): Promise<string | undefined> {
  return (await findProvider(ports, query))?.mirror
}

/** Like `findProviderMirror`, with the version that will be used. */
export async function findProvider(ports: Pick<Ports, 'env'>, query: ProviderQuery = {}): Promise<FoundProvider | undefined> {
  const named = nameOfMirror(ports.env, query)
  if (named !== undefined) {
    const found = await lookInto(ports.env, named, query)
    if (!found) throw notThere(named, query)
    return found
  }
  let packed: FoundProvider | undefined
  for (const place of await mirrorPlaces(ports.env)) {
    const found = await lookInto(ports.env, place, query)
    if (found?.unpacked === true) return found
    packed ??= found
  }
  return packed
}

function nameOfMirror(env: Ports['env'], { setting, directory }: ProviderQuery): string | undefined {
  const named = env.PLATFORM_PROVIDER_MIRROR !== undefined && env.PLATFORM_PROVIDER_MIRROR !== '' ? env.PLATFORM_PROVIDER_MIRROR : setting
  return named === undefined ? undefined : path.resolve(directory ?? '.', named.replace(/^~(?=\/)/, homeFolder(env)))
}

async function lookInto(env: Ports['env'], mirror: string, query: ProviderQuery): Promise<FoundProvider | undefined> {
  const { binary = 'terraform', versionRange = awsProvider.range, machine = thisMachine() } = query
  const fitting = async (host: string): Promise<ProviderCopy | undefined> => {
    const copies = await providerCopies(mirror, host, awsProvider.source, machine)
    const inRange = copies.filter(({ version }) => semver.satisfies(version, versionRange))
    return inRange.find(({ unpacked }) => unpacked) ?? inRange[0]
  }
  const own = await fitting(registryHosts[binary])
  if (own) return { ...own, mirror }
  if (binary === 'terraform') return undefined
  // The provider is the same program under both names.
  const others = await fitting(registryHosts.terraform)
  return others && { ...others, mirror: await linkForTofu(env, others, machine) }
}

/** A mirror of symlinks, so that OpenTofu finds under its own host name what was fetched for Terraform. */
async function linkForTofu(env: Ports['env'], copy: ProviderCopy, machine: Machine): Promise<string> {
  const mirror = path.join(cacheFolder(env), 'providers-opentofu')
  const folder = path.join(mirror, registryHosts.tofu, ...awsProvider.source.split('/'))
  const link = copy.unpacked
    ? path.join(folder, copy.version, `${machine.os}_${machine.arch}`)
    : path.join(folder, path.basename(copy.path))
  await mkdir(path.dirname(link), { recursive: true })
  // Renaming replaces an old link in one step, so a second process never finds none.
  const draft = `${link}.${process.pid}`
  await rm(draft, { force: true })
  await symlink(copy.path, draft)
  try {
    await rename(draft, link)
  } catch (error) {
    await rm(draft, { force: true })
    if (!isSystemError(error, 'EISDIR', 'ENOTEMPTY', 'EEXIST')) throw error
  }
  return mirror
}

function notThere(
  mirror: string,
  { binary = 'terraform', versionRange = awsProvider.range, machine = thisMachine() }: ProviderQuery,
): UserError {
  const target = `${machine.os}_${machine.arch}`
  return new UserError('ProviderMissing', `${mirror} does not have the AWS provider.`, {
    reason: `A version in ${versionRange} for ${target} would lie in ${registryHosts[binary]}/${awsProvider.source}/VERSION/${target}.`,
    next: ['Correct terraform.providerMirror in platform.yaml or PLATFORM_PROVIDER_MIRROR, or remove it to search the usual places.'],
    details: { mirror, provider: awsProvider.source, versionRange },
  })
}
