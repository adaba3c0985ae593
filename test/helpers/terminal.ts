import { PassThrough } from 'node:stream'
import { Screen } from '../../src/lib/ui/screen.js'

/** A stream that keeps what is written to it. */
export class RecordingStream extends PassThrough {
  columns = 100
  rows = 40
  text = ''

  constructor(readonly isTTY: boolean) {
    super()
    this.on('data', (chunk: Buffer) => (this.text += chunk.toString()))
  }
}

/** A screen whose two streams can be read by a test. */
export function recordingScreen(options: { isTTY?: boolean; color?: boolean } = {}) {
  const stdout = new RecordingStream(options.isTTY === true)
  const stderr = new RecordingStream(options.isTTY === true)
  const screen = new Screen({
    stdout: stdout,
    stderr: stderr,
    color: options.color === true,
    env: { TERM: 'xterm' },
  })
  return { stdout, stderr, screen }
}
