import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { messageOf, UserError } from '../core/errors.js'
import { toJsonText } from '../core/files.js'
import { providersFolder } from './cache-folder.js'
import { awsProvider } from './catalogue.js'
import { childEnvironment } from './child-environment.js'
import { unpack } from './install/archive.js'
import type { InstallPorts } from './install/context.js'
import { downloadArchive } from './install/from-download.js'
import { withInstallLock } from './install/install-lock.js'
import { pinKey } from './install/install-tool.js'
import { WayUnavailable } from './install/unavailable.js'
import { thisMachine, type Machine } from './machine.js'
import { registryHosts } from './provider-layout.js'
import { findProvider, type FoundProvider, type ProviderQuery } from './provider-mirror.js'
import type { DownloadRecipe, Progress, ToolLock } from './tool-spec.js'

export interface EnsureProviderOptions extends ProviderQuery {
  /** Program that can fetch a provider by itself, where only its own way to the internet works. */
  terraformPath?: string
  lock?: ToolLock
  progress?: Progress
  /** Another place than the official one. */
  recipe?: DownloadRecipe
}

const LOCK_NAME = 'terraform-provider-aws'
/** Without internet Terraform would try again for a minute. */
const FAIL_FAST = { TF_REGISTRY_DISCOVERY_RETRY: '0', TF_REGISTRY_CLIENT_TIMEOUT: '2' }
const MIRROR_LIMIT_MS = 15 * 60_000

/**
 * A filesystem mirror with the AWS provider: one that is there, or the cache's own, filled once.
 * @throws `ProviderMissing`, `ChecksumMismatch`, `Interrupted`.
 */
export async function ensureProviderMirror(ports: InstallPorts, options: EnsureProviderOptions = {}): Promise<string> {
  const found = await findProvider(ports, options)
  if (found) return found.mirror
  const mirror = providersFolder(ports.env)
  const progress = options.progress ?? (() => undefined)
  const installed = await withInstallLock<FoundProvider, InstallPorts>(
    ports,
    { folder: mirror, what: `the AWS provider ${awsProvider.version}`, progress, alreadyDone: async () => findProvider(ports, options) },
    async (locked) => {
      await fillMirror(locked, mirror, { ...options, progress })
      const filled = await findProvider(locked, options)
      if (!filled) throw missing([`${awsProvider.version} was fetched, but it is not in ${options.versionRange ?? awsProvider.range}`])
      return filled
    },
  )
  return installed.mirror
}

async function fillMirror(ports: InstallPorts, mirror: string, options: EnsureProviderOptions & { progress: Progress }): Promise<void> {
  const machine = options.machine ?? thisMachine()
  const staging = path.join(mirror, '.staging')
  const reasons: string[] = []
  try {
    for (const fetchContent of [fetchRelease, fetchWithTerraform]) {
      try {
        await rm(staging, { recursive: true, force: true })
        await mkdir(staging, { recursive: true })
        await publish(await fetchContent(ports, staging, machine, options), mirror, machine)
        return
      } catch (error) {
        if (!(error instanceof WayUnavailable)) throw error
        reasons.push(messageOf(error))
      }
    }
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
  throw missing(reasons)
}

type Fetch = (
  ports: InstallPorts,
  staging: string,
  machine: Machine,
  options: EnsureProviderOptions & { progress: Progress },
) => Promise<string>

/** The publisher's archive, checked against its checksum file. */
const fetchRelease: Fetch = async (ports, staging, machine, { lock, progress, recipe = awsProvider.download }) => {
  const key = pinKey(LOCK_NAME, machine)
  const known = lock?.known[key]
  const { content, sha256 } = await downloadArchive({
    recipe,
    version: awsProvider.version,
    machine,
    pinned: known?.version === awsProvider.version ? known.sha256 : undefined,
    folder: path.join(staging, 'download'),
    signal: ports.signal,
    progress,
  })
  await lock?.pin(key, { version: awsProvider.version, source: 'download', sha256 })
  return content
}

/** Terraform's own download, which knows proxies and network mirrors of the user, and checks signatures. */
const fetchWithTerraform: Fetch = async (ports, staging, machine, { terraformPath, binary = 'terraform', progress }) => {
  if (terraformPath === undefined || binary !== 'terraform') throw new WayUnavailable('terraform providers mirror: no Terraform at hand')
  const project = path.join(staging, 'project')
  const target = path.join(staging, 'mirror')
  const platform = `${machine.os}_${machine.arch}`
  await mkdir(project)
  const requirement = { terraform: { required_providers: { aws: { source: awsProvider.source, version: awsProvider.version } } } }
  await writeFile(path.join(project, 'main.tf.json'), toJsonText(requirement))
  progress('asking terraform providers mirror')
  try {
    await ports.exec(terraformPath, ['providers', 'mirror', `-platform=${platform}`, target], {
      cwd: project,
      env: childEnvironment(ports.env, FAIL_FAST),
      timeoutMs: MIRROR_LIMIT_MS,
      signal: ports.signal,
      group: true,
    })
  } catch (error) {
    if (ports.signal.aborted || !(error instanceof UserError)) throw error
    throw new WayUnavailable(`terraform providers mirror: ${firstError(error.reason ?? messageOf(error))}`)
  }
  const folder = path.join(target, registryHosts.terraform, awsProvider.source)
  const zip = (await readdir(folder)).find((name) => name.endsWith('.zip'))
  if (zip === undefined) throw new WayUnavailable('terraform providers mirror: it made no archive')
  const content = path.join(staging, 'content')
  await unpack(path.join(folder, zip), 'zip', content, awsProvider.download.maxUnpackedBytes)
  return content
}

/** The first error that Terraform prints, without the box that it draws around it and without colours. */
function firstError(text: string): string {
  const plain = stripVTControlCharacters(text)
  const boxed = /Error: [^╵]*/.exec(plain)?.[0] ?? plain
  return boxed
    .replaceAll(/[╷│╵\s]+/g, ' ')
    .trim()
    .slice(0, 400)
}

async function publish(content: string, mirror: string, machine: Machine): Promise<void> {
  const names = await readdir(content)
  const program = names.find((name) => name.startsWith('terraform-provider-aws'))
  if (program === undefined) throw new WayUnavailable('the archive does not hold the provider')
  await chmod(path.join(content, program), 0o755)
  const version = path.join(mirror, registryHosts.terraform, ...awsProvider.source.split('/'), awsProvider.version)
  const target = path.join(version, `${machine.os}_${machine.arch}`)
  await mkdir(version, { recursive: true })
  await rm(target, { recursive: true, force: true })
  await rename(content, target)
}

function missing(reasons: readonly string[]): UserError {
  return new UserError(
    'ProviderMissing',
    `The Terraform AWS provider ${awsProvider.version} is not on this machine and could not be fetched.`,
    {
      reason: reasons.join('\n'),
      next: [
        'On a machine with internet run "terraform providers mirror FOLDER" in a folder that requires hashicorp/aws, and copy FOLDER here.',
        'Then name it as terraform.providerMirror in platform.yaml, or in PLATFORM_PROVIDER_MIRROR.',
      ],
      details: { provider: awsProvider.source, version: awsProvider.version, tried: reasons },
    },
  )
}
