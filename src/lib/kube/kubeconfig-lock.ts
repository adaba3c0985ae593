import { open, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { isSystemError, UserError } from '../core/errors.js'
import { makeFolder } from '../core/files.js'
import type { Ports } from '../core/ports.js'

const LONGEST_WAIT_MS = 5000
const LOOK_AGAIN_MS = 100

/**
 * Holds the locks of kubeconfigs during `work`: `<file>.lock`, as kubectl does it. Like kubectl, it takes nobody's lock away.
 * @throws `KubeconfigLocked`
 */
export async function withKubeconfigLocks<T>(
  ports: Pick<Ports, 'clock' | 'signal'>,
  files: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const held: string[] = []
  try {
    // In one order, so that two of us never wait for each other.
    for (const file of files.toSorted()) held.push(await take(ports, `${file}.lock`))
    return await work()
  } finally {
    for (const lock of held) await rm(lock, { force: true })
  }
}

async function take({ clock, signal }: Pick<Ports, 'clock' | 'signal'>, lock: string): Promise<string> {
  await makeFolder(path.dirname(lock))
  for (let waited = 0; ; waited += LOOK_AGAIN_MS) {
    try {
      await (await open(lock, 'wx', 0o600)).close()
      return lock
    } catch (error) {
      if (!isSystemError(error, 'EEXIST')) throw error
    }
    if (waited >= LONGEST_WAIT_MS) throw await locked(lock)
    await clock.sleep(LOOK_AGAIN_MS, signal)
  }
}

async function locked(lock: string): Promise<UserError> {
  const since = await stat(lock).then(
    ({ mtime }) => ` since ${mtime.toISOString()}`,
    () => '',
  )
  return new UserError('KubeconfigLocked', `Another program is changing the kubeconfig: ${lock} is there${since}.`, {
    next: [`When no kubectl or platform is at work, one that was killed has left it: remove ${lock}, then run the command again.`],
    details: { lock },
  })
}
