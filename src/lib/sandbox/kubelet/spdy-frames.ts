/** The parts of SPDY/3 that Kubernetes uses to send several streams over one connection (draft-mbelshe-httpbis-spdy-00, section 2). */
export const frameTypes = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7, headers: 8 } as const

const HEADER_BYTES = 8
/** Frames of Kubernetes are small: its streams carry text of terminals. */
const MAX_FRAME_BYTES = 1024 * 1024
export const FIN = 1

export type Frame =
  { kind: 'control'; type: number; flags: number; payload: Buffer } | { kind: 'data'; stream: number; flags: number; payload: Buffer }

/** Cuts what comes in into frames. */
export class FrameReader {
  #rest = Buffer.alloc(0)

  /** @throws when a frame is too large. */
  push(chunk: Buffer): Frame[] {
    this.#rest = Buffer.concat([this.#rest, chunk])
    const frames: Frame[] = []
    for (;;) {
      if (this.#rest.length < HEADER_BYTES) return frames
      const [first, second] = [this.#rest.readUInt32BE(0), this.#rest.readUInt32BE(4)]
      const length = second & 0xff_ff_ff
      if (length > MAX_FRAME_BYTES) throw new Error(`A frame of ${length} bytes is too large.`)
      if (this.#rest.length < HEADER_BYTES + length) return frames
      const payload = this.#rest.subarray(HEADER_BYTES, HEADER_BYTES + length)
      const flags = second >>> 24
      const isControl = first >>> 31 === 1
      frames.push(
        isControl
          ? { kind: 'control', type: first & 0xff_ff, flags, payload }
          : { kind: 'data', stream: first & 0x7f_ff_ff_ff, flags, payload },
      )
      this.#rest = this.#rest.subarray(HEADER_BYTES + length)
    }
  }
}

export function controlFrame(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32BE(((0x80_03 << 16) | type) >>> 0, 0)
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

export function dataFrame(stream: number, payload: Buffer, flags = 0): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32BE(stream, 0)
  header.writeUInt32BE(((flags << 24) | payload.length) >>> 0, 4)
  return Buffer.concat([header, payload])
}

/** @param block the decompressed names and values. Names are compared in lower case. */
export function readHeaders(block: Buffer): Map<string, string> {
  const headers = new Map<string, string>()
  let at = 4
  const next = (): string => {
    const length = block.readUInt32BE(at)
    const text = block.toString('utf8', at + 4, at + 4 + length)
    at += 4 + length
    return text
  }
  for (let count = block.readUInt32BE(0); count > 0; count--) {
    const name = next()
    headers.set(name.toLowerCase(), next())
  }
  return headers
}

export function uint32(...values: number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) buffer.writeUInt32BE(value, 4 * index)
  return buffer
}
