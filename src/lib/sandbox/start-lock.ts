import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { isSystemError, UserError } from '../core/errors.js'
import type { SandboxPorts } from './supervised.js'

/** After this long without a sign of life the holder is taken for dead. It gives one every second. */
const STALE_MS = 5000
const WAIT_MS = 120_000

/**
 * Runs `work` while no other process starts or stops this sandbox. A holder that was killed delays the next one by a few seconds.
 * @throws `SandboxFailed` when another process holds the lock for two minutes.
 */
export async function withStartLock<T>(
  ports: Pick<SandboxPorts, 'clock' | 'signal'>,
  lockFolder: string,
  work: () => Promise<T>,
): Promise<T> {
  const { lock } = (await import('proper-lockfile')).default
  await mkdir(path.dirname(lockFolder), { recursive: true })
  const deadline = ports.clock.now().getTime() + WAIT_MS
  let release: (() => Promise<void>) | undefined
  while (!release) {
    try {
      release = await lock(lockFolder, {
        lockfilePath: lockFolder,
        realpath: false,
        stale: STALE_MS,
        update: 1000,
        onCompromised: () => undefined,
      })
    } catch (error) {
      if (!isSystemError(error, 'ELOCKED')) throw error
      if (ports.clock.now().getTime() > deadline) {
        throw new UserError('SandboxFailed', 'Another process has been starting or stopping the local AWS for two minutes.', {
          next: ['platform sandbox logs'],
        })
      }
      await ports.clock.sleep(50, ports.signal)
    }
  }
  try {
    return await work()
  } finally {
    // The folder may be gone, or the lock taken over while this machine slept.
    await release().catch(() => undefined)
  }
}
