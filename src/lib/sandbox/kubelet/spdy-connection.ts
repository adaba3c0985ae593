import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib'
import { spdyDictionary } from './spdy-dictionary.js'
import { controlFrame, dataFrame, FIN, FrameReader, frameTypes, readHeaders, uint32, type Frame } from './spdy-frames.js'

/** One of the streams of a connection. `data` with each piece, `end` when the other side has said all. */
export class SpdyStream extends EventEmitter<{ data: [Buffer]; end: [] }> {
  readonly headers: ReadonlyMap<string, string>
  readonly #send: (payload: Buffer, flags: number) => void

  constructor(headers: ReadonlyMap<string, string>, send: (payload: Buffer, flags: number) => void) {
    super()
    this.headers = headers
    this.#send = send
  }

  write(text: string | Buffer): void {
    const payload = Buffer.from(text)
    if (payload.length > 0) this.#send(payload, 0)
  }

  end(): void {
    this.#send(Buffer.alloc(0), FIN)
  }
}

/** The server's side of a SPDY/3.1 connection: `stream` with each one that the client opens, `error` when it is not SPDY. */
export class SpdyConnection extends EventEmitter<{ stream: [SpdyStream]; error: [Error] }> {
  readonly #socket: Duplex
  readonly #streams = new Map<number, SpdyStream>()
  readonly #inflate: Inflate = createInflate({ dictionary: spdyDictionary, finishFlush: constants.Z_SYNC_FLUSH })
  readonly #deflate: Deflate = createDeflate({ dictionary: spdyDictionary, flush: constants.Z_SYNC_FLUSH })
  /** Headers are one stream of compressed bytes for the whole connection, so frames are handled one after the other. */
  #turn: Promise<void> = Promise.resolve()
  #last = 0

  constructor(socket: Duplex, head: Buffer) {
    super()
    this.#socket = socket
    const reader = new FrameReader()
    const take = (chunk: Buffer): void => {
      this.#turn = this.#turn
        .then(async () => {
          for (const frame of reader.push(chunk)) await this.#handle(frame)
        })
        .catch((error: unknown) => {
          socket.destroy()
          this.emit('error', error instanceof Error ? error : new Error(String(error)))
        })
    }
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      for (const stream of this.#streams.values()) stream.emit('end')
    })
    if (head.length > 0) take(head)
    socket.on('data', take)
  }

  /** Says that there is no more, and hangs up. */
  close(): void {
    if (this.#socket.destroyed) return
    this.#socket.end(controlFrame(frameTypes.goAway, uint32(this.#last, 0)))
  }

  async #handle(frame: Frame): Promise<void> {
    if (frame.kind === 'data') {
      const stream = this.#streams.get(frame.stream)
      if (frame.payload.length > 0) stream?.emit('data', frame.payload)
      if (frame.flags & FIN) stream?.emit('end')
      return
    }
    if (frame.type === frameTypes.ping) this.#write(controlFrame(frameTypes.ping, frame.payload))
    if (frame.type === frameTypes.rstStream) this.#streams.get(frame.payload.readUInt32BE(0))?.emit('end')
    // Not used by Kubernetes, but part of the compressed bytes.
    if (frame.type === frameTypes.headers) await pass(this.#inflate, frame.payload.subarray(4))
    if (frame.type === frameTypes.synStream) await this.#open(frame.payload, frame.flags)
  }

  async #open(payload: Buffer, flags: number): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7f_ff_ff_ff
    const headers = readHeaders(await pass(this.#inflate, payload.subarray(10)))
    this.#last = id
    const noHeaders = await pass(this.#deflate, uint32(0))
    this.#write(controlFrame(frameTypes.synReply, Buffer.concat([uint32(id), noHeaders])))
    const stream = new SpdyStream(headers, (data, fin) => this.#write(dataFrame(id, data, fin)))
    this.#streams.set(id, stream)
    this.emit('stream', stream)
    if (flags & FIN) stream.emit('end')
  }

  #write(bytes: Buffer): void {
    if (!this.#socket.destroyed && !this.#socket.writableEnded) this.#socket.write(bytes)
  }
}

/** What a compressor makes of some bytes, all of it. */
async function pass(engine: Inflate | Deflate, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    const onData = (part: Buffer): void => void parts.push(part)
    engine.on('data', onData)
    engine.once('error', reject)
    engine.write(bytes)
    engine.flush(constants.Z_SYNC_FLUSH, () => {
      engine.off('data', onData)
      engine.off('error', reject)
      resolve(Buffer.concat(parts))
    })
  })
}
