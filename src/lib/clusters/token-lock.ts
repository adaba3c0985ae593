import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { isSystemError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'

/** A token is signed in far less, also with a role or single sign-on in between. */
const STALE_MS = 10_000
const LONGEST_WAIT_MS = 2000
const LOOK_AGAIN_MS = 40

/**
 * Lets one of many kubectl that start at once sign, and the others take what it has put into the cache. Nobody waits long: a lock
 * that stays, or that cannot be made, is passed by.
 * @param ready asked while waiting
 */
export async function signOnce<T>(
  { clock, signal }: Pick<Ports, 'clock' | 'signal'>,
  lockFile: string,
  ready: () => T | undefined,
  sign: () => Promise<T>,
): Promise<T> {
  let held = take(lockFile)
  for (let waited = 0; held === 'taken' && waited < LONGEST_WAIT_MS; waited += LOOK_AGAIN_MS) {
    await clock.sleep(LOOK_AGAIN_MS, signal)
    const found = ready()
    if (found !== undefined) return found
    held = take(lockFile)
  }
  try {
    return ready() ?? (await sign())
  } finally {
    if (held === 'ours') rmSync(lockFile, { force: true })
  }
}

function take(lockFile: string): 'ours' | 'taken' | 'impossible' {
  try {
    mkdirSync(path.dirname(lockFile), { recursive: true, mode: 0o700 })
    closeSync(openSync(lockFile, 'wx', 0o600))
    return 'ours'
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) return 'impossible'
    removeStale(lockFile)
    return 'taken'
  }
}

function removeStale(lockFile: string): void {
  try {
    if (Date.now() - statSync(lockFile).mtimeMs > STALE_MS) rmSync(lockFile, { force: true, recursive: true })
  } catch {
    // It is gone by now.
  }
}
