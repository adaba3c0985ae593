import { readLock, updateLock } from '../templates/lock-file.js'
import type { ToolLock } from '../tools/tool-spec.js'

/** The digests of downloads that `platform.lock.json` of this repository remembers. */
export async function toolLockOf(directory: string): Promise<ToolLock> {
  const { tools } = await readLock(directory)
  return {
    known: tools as ToolLock['known'],
    pin: async (key, pin) => {
      await updateLock(directory, (lock) => {
        lock.tools[key] = { ...pin }
      })
    },
  }
}
