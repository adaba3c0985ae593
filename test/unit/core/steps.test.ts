import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/lib/core/errors.js'
import type { ReportEvent } from '../../../src/lib/core/report.js'
import { runSteps, throwIfAborted, type Step } from '../../../src/lib/core/steps.js'
import { fakeClock } from '../../helpers/fake-clock.js'

function setup() {
  const events: ReportEvent[] = []
  const controller = new AbortController()
  const clock = fakeClock()
  return {
    events,
    controller,
    clock,
    ports: { report: { emit: (event: ReportEvent) => events.push(event) }, clock, signal: controller.signal },
  }
}

/** A step that counts its work in `world`, as a real one does in AWS. */
function fileStep(world: Set<string>, name: string): Step {
  return {
    id: name,
    title: `Write ${name}`,
    isDone: async () => (world.has(name) ? `${name} is there` : false),
    run: async () => {
      world.add(name)
    },
    verify: async () => {
      if (!world.has(name)) throw new UserError('VerifyFailed', 'gone')
    },
  }
}

describe('runSteps', () => {
  test('a second run says unchanged and changes nothing', async () => {
    const world = new Set<string>()
    const steps = ['a', 'b'].map((name) => fileStep(world, name))
    const first = await runSteps(setup().ports, 'Test', steps)
    expect(first.changed).toBe(true)
    expect(first.results.map(({ outcome }) => outcome)).toEqual(['done', 'done'])

    const second = await runSteps(setup().ports, 'Test', steps)
    expect(second.changed).toBe(false)
    expect(second.results.map(({ outcome, detail }) => [outcome, detail])).toEqual([
      ['unchanged', 'a is there'],
      ['unchanged', 'b is there'],
    ])
  })

  test('a run that was cut short is finished by a second one', async () => {
    const world = new Set<string>()
    const broken: Step = { id: 'b', title: 'b', run: async () => Promise.reject(new Error('cut')) }
    await expect(runSteps(setup().ports, 'Test', [fileStep(world, 'a'), broken])).rejects.toThrow('cut')
    const { results } = await runSteps(setup().ports, 'Test', [fileStep(world, 'a'), fileStep(world, 'b')])
    expect(results.map(({ outcome }) => outcome)).toEqual(['unchanged', 'done'])
  })

  test('reports every step with its time, outcome and progress', async () => {
    const { ports, events, clock } = setup()
    await runSteps(ports, 'Test', [
      {
        id: 'slow',
        title: 'Slow',
        run: async (control) => {
          control.progress('half', { done: 1, total: 2 })
          await clock.sleep(1500)
          return { outcome: 'done', detail: 'two things' }
        },
      },
    ])
    expect(events).toEqual([
      { type: 'steps-declared', title: 'Test', steps: [{ id: 'slow', title: 'Slow' }] },
      { type: 'step-started', id: 'slow', title: 'Slow' },
      { type: 'step-progress', id: 'slow', detail: 'half', done: 1, total: 2 },
      { type: 'step-finished', id: 'slow', title: 'Slow', outcome: 'done', durationMs: 1500, detail: 'two things' },
      { type: 'steps-ended' },
    ])
  })

  test('a failure is reported, ends the list and keeps later steps from running', async () => {
    const { ports, events } = setup()
    let ran = false
    const failing: Step = { id: 'a', title: 'A', run: async () => Promise.reject(new UserError('ApplyFailed', 'no')) }
    const later: Step = {
      id: 'b',
      title: 'B',
      run: async () => {
        ran = true
      },
    }
    await expect(runSteps(ports, 'Test', [failing, later])).rejects.toMatchObject({ code: 'ApplyFailed' })
    expect(ran).toBe(false)
    expect(events.map(({ type }) => type)).toEqual(['steps-declared', 'step-started', 'step-failed', 'steps-ended'])
  })

  test.each([
    ['an interrupt', new UserError('Interrupted', 'x'), false, true],
    ['the time limit', new UserError('TimedOut', 'x'), false, true],
    ['a failure', new UserError('ApplyFailed', 'x'), false, undefined],
    ['a failure beside an interrupt', new UserError('ApplyFailed', 'x'), true, undefined],
    ['what an interrupt broke', new Error('socket hang up'), true, true],
  ])('%s: stopped or failed', async (_what, error, abort, stopped) => {
    const { ports, controller, events } = setup()
    const step: Step = {
      id: 'a',
      title: 'A',
      run: async () => {
        if (abort) controller.abort()
        throw error
      },
    }
    await expect(runSteps(ports, 'Test', [step])).rejects.toBe(error)
    const failed = events.find((event) => event.type === 'step-failed')
    expect(failed?.stopped).toBe(stopped)
  })

  test('a step that did not reach what it promised fails', async () => {
    const step: Step = {
      id: 'a',
      title: 'A',
      run: async () => undefined,
      verify: async () => Promise.reject(new UserError('VerifyFailed', 'not there')),
    }
    await expect(runSteps(setup().ports, 'Test', [step])).rejects.toMatchObject({ code: 'VerifyFailed' })
  })

  test('an interrupt between two steps ends the run before the second', async () => {
    const { ports, controller, events } = setup()
    const world = new Set<string>()
    const interrupting: Step = { id: 'a', title: 'A', run: async () => controller.abort() }
    await expect(runSteps(ports, 'Test', [interrupting, fileStep(world, 'b')])).rejects.toMatchObject({ code: 'Interrupted' })
    expect(world.size).toBe(0)
    expect(events.at(-1)).toEqual({ type: 'steps-ended' })
  })
})

test('throwIfAborted throws the reason of the signal', () => {
  const controller = new AbortController()
  expect(() => throwIfAborted(controller.signal)).not.toThrow()
  controller.abort(new UserError('TimedOut', 'late'))
  expect(() => throwIfAborted(controller.signal)).toThrow(expect.objectContaining({ code: 'TimedOut' }) as Error)
})
