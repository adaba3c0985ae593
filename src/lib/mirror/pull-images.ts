import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { makeFolder } from '../core/files.js'
import { UserError } from '../core/errors.js'
import { copyImage } from '../registry/images.js'
import { checkLayout } from '../registry/layout.js'
import type { Regctl } from '../registry/regctl.js'
import type { MirroredImage } from './folder.js'
import { mirrorPlaces } from './folder.js'
import type { Fetched } from './pull-charts.js'
import type { ImageReference } from './references.js'

/** The way in which regctl writes a folder. */
export function layoutRepository(folder: string): string {
  return `ocidir://${mirrorPlaces(folder).images}`
}

/** Whether an image lies in the folder as it was noted. What is damaged is taken away, so that it is fetched again. */
export async function isThere(
  folder: string,
  { stored }: MirroredImage,
  known: Map<string, number>,
): Promise<{ there: boolean; damaged: boolean }> {
  const { damaged, missing } = await checkLayout(mirrorPlaces(folder).images, stored, known)
  for (const { file } of damaged) await rm(file, { force: true })
  return { there: damaged.length === 0 && missing.length === 0, damaged: damaged.length > 0 }
}

/**
 * Copies an image into the folder.
 * @param image.digest what its publisher has, or had when it was first pulled
 * @throws `ImageNotFound`, `RegistryUnreachable`, `RegistryRefused`, `DiskFull`, `MirrorDigestMismatch`
 */
export async function pullImage(
  regctl: Regctl,
  folder: string,
  options: {
    reference: string
    /** Where it is fetched from. */
    source: ImageReference
    digest: string
    platforms: readonly string[] | undefined
    known: Map<string, number>
  },
): Promise<MirroredImage> {
  const { reference, source, digest, known } = options
  const { images } = mirrorPlaces(folder)
  await makeFolder(images)
  // A chart that names a digest must find it in the mirror.
  const platforms = source.digest === undefined ? options.platforms : undefined
  const target = { repository: layoutRepository(folder), tag: layoutTag(source.name, source.tag, digest) }
  const stored = await copyImage(regctl, { repository: source.repository, digest }, target, platforms)
  const { damaged, missing, bytes } = await checkLayout(images, stored, known)
  const [wrong] = damaged
  if (wrong) throw damagedFile(wrong)
  if (missing.length > 0) {
    throw new UserError('MirrorIncomplete', `${reference} did not arrive completely.`, {
      next: ['Run the same command again.'],
      details: { reference, missing },
    })
  }
  const { name, tag } = source
  return { reference, name, ...(tag !== undefined && { tag }), digest, stored, bytes }
}

/** A file that is not what its digest says. */
export function damagedFile({ file, expected, found }: { file: string; expected: string; found: string }): UserError {
  return new UserError('MirrorDigestMismatch', `${file} is not what its digest says.`, {
    reason: `Its digest is ${found}, and ${expected} is expected. It was changed, or only half of it was written.`,
    next: ['Pull again: what is damaged is fetched once more.', 'Where nobody should have changed it, find out who did.'],
    details: { file, expected, found },
  })
}

/** A name in the layout that no other image has, and that a person can read. */
function layoutTag(name: string, tag: string | undefined, digest: string): string {
  const unique = createHash('sha256')
    .update(`${name} ${tag ?? ''} ${digest}`)
    .digest('hex')
    .slice(0, 12)
  return `${name.replaceAll('/', '-')}-${tag ?? 'digest'}`.replaceAll(/[^\w.-]/g, '-').slice(0, 100) + `-${unique}`
}

/** Numbers of what became of things. */
export function countOf(all: readonly Fetched[]): Record<Fetched, number> {
  const of = (which: Fetched): number => all.filter((each) => each === which).length
  return { there: of('there'), fetched: of('fetched'), mended: of('mended') }
}
