import path from 'node:path'
import { UserError } from '../core/errors.js'
import { checkLayout, digestOfFile } from '../registry/layout.js'
import { type MirrorRecord, mirrorPlaces, readMirror } from './folder.js'
import { damagedFile } from './pull-images.js'

/**
 * Compares everything that mirror.json names with its digest, without asking anybody.
 * @throws `MirrorInvalid`, `MirrorIncomplete`, `MirrorDigestMismatch`
 */
export async function verifyMirror(
  folder: string,
  progress: (detail: string, count: { done: number; total: number }) => void,
): Promise<MirrorRecord> {
  const record = await openMirror(folder)
  const total = record.charts.length + record.images.length
  let done = 0
  for (const { file, digest } of record.charts) {
    progress(file, { done, total })
    const found = await digestOfFile(path.join(folder, file))
    if (!found) throw incomplete(folder, [file])
    if (found.digest !== digest) throw damagedFile({ file: path.join(folder, file), expected: digest, found: found.digest })
    done += 1
  }
  const known = new Map<string, number>()
  for (const { reference, stored } of record.images) {
    progress(reference, { done, total })
    const { damaged, missing } = await checkLayout(mirrorPlaces(folder).images, stored, known)
    const [wrong] = damaged
    if (wrong) throw damagedFile(wrong)
    if (missing.length > 0) throw incomplete(folder, missing)
    done += 1
  }
  return record
}

/** What a folder holds. @throws `MirrorInvalid`, `MirrorIncomplete` */
export async function openMirror(folder: string): Promise<MirrorRecord> {
  const record = await readMirror(folder)
  if (!record) {
    throw new UserError('MirrorInvalid', `${folder} has no mirror.json.`, {
      next: [`platform mirror pull --to ${folder}`],
      details: { folder },
    })
  }
  if (!record.complete) throw incomplete(folder, [])
  return record
}

function incomplete(folder: string, missing: readonly string[]): UserError {
  return new UserError('MirrorIncomplete', `${folder} is not complete.`, {
    reason: missing.length > 0 ? `Missing: ${missing.slice(0, 5).join(', ')}` : 'The pull into it did not come to its end.',
    next: ['Run "platform mirror pull" with this folder again: it fetches what is missing.'],
    details: { folder, missing },
  })
}
