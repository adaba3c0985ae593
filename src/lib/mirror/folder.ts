import path from 'node:path'
import * as z from 'zod'
import { messageOf, UserError } from '../core/errors.js'
import { readTextIfExists, toJsonText, writeFileAtomic } from '../core/files.js'

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)

const chartSchema = z.strictObject({
  addon: z.string(),
  chart: z.string(),
  version: z.string(),
  repository: z.string(),
  digest,
  bytes: z.int(),
  /** Below the folder. */
  file: z.string().regex(/^charts\/[\w.+-]+\.tgz$/),
})

const imageSchema = z.strictObject({
  /** As charts name it. */
  reference: z.string(),
  /** Its name without a registry: so a mirror calls it. */
  name: z.string(),
  tag: z.string().optional(),
  /** As its publisher has it. */
  digest,
  /** As it lies in the folder: another one where platforms were left out. */
  stored: digest,
  bytes: z.int(),
})

const recordSchema = z.strictObject({
  apiVersion: z.literal('platform/v1alpha1'),
  kind: z.literal('Mirror'),
  /** Name of the platform that it was pulled for. */
  platform: z.string(),
  /** Kinds of machines. Absent: all. */
  platforms: z.array(z.string()).optional(),
  /** Whether the last pull came to its end. */
  complete: z.boolean(),
  charts: z.array(chartSchema),
  images: z.array(imageSchema),
})

export type MirrorRecord = z.output<typeof recordSchema>
export type MirroredChart = MirrorRecord['charts'][number]
export type MirroredImage = MirrorRecord['images'][number]

const RECORD = 'mirror.json'

/** Where things lie in the folder of a mirror. */
export function mirrorPlaces(folder: string) {
  return {
    record: path.join(folder, RECORD),
    charts: path.join(folder, 'charts'),
    /** An OCI image layout. */
    images: path.join(folder, 'images'),
    /** What is not yet complete. */
    work: path.join(folder, '.partial'),
  }
}

/** @returns undefined in a folder that nothing was pulled into @throws `MirrorInvalid` */
export async function readMirror(folder: string): Promise<MirrorRecord | undefined> {
  const file = mirrorPlaces(folder).record
  const text = await readTextIfExists(file)
  if (text === undefined) return undefined
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new UserError('MirrorInvalid', `${file} is not what "mirror pull" writes.`, {
      reason: error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error),
      next: ['Pull again into an empty folder.'],
      details: { file },
    })
  }
}

/** Sorted, so that two pulls of the same things write the same text. */
export async function writeMirror(folder: string, record: MirrorRecord): Promise<void> {
  const charts = [...record.charts].sort((one, other) => compare(one.file, other.file))
  const images = [...record.images].sort((one, other) => compare(one.reference, other.reference))
  await writeFileAtomic(mirrorPlaces(folder).record, toJsonText({ ...record, charts, images }))
}

/** @throws `MirrorOfAnother` for a folder of another platform, or for other kinds of machines */
export function assertSameMirror(
  record: MirrorRecord,
  folder: string,
  wish: { platform: string; platforms?: readonly string[] | undefined },
): void {
  const next = ['Choose another folder with --to, or pull as this folder was pulled.']
  if (record.platform !== wish.platform) {
    throw new UserError('MirrorOfAnother', `${folder} is the mirror of platform ${record.platform}, not of ${wish.platform}.`, {
      next,
      details: { folder, found: record.platform, wanted: wish.platform },
    })
  }
  const found = listOf(record.platforms)
  const wanted = listOf(wish.platforms)
  if (found === wanted) return
  throw new UserError('MirrorOfAnother', `${folder} holds images for ${found}, and ${wanted} were asked for.`, {
    next,
    details: { folder, found, wanted },
  })
}

function listOf(platforms: readonly string[] | undefined): string {
  return platforms === undefined ? 'all platforms' : [...platforms].sort().join(', ')
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
