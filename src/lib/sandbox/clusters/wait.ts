import type { Clock } from '../../core/ports.js'

/**
 * Waits until `check` says yes.
 * @param end rejects when waiting is of no use any more.
 */
export async function waitUntil(
  clock: Clock,
  timeoutMs: number,
  what: string,
  check: () => Promise<boolean>,
  end: Promise<never>,
): Promise<void> {
  const deadline = clock.now().getTime() + timeoutMs
  for (;;) {
    if (await Promise.race([check(), end])) return
    if (clock.now().getTime() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`)
    await clock.sleep(50)
  }
}
