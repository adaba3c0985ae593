/** How long pending input is read. What waits in the kernel arrives at once; a paste takes a few reads. */
const READ_MS = 50

const CTRL_C = '\u0003'

/** The part of `process.stdin` that is used here. */
export type InputStream = NodeJS.ReadableStream & { isTTY?: boolean; isRaw?: boolean; setRawMode?: (raw: boolean) => unknown }

/**
 * Drops what was typed before anybody asked: kept by the terminal, it would answer a question that its author has not seen.
 * @returns whether Ctrl-C was among it, which raw mode delivers as a character and not as a signal.
 */
export async function discardPendingInput(stdin: InputStream): Promise<{ interrupted: boolean }> {
  if (stdin.isTTY !== true || stdin.setRawMode === undefined) return { interrupted: false }
  const wasRaw = stdin.isRaw === true
  let interrupted = false
  const drop = (chunk: Buffer | string): void => {
    if (chunk.toString().includes(CTRL_C)) interrupted = true
  }
  const ignore = (): void => undefined
  try {
    // Without raw mode the terminal keeps a line back until Enter ends it.
    stdin.setRawMode(true)
    stdin.on('error', ignore)
    stdin.on('data', drop)
    stdin.resume()
    await new Promise((resolve) => setTimeout(resolve, READ_MS))
    stdin.pause()
    stdin.off('data', drop)
    stdin.setRawMode(wasRaw)
  } catch {
    // A terminal that was taken away in the meantime: the question itself tells what is wrong.
  } finally {
    stdin.off('data', drop)
    stdin.off('error', ignore)
  }
  return { interrupted }
}
