export interface LogEvent {
  timestamp: number
  message: string
}

/** Limits of PutLogEvents: bytes with 26 for each event, number, and hours between the first and the last; and the age of events. */
const MAX_BYTES = 1_000_000
const MAX_EVENTS = 10_000
const MAX_SPAN_MS = 23 * 3_600_000
const MAX_AGE_MS = 13 * 86_400_000
const MAX_MESSAGE = 250_000

/** Lines as PutLogEvents takes them: batches, each in the order of time. */
export function batchesOf(events: readonly LogEvent[], now: Date): LogEvent[][] {
  const oldest = now.getTime() - MAX_AGE_MS
  const sorted = events
    .map(({ message, timestamp }) => ({ message: message.slice(0, MAX_MESSAGE), timestamp: Math.max(oldest, timestamp) }))
    .toSorted((a, b) => a.timestamp - b.timestamp)
  const batches: LogEvent[][] = []
  let bytes = 0
  for (const event of sorted) {
    const size = Buffer.byteLength(event.message) + 26
    const batch = batches.at(-1)
    const first = batch?.[0]?.timestamp ?? event.timestamp
    if (!batch || bytes + size > MAX_BYTES || batch.length >= MAX_EVENTS || event.timestamp - first > MAX_SPAN_MS) {
      batches.push([event])
      bytes = size
    } else {
      batch.push(event)
      bytes += size
    }
  }
  return batches
}
