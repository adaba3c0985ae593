import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { InterruptWatch } from '../../../src/lib/cli/interrupts.js'
import type { UserError } from '../../../src/lib/core/errors.js'

function setup() {
  const source = new EventEmitter()
  const ended: UserError[] = []
  let first = 0
  const watch = new InterruptWatch({ source, onFirst: () => (first += 1), end: (error) => ended.push(error) })
  return { source, ended, watch, first: () => first }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('InterruptWatch', () => {
  test.each(['SIGINT', 'SIGTERM'])('the first %s asks for a clean stop, once', (signal) => {
    const { source, watch, first, ended } = setup()
    expect(watch.signal.aborted).toBe(false)
    source.emit(signal)
    expect(watch.signal.reason).toMatchObject({ code: 'Interrupted' })
    expect(first()).toBe(1)
    expect(ended).toEqual([])
  })

  test('the second one runs the listeners and then ends', async () => {
    const { source, watch, ended } = setup()
    const order: string[] = []
    watch.onForce(async () => {
      await Promise.resolve()
      order.push('killed')
    })
    source.emit('SIGINT')
    source.emit('SIGTERM')
    await vi.advanceTimersByTimeAsync(0)
    expect(order).toEqual(['killed'])
    expect(ended).toMatchObject([{ code: 'Interrupted', exitCode: 130 }])
  })

  test('a listener that hangs or fails does not keep the process', async () => {
    const { source, watch, ended } = setup()
    watch.onForce(async () => new Promise(() => undefined))
    watch.onForce(() => {
      throw new Error('no')
    })
    source.emit('SIGINT')
    source.emit('SIGINT')
    await vi.advanceTimersByTimeAsync(1999)
    expect(ended).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(ended).toHaveLength(1)
  })

  test('a third signal ends nothing twice, and a removed listener does not run', async () => {
    const { source, watch, ended } = setup()
    const listener = vi.fn()
    watch.onForce(listener)()
    for (let count = 0; count < 4; count += 1) source.emit('SIGINT')
    await vi.advanceTimersByTimeAsync(3000)
    expect(listener).not.toHaveBeenCalled()
    expect(ended).toHaveLength(1)
  })

  test('a limit aborts with TimedOut; a disposed watch does nothing any more', async () => {
    const { watch } = setup()
    watch.limit(90_000)
    await vi.advanceTimersByTimeAsync(89_999)
    expect(watch.signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(watch.signal.reason).toMatchObject({ code: 'TimedOut', details: { timeoutMs: 90_000 } })

    const other = setup()
    other.watch.limit(1000)
    other.watch.dispose()
    other.source.emit('SIGINT')
    await vi.advanceTimersByTimeAsync(2000)
    expect(other.watch.signal.aborted).toBe(false)
  })
})
