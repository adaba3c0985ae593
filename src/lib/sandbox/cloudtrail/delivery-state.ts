import * as z from 'zod/mini'
import { toJsonText, writeFileAtomic } from '../../core/files.js'
import { readJsonRecord } from '../json-record.js'

const logFile = z.object({
  s3Bucket: z.string(),
  s3Object: z.string(),
  hashValue: z.string(),
  hashAlgorithm: z.literal('SHA-256'),
  newestEventTime: z.string(),
  oldestEventTime: z.string(),
})

const chain = z.object({
  /** When the next digest begins. */
  since: z.string(),
  /** Delivered since then. */
  files: z.array(logFile),
  previous: z.optional(z.object({ bucket: z.string(), key: z.string(), hash: z.string(), signature: z.string() })),
})

const trailState = z.object({
  /** Up to where records were delivered; missing while the trail does not log. */
  position: z.optional(z.object({ day: z.string(), offset: z.int() })),
  /** Digests by region. */
  chains: z.record(z.string(), chain),
  startedAt: z.optional(z.string()),
  deliveredAt: z.optional(z.string()),
  digestedAt: z.optional(z.string()),
  error: z.optional(z.string()),
})

const schema = z.object({
  schemaVersion: z.literal(1),
  /** Regions in which trails were made. */
  regions: z.array(z.string()),
  trails: z.record(z.string(), trailState),
})

export type LogFile = z.output<typeof logFile>
export type DigestChain = z.output<typeof chain>
export type TrailState = z.output<typeof trailState>
export type DeliveryState = z.output<typeof schema>

export async function readDeliveryState(file: string): Promise<DeliveryState> {
  return (await readJsonRecord(file, schema)) ?? { schemaVersion: 1, regions: [], trails: {} }
}

export async function writeDeliveryState(file: string, state: DeliveryState): Promise<void> {
  await writeFileAtomic(file, toJsonText(state), { mode: 0o600 })
}
