import { createHash } from 'node:crypto'
import { UserError } from '../core/errors.js'
import type { Regctl } from './regctl.js'
import { isMissing, registryError } from './registry-error.js'

/** A manifest of an image, or the list of its manifests by platform, as far as it is read (OCI image specification 1.1). */
export interface Manifest {
  mediaType?: string
  manifests?: Descriptor[]
  config?: Descriptor
  layers?: Descriptor[]
}

export interface Descriptor {
  mediaType?: string
  digest: string
  size: number
  platform?: { os: string; architecture: string; variant?: string }
}

/** Where an image lies: `{ repository: 'quay.io/argoproj/argocd' }`, or a folder as `{ repository: 'ocidir:///folder' }`. */
export interface ImagePlace {
  repository: string
  tag?: string | undefined
}

/** @returns undefined when the registry has no such image */
export async function imageDigest(regctl: Regctl, reference: string): Promise<string | undefined> {
  const { exitCode, stdout, stderr } = await regctl.run(['image', 'digest', reference])
  if (exitCode === 0) return stdout.trim()
  if (isMissing(stderr)) return undefined
  throw registryError(stderr, `ask for ${reference}`, { reference })
}

/** The manifest of an image, as the registry has it. @returns undefined when there is none */
export async function readManifest(regctl: Regctl, reference: string): Promise<Manifest | undefined> {
  const { exitCode, stdout, stderr } = await regctl.run(['manifest', 'get', reference, '--format', 'raw-body'])
  if (exitCode === 0) return JSON.parse(stdout) as Manifest
  if (isMissing(stderr)) return undefined
  throw registryError(stderr, `read ${reference}`, { reference })
}

/**
 * Copies an image by its digest. What the target has already is not sent again, and what is missing in it is mended.
 * @param platforms such as `linux/amd64`: the others are left out, so that the image gets another digest. Undefined: all.
 * @returns the digest of the copy
 * @throws `ImageNotFound`, `RegistryUnreachable`, `RegistryRefused`, `DiskFull`, `MirrorDigestMismatch`
 */
export async function copyImage(
  regctl: Regctl,
  from: { repository: string; digest: string },
  to: ImagePlace,
  platforms: readonly string[] | undefined,
): Promise<string> {
  const source = `${from.repository}@${from.digest}`
  const selection = await selectPlatforms(regctl, source, platforms)
  if (!selection) {
    await copy(regctl, source, referenceOf(to, from.digest))
    return from.digest
  }
  for (const [index, { digest }] of selection.manifests.entries()) {
    // In a folder, what has no name is swept away.
    await copy(regctl, `${from.repository}@${digest}`, isFolder(to) ? `${referenceOf(to, digest)}.${index}` : `${to.repository}@${digest}`)
  }
  const target = referenceOf(to, selection.digest)
  const { exitCode, stderr } = await regctl.run(['manifest', 'put', target, `--content-type=${selection.mediaType}`], {
    input: selection.text,
  })
  if (exitCode !== 0) throw registryError(stderr, `write ${target}`, { reference: target })
  return selection.digest
}

/** The digest that a copy with these platforms gets. */
export async function digestOfCopy(
  regctl: Regctl,
  source: { repository: string; digest: string },
  platforms: readonly string[] | undefined,
): Promise<string> {
  const selection = await selectPlatforms(regctl, `${source.repository}@${source.digest}`, platforms)
  return selection?.digest ?? source.digest
}

interface Selection {
  manifests: Descriptor[]
  mediaType: string
  text: string
  digest: string
}

/** @returns undefined when the image is to be copied as it is: all platforms are wanted, or it has only one */
async function selectPlatforms(regctl: Regctl, source: string, platforms: readonly string[] | undefined): Promise<Selection | undefined> {
  if (platforms === undefined) return undefined
  const manifest = await readManifest(regctl, source)
  if (!manifest) throw new UserError('ImageNotFound', `${source} is not there.`, { details: { reference: source } })
  const all = manifest.manifests
  if (!all) return undefined
  const chosen = all.filter((each) => platforms.includes(platformOf(each)))
  const missing = platforms.filter((platform) => !chosen.some((each) => platformOf(each) === platform))
  if (chosen.length === 0) {
    const known = [...new Set(all.map(platformOf))].filter((each) => each !== UNKNOWN)
    throw new UserError('ImageNotFound', `${source} is not there for ${missing.join(' and ')}.`, {
      reason: `It is made for ${known.join(', ') || 'no platform that it names'}.`,
      next: ['Choose one of these with --platform, or leave --platform out to take all.'],
      details: { reference: source, missing, known },
    })
  }
  const mediaType = manifest.mediaType ?? 'application/vnd.oci.image.index.v1+json'
  const text = JSON.stringify({ schemaVersion: 2, mediaType, manifests: chosen })
  return { manifests: chosen, mediaType, text, digest: `sha256:${createHash('sha256').update(text).digest('hex')}` }
}

const UNKNOWN = 'unknown/unknown'

function platformOf({ platform }: Descriptor): string {
  return platform ? `${platform.os}/${platform.architecture}` : UNKNOWN
}

async function copy(regctl: Regctl, source: string, target: string): Promise<void> {
  const { exitCode, stderr } = await regctl.run(['image', 'copy', '--force-recursive', source, target])
  if (exitCode !== 0) throw registryError(stderr, `copy ${source}`, { from: source, to: target })
}

function referenceOf({ repository, tag }: ImagePlace, digest: string): string {
  return tag === undefined ? `${repository}@${digest}` : `${repository}:${tag}`
}

function isFolder({ repository }: ImagePlace): boolean {
  return repository.startsWith('ocidir://')
}
