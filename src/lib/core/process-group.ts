/** Time between the request to end and the end by force, in ms. */
const GRACE_MS = 2000

/** What is done when this process exits. One listener for all of it: Node warns of more than ten. */
const kills = new Set<() => void>()
let listening = false

function atExit(kill: () => void): void {
  kills.add(kill)
  if (listening) return
  listening = true
  process.once('exit', () => {
    for (const each of kills) each()
  })
}

/**
 * Ends a whole process group when `signal` fires, `timeoutMs` pass or this process exits. Ending the leader alone is not enough:
 * the compilers that a build started would go on, and a grandchild that holds the leader's pipe would keep us waiting.
 * @param pid the group's leader.
 * @returns takes the guard away, and ends what is left of a group that was told to end.
 */
export function guardGroup(pid: number, { signal, timeoutMs }: { signal?: AbortSignal; timeoutMs?: number }): () => void {
  let ending = false
  const send = (name: 'SIGTERM' | 'SIGKILL'): void => {
    try {
      process.kill(-pid, name)
    } catch {
      // The group is gone, which is what was wanted.
    }
  }
  const kill = (): void => send('SIGKILL')
  let force: NodeJS.Timeout | undefined
  const end = (): void => {
    if (ending) return
    ending = true
    send('SIGTERM')
    force = setTimeout(kill, GRACE_MS)
  }
  const limit = timeoutMs === undefined ? undefined : setTimeout(end, timeoutMs)
  atExit(kill)
  if (signal?.aborted) end()
  else signal?.addEventListener('abort', end, { once: true })
  return () => {
    clearTimeout(limit)
    clearTimeout(force)
    kills.delete(kill)
    signal?.removeEventListener('abort', end)
    if (ending) kill()
  }
}
