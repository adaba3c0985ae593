import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isSystemError } from '../core/errors.js'
import type { Manifest } from './images.js'

/** Largest manifest that registries take, and so that is read. */
const MAX_MANIFEST = 8 * 1024 * 1024

/** What was found of an image in an OCI image layout. */
export interface LayoutCheck {
  /** Files whose content is not what their name says, or half of it. */
  damaged: Array<{ file: string; expected: string; found: string }>
  /** Digests of what is not there. */
  missing: string[]
  /** Size of all its files together. */
  bytes: number
}

/**
 * Reads every file of an image and compares it with its digest, without asking anybody.
 * @param known digests that were found right before: images share files
 */
export async function checkLayout(folder: string, digest: string, known: Map<string, number> = new Map()): Promise<LayoutCheck> {
  const check: LayoutCheck = { damaged: [], missing: [], bytes: 0 }
  await checkManifest(folder, digest, { check, known, seen: new Set() })
  return check
}

interface Walk {
  check: LayoutCheck
  known: Map<string, number>
  seen: Set<string>
}

async function checkManifest(folder: string, digest: string, walk: Walk): Promise<void> {
  if (!(await checkBlob(folder, digest, walk))) return
  const file = blobFile(folder, digest)
  if ((await stat(file)).size > MAX_MANIFEST) return
  const { manifests = [], config, layers = [] } = JSON.parse(await readFile(file, 'utf8')) as Manifest
  for (const { digest: inner } of manifests) await checkManifest(folder, inner, walk)
  for (const { digest: inner } of [...(config ? [config] : []), ...layers]) await checkBlob(folder, inner, walk)
}

async function checkBlob(folder: string, digest: string, { check, known, seen }: Walk): Promise<boolean> {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    check.missing.push(digest)
    return false
  }
  const file = blobFile(folder, digest)
  const knownSize = known.get(digest)
  const found = knownSize === undefined ? await digestOfFile(file) : { digest, bytes: knownSize }
  if (!found) {
    check.missing.push(digest)
    return false
  }
  if (found.digest !== digest) {
    check.damaged.push({ file, expected: digest, found: found.digest })
    return false
  }
  known.set(digest, found.bytes)
  if (!seen.has(digest)) check.bytes += found.bytes
  seen.add(digest)
  return true
}

/** SHA-256 and size of a file. @returns undefined when there is none */
export async function digestOfFile(file: string): Promise<{ digest: string; bytes: number } | undefined> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    await pipeline(createReadStream(file), async function (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        bytes += chunk.length
        hash.update(chunk)
      }
    })
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined
    throw error
  }
  return { digest: `sha256:${hash.digest('hex')}`, bytes }
}

/** Takes away what a killed copy left behind: files that are not yet named by their digest. */
export async function sweepLayout(folder: string): Promise<number> {
  const blobs = path.join(folder, 'blobs', 'sha256')
  const names = await readdir(blobs).catch(() => [])
  const left = names.filter((name) => !/^[0-9a-f]{64}$/.test(name))
  for (const name of left) await rm(path.join(blobs, name), { recursive: true, force: true })
  return left.length
}

/** @param digest `sha256:…` */
export function blobFile(folder: string, digest: string): string {
  return path.join(folder, 'blobs', ...digest.split(':'))
}
