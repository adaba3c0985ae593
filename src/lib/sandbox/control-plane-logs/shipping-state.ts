import { randomBytes } from 'node:crypto'
import * as z from 'zod/mini'
import { toJsonText, writeFileAtomic } from '../../core/files.js'
import { readJsonRecord } from '../json-record.js'

const cursor = z.object({ file: z.string(), offset: z.int() })
const schema = z.object({
  schemaVersion: z.literal(1),
  /** End of the names of the streams. */
  hash: z.string(),
  region: z.string(),
  /** Of the types of log that are switched on: up to where each was delivered. */
  types: z.record(
    z.string(),
    z.object({
      cursor: z.optional(cursor),
      /** What was being sent: if its last line is in the stream, it arrived. */
      sending: z.optional(z.object({ next: cursor, last: z.string() })),
    }),
  ),
})

export type ShippingState = z.output<typeof schema>

export async function readShippingState(file: string): Promise<ShippingState | undefined> {
  return readJsonRecord(file, schema)
}

export async function writeShippingState(file: string, state: ShippingState): Promise<void> {
  await writeFileAtomic(file, toJsonText(state), { mode: 0o600 })
}

export function newShippingState(region: string): ShippingState {
  return { schemaVersion: 1, hash: randomBytes(16).toString('hex'), region, types: {} }
}
