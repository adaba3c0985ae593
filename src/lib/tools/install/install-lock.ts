import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { lock } from 'proper-lockfile'
import { isSystemError, messageOf, UserError } from '../../core/errors.js'
import { throwIfAborted } from '../../core/steps.js'
import type { Progress } from '../tool-spec.js'
import type { InstallPorts } from './context.js'

/** A holder refreshes its lock every 5 s; one that is silent for this long was killed. */
const STALE_MS = 30_000
const REFRESH_MS = 5000
const LOOK_AGAIN_MS = 500

export interface InstallLockOptions<T> {
  /** Folder for the lock. */
  folder: string
  /** What is installed, for the waiting message. */
  what: string
  progress: Progress
  /** Asked while waiting and after it: somebody else may have done the work. */
  alreadyDone: () => Promise<T | undefined>
}

/**
 * Does `work` while no other process of this user does it.
 * @param work gets ports whose signal also fires when the lock is lost (a laptop that slept).
 */
export async function withInstallLock<T, P extends InstallPorts>(
  ports: P,
  options: InstallLockOptions<T>,
  work: (ports: P) => Promise<T>,
): Promise<T> {
  const lost = new AbortController()
  await mkdir(options.folder, { recursive: true })
  for (;;) {
    throwIfAborted(ports.signal)
    const release = await tryLock(options.folder, options.what, lost)
    const done = await options.alreadyDone()
    if (release === undefined) {
      if (done !== undefined) return done
      options.progress(`waiting: another process is installing ${options.what}`)
      await ports.clock.sleep(LOOK_AGAIN_MS, ports.signal)
      continue
    }
    try {
      return done ?? (await work({ ...ports, signal: AbortSignal.any([ports.signal, lost.signal]) }))
    } finally {
      // A lost lock cannot be given back, and is not ours any more.
      if (!lost.signal.aborted) await release()
    }
  }
}

async function tryLock(folder: string, what: string, lost: AbortController): Promise<(() => Promise<void>) | undefined> {
  try {
    return await lock(folder, {
      lockfilePath: path.join(folder, '.lock'),
      stale: STALE_MS,
      update: REFRESH_MS,
      onCompromised: (error) =>
        lost.abort(
          new UserError('ToolInstallFailed', `Another process took over the installation of ${what}.`, {
            reason: messageOf(error),
            next: ['Run the command again.'],
          }),
        ),
    })
  } catch (error) {
    if (isSystemError(error, 'ELOCKED')) return undefined
    throw error
  }
}
