import type { IncomingMessage } from 'node:http'
import type { Answer } from './answer.js'
import type { Call } from './call.js'

/** Sees one call pass by. */
export interface CallTape {
  /** Whether the bodies are wanted. */
  readonly wantsRequest: boolean
  request(chunk: Buffer): void
  answerHead(status: number, rawHeaders: readonly string[]): void
  answer(chunk: Buffer): void
  /** The answer was sent, or the connection was cut. */
  end(): void
}

/** Who keeps a record of the calls. */
export interface CallRecorder {
  /** @returns undefined for a call that is not recorded. */
  begin(call: Call, request: IncomingMessage): CallTape | undefined
}

export const recordsNothing: CallRecorder = { begin: () => undefined }

/** An answer that was made or read as a whole. */
export function tapeAnswer(tape: CallTape | undefined, { body, rawHeaders, status }: Answer): void {
  tape?.answerHead(status, rawHeaders)
  tape?.answer(body)
}
