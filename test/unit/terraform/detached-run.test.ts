import { describe, expect, test } from 'vitest'
import { followTerraform, type FollowPorts } from '../../../src/lib/terraform/detached-run.js'
import { fakeClock } from '../../helpers/fake-clock.js'

/** Follows a Terraform that does not listen, and ends only when it is killed, or after ten minutes of its own. */
async function followDeaf(options: { graceMs?: number }) {
  const stop = new AbortController()
  const sent: Array<{ name: string; group: boolean; afterMs: number }> = []
  const clock = fakeClock()
  const start = clock.now().getTime()
  const after = (): number => clock.now().getTime() - start
  let alive = true
  const ports = {
    signal: stop.signal,
    interrupts: { onForce: () => () => undefined },
    clock,
    processes: {
      isAlive: async () => alive && after() < 600_000,
      signal: async (_target: unknown, name: string, { group }: { group: boolean }) => {
        sent.push({ name, group, afterMs: after() })
        if (name === 'SIGKILL') alive = false
      },
    },
  } as unknown as FollowPorts
  stop.abort()
  const ended = await followTerraform(
    ports,
    { pid: 7, startedAt: 'then' },
    { messagesFile: '/nowhere', onMessage: () => undefined, ...options },
  )
  return { ended, sent, tookMs: after() }
}

describe('a Terraform that does not listen when it is asked to stop', () => {
  test('is killed with its group after the grace that it has', async () => {
    const { ended, sent } = await followDeaf({ graceMs: 30_000 })
    expect(ended).toEqual({ exitCode: null, stopped: true })
    expect(sent).toMatchObject([
      { name: 'SIGINT', group: false, afterMs: 0 },
      { name: 'SIGKILL', group: true },
    ])
    expect(sent[1]?.afterMs).toBeGreaterThanOrEqual(30_000)
    expect(sent[1]?.afterMs).toBeLessThan(31_000)
  })

  test('is waited for when it has no limit, because its state would be lost', async () => {
    const { sent, tookMs } = await followDeaf({})
    expect(sent.map(({ name }) => name)).toEqual(['SIGINT'])
    expect(tookMs).toBeGreaterThanOrEqual(600_000)
  })
})
