import { createHash } from 'node:crypto'
import path from 'node:path'
import { batchesOf } from './log-batches.js'
import { endOf, readOn } from './log-family.js'
import type { LogStore } from './log-store.js'
import { isLogType, logGroupOf, LOGS, timeOfLine, type LogType } from './log-types.js'
import { newShippingState, readShippingState, writeShippingState, type ShippingState } from './shipping-state.js'

export interface ClusterLogs {
  cluster: string
  region: string
  /** Which are switched on; undefined: those of the last time. */
  enabled: readonly LogType[] | undefined
  folder: string
  stateFile: string
}

/** Brings what a control plane wrote since the last time into its log group. A log that is switched on later begins then. */
export async function shipLogs(logs: ClusterLogs, store: LogStore, now: () => Date): Promise<void> {
  const known = await readShippingState(logs.stateFile)
  const state = known ?? newShippingState(logs.region)
  const enabled = logs.enabled ?? Object.keys(state.types).filter(isLogType)
  const isNew = (type: LogType): boolean => state.types[type] === undefined
  if (enabled.some(isNew) || Object.keys(state.types).length !== enabled.length) {
    const entries = enabled.map(async (type) => [type, state.types[type] ?? (await beginning(logs, type, known === undefined))] as const)
    state.types = Object.fromEntries(await Promise.all(entries))
    await writeShippingState(logs.stateFile, state)
  }
  for (const type of enabled) await shipOne(logs, type, state, store, now)
}

/** A cluster that is new is told from its beginning. */
async function beginning({ folder }: ClusterLogs, type: LogType, isFirst: boolean): Promise<ShippingState['types'][string]> {
  const end = isFirst ? undefined : await endOf(path.join(folder, LOGS[type].file))
  return end ? { cursor: end } : {}
}

async function shipOne(logs: ClusterLogs, type: LogType, state: ShippingState, store: LogStore, now: () => Date): Promise<void> {
  const group = logGroupOf(logs.cluster)
  const stream = `${LOGS[type].stream}-${state.hash}`
  const shipped = (state.types[type] ??= {})
  if (shipped.sending) {
    // The last time ended between sending and noting it.
    const arrived = digest((await store.last(state.region, group, stream)) ?? '') === shipped.sending.last
    if (arrived) shipped.cursor = shipped.sending.next
    delete shipped.sending
  }
  for (;;) {
    const { lines, next } = await readOn(path.join(logs.folder, LOGS[type].file), shipped.cursor)
    if (next && lines.length === 0) shipped.cursor = next
    if (!next || lines.length === 0) return
    const events = lines.filter((line) => line !== '').map((message) => ({ message, timestamp: timeOfLine(message, now()) }))
    const batches = batchesOf(events, now())
    const last = batches.at(-1)?.at(-1)?.message
    if (last !== undefined) {
      shipped.sending = { next, last: digest(last) }
      await writeShippingState(logs.stateFile, state)
      for (const batch of batches) await store.put(state.region, group, stream, batch)
    }
    delete shipped.sending
    shipped.cursor = next
    await writeShippingState(logs.stateFile, state)
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
