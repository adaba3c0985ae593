import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../../src/lib/core/errors.js'
import type { Ports } from '../../../src/lib/core/ports.js'
import type { ReportEvent } from '../../../src/lib/core/report.js'
import { applyFleet } from '../../../src/lib/environments/fleet/apply-fleet.js'
import { concurrencyLimit } from '../../../src/lib/environments/fleet/concurrency.js'
import { driftFleet, driftOfOne } from '../../../src/lib/environments/fleet/drift-fleet.js'
import { writeReport } from '../../../src/lib/environments/fleet/report-file.js'
import { fleetExitCode, fleetResult } from '../../../src/lib/environments/fleet/result.js'
import { type FleetOptions, type Member, type Outcome, runFleet } from '../../../src/lib/environments/fleet/run-fleet.js'
import { WaveConfirmation } from '../../../src/lib/environments/fleet/wave-confirmation.js'
import { inTurn, type RootContext } from '../../../src/lib/roots/context.js'
import type { Root } from '../../../src/lib/roots/root.js'
import { loadProject } from '../../../src/lib/config/load.js'
import { fakeClock } from '../../helpers/fake-clock.js'
import { ENVIRONMENT, repository } from '../config/repository.js'

const root = (name: string, upstream: string[] = []): Root =>
  ({ name, upstream: upstream.map((each) => ({ name: each })) }) as unknown as Root
const GIB = 1024 ** 3

function bench() {
  const events: ReportEvent[] = []
  const abort = new AbortController()
  let found = 0
  const ports = {
    clock: fakeClock('2026-01-01T00:00:00Z'),
    signal: abort.signal,
    report: { emit: (event: ReportEvent) => events.push(event) },
  }
  const context = {
    ports: ports as unknown as Ports,
    findPrograms: async () => ({ terraform: `t${++found}`, cliConfig: '' }),
  } as unknown as RootContext
  const messages = (): string[] => events.flatMap((event) => (event.type === 'info' ? [event.message] : []))
  return { context, abort, events, messages }
}

const OPTIONS: FleetOptions = { title: 'Test', failureMode: 'keep-going', logs: 'summary' }
const ended = (outcomes: Array<Outcome<unknown>>): string[] => outcomes.map(({ root: { name }, status }) => `${name} ${status}`)
const broken = (): never => {
  throw new UserError('PlanFailed', 'It broke.', { next: ['Mend it.'] })
}

describe('a fleet', () => {
  it('works on as many at once as it may, and wave after wave', async () => {
    const { context } = bench()
    let atWork = 0
    let most = 0
    const order: string[] = []
    const work = async ({ root: { name } }: Member) => {
      most = Math.max(most, ++atWork)
      await new Promise((resolve) => setTimeout(resolve, 5))
      atWork -= 1
      order.push(name)
      return { value: name, detail: '' }
    }
    const waves = [[root('shared')], [root('a'), root('b'), root('c')]]
    const outcomes = await runFleet(context, waves, { ...OPTIONS, maxConcurrency: 1 }, work)
    expect(ended(outcomes)).toEqual(['shared done', 'a done', 'b done', 'c done'])
    expect(most).toBe(1)
    expect(order[0]).toBe('shared')
  })

  it('prepares the next one while as many as may be are planned', async () => {
    const limit = concurrencyLimit(2)
    const { context } = bench()
    const now = { prepared: 0, planned: 0 }
    const most = { prepared: 0, planned: 0 }
    const begin = (what: 'prepared' | 'planned'): void => void (most[what] = Math.max(most[what], ++now[what]))
    const work = async ({ context: own, root: { name } }: Member) => {
      begin('prepared')
      const step = inTurn(own, {
        id: 'plan',
        title: 'Plan',
        run: async () => {
          begin('planned')
          await new Promise((resolve) => setTimeout(resolve, 5))
          now.planned -= 1
        },
      })
      await step.run({ progress: () => undefined })
      now.prepared -= 1
      return { value: name, detail: '' }
    }
    const roots = ['a', 'b', 'c', 'd', 'e'].map((name) => root(name))
    const outcomes = await runFleet(context, [roots], { ...OPTIONS, maxConcurrency: 2, preparesAhead: true }, work)
    expect(ended(outcomes)).toEqual(roots.map(({ name }) => `${name} done`))
    expect(most).toEqual({ prepared: limit > 1 ? limit + 1 : 1, planned: limit })
  })

  it('does not begin to plan what was stopped while it waited for its turn', async () => {
    const { context, abort } = bench()
    let ran = false
    const turns = { run: async <T>(work: () => Promise<T>): Promise<T> => (abort.abort(new UserError('Interrupted', 'Stopped.')), work()) }
    const step = inTurn({ ...context, turns }, { id: 'plan', title: 'Plan', run: async () => void (ran = true) })
    await expect(step.run({ progress: () => undefined })).rejects.toMatchObject({ code: 'Interrupted' })
    expect(ran).toBe(false)
  })

  it('keeps going with what does not need the one that failed', async () => {
    const waves = [[root('shared')], [root('a', ['shared']), root('b')], [root('c', ['a'])]]
    const outcomes = await runFleet(bench().context, waves, OPTIONS, async ({ root: { name } }) =>
      name === 'shared' ? broken() : { value: name, detail: '' },
    )
    expect(ended(outcomes)).toEqual(['shared failed', 'a skipped', 'b done', 'c skipped'])
  })

  it('begins nothing more after a failure with fail-fast', async () => {
    const skipped: string[] = []
    const outcomes = await runFleet(
      bench().context,
      [[root('a'), root('b')], [root('c')]],
      { ...OPTIONS, failureMode: 'fail-fast', maxConcurrency: 1, onSkipped: ({ name }) => skipped.push(name) },
      async () => broken(),
    )
    expect(ended(outcomes)).toEqual(['a failed', 'b skipped', 'c skipped'])
    expect(skipped).toEqual(['b', 'c'])
  })

  it('does not hide a defect in a table', async () => {
    const work = async (): Promise<never> => {
      throw new TypeError('defect')
    }
    await expect(runFleet(bench().context, [[root('a')]], OPTIONS, work)).rejects.toThrow('defect')
  })

  it('ends as interrupted when it was stopped', async () => {
    const { context, abort } = bench()
    const work = async ({ root: { name } }: Member) => {
      abort.abort(new UserError('Interrupted', 'Stopped.'))
      return { value: name, detail: '' }
    }
    await expect(runFleet(context, [[root('a')], [root('b')]], OPTIONS, work)).rejects.toMatchObject({ code: 'Interrupted' })
  })

  it('looks for the programs once', async () => {
    const programs = await runFleet(bench().context, [[root('a'), root('b')]], OPTIONS, async ({ context }) => ({
      value: (await context.findPrograms(() => undefined)).terraform,
      detail: '',
    }))
    expect(programs.map((outcome) => outcome.status === 'done' && outcome.value)).toEqual(['t1', 't1'])
  })

  it.each([
    ['summary', []],
    ['grouped', ['a:\n  Plan: 1 to add\n  note', 'b:\n  Plan: 1 to add\n  note']],
    ['streamed', ['a: Plan: 1 to add', 'b: Plan: 1 to add', 'a: note', 'b: note']],
  ] as const)('prints lines as %s', async (logs, lines) => {
    const { context, messages } = bench()
    await runFleet(context, [[root('a'), root('b')]], { ...OPTIONS, maxConcurrency: 2, logs }, async ({ context: { ports } }) => {
      ports.report.emit({ type: 'step-finished', id: 'plan', title: 'Plan', outcome: 'checked', durationMs: 1, detail: '1 to add' })
      await new Promise((resolve) => setTimeout(resolve, 5))
      ports.report.emit({ type: 'info', message: 'note' })
      return { value: 1, detail: '' }
    })
    expect(messages()).toEqual(lines)
  })
})

describe('a fleet that must be confirmed', () => {
  const apply = async (ask: { interactive: boolean }, yes: boolean) => {
    const { context, events } = bench()
    const project = await loadProject(await repository({ 'environments/dev.yaml': ENVIRONMENT }), { env: {} })
    const ports = { ...context.ports, ask } as unknown as Ports
    const asked = { ...OPTIONS, yes, adopt: false, allowReplace: [] }
    await applyFleet({ ...context, ports, project }, { names: ['dev'] }, asked).catch((error: unknown) => {
      if (!(error instanceof UserError)) return // Nothing here can plan.
      events.push({ type: 'info', message: error.code })
    })
    return events.map((event) => (event.type === 'info' ? event.message : event.type))
  }

  it('is not begun where nobody can be asked', async () => {
    expect(await apply({ interactive: false }, false)).toEqual(['ConfirmationNeeded'])
  })

  it.each([
    [{ interactive: true }, false],
    [{ interactive: false }, true],
  ])('is begun with %j and yes: %s', async (ask, yes) => {
    expect(await apply(ask, yes)).toContain('steps-declared')
  })
})

describe('a soft environment', () => {
  const SOFT = 'apiVersion: platform/v1alpha1\nkind: Environment\nrole: workload\nisolation: soft\nhost: dev\n'

  it('is refused with what to do instead, for its host would be meant', async () => {
    const { context } = bench()
    const project = await loadProject(await repository({ 'environments/dev.yaml': ENVIRONMENT, 'environments/shop.yaml': SOFT }), {
      env: {},
    })
    const own = { ...context, project }
    const selection = { names: ['dev', 'shop'] }
    const options = { ...OPTIONS, yes: true, adopt: false, allowReplace: [] }
    await expect(applyFleet(own, selection, options)).rejects.toMatchObject({ code: 'BadFlag', next: ['platform env apply shop'] })
    const gitOps = async () => Promise.reject(new Error('asked'))
    const refusal = { code: 'BadFlag', next: [expect.stringContaining('platform env drift dev'), expect.any(String)] as string[] }
    await expect(driftOfOne(own, 'shop', gitOps)).rejects.toMatchObject(refusal)
    await expect(driftFleet(own, selection, { ...OPTIONS, gitOps })).rejects.toMatchObject(refusal)
  })
})

describe('the question of a wave', () => {
  const asking = (answer: boolean) => {
    const asked: string[] = []
    const confirm = async ({ message }: { message: string }): Promise<boolean> => {
      asked.push(message)
      return answer
    }
    return { asked, ports: { ask: { interactive: true, confirm } } as unknown as Pick<Ports, 'ask'> }
  }

  it('is asked once, when nobody is missing any more', async () => {
    const { asked, ports } = asking(true)
    const question = new WaveConfirmation(ports, 3)
    const waiting = [question.arrive('a'), question.arrive('b')]
    expect(asked).toEqual([])
    question.leave()
    await Promise.all(waiting)
    expect(asked).toEqual(['Apply these plans to a, b?'])
  })

  it('is not asked when there is nothing to apply', () => {
    const { asked, ports } = asking(true)
    const question = new WaveConfirmation(ports, 1)
    question.leave()
    expect(asked).toEqual([])
  })

  it('stops all of them when the answer is no', async () => {
    const { ports } = asking(false)
    const question = new WaveConfirmation(ports, 2)
    const results = await Promise.allSettled([question.arrive('a'), question.arrive('b')])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })
})

describe('the result', () => {
  const outcomes: Array<Outcome<{ hasChanges: boolean }>> = [
    { root: root('a'), status: 'done', durationMs: 1, value: { hasChanges: true } },
    { root: root('b'), status: 'failed', durationMs: 1, error: new UserError('PlanFailed', 'a | b\n<script>', { next: ['Mend it.'] }) },
    { root: root('c'), status: 'skipped', durationMs: 0, reason: 'b failed' },
  ]
  const result = fleetResult(outcomes, () => ({ status: 'changed' }), 5)

  it('counts, and carries the errors', () => {
    expect(result.summary).toEqual({ total: 3, changed: 1, unchanged: 0, failed: 1, skipped: 1 })
    expect(result.environments[1]).toMatchObject({ status: 'failed', error: { code: 'PlanFailed', next: ['Mend it.'] } })
  })

  it.each([
    [{ total: 2, failed: 0, skipped: 0 }, 0],
    [{ total: 2, failed: 1, skipped: 0 }, 4],
    [{ total: 2, failed: 1, skipped: 1 }, 1],
  ])('%j ends with %d', (summary, code) => expect(fleetExitCode(summary)).toBe(code))

  it('is written as a Markdown table that nothing breaks out of', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'platform-report-'))
    const file = path.join(folder, 'report.md')
    await writeReport(file, result, { title: 'T', header: ['a', 'b'], rows: [['x | y', 'one\ntwo <script>']] })
    expect(await readFile(file, 'utf8')).toBe('# T\n\n| a | b |\n| --- | --- |\n| x \\| y | one<br>two &lt;script> |\n')
    await rm(folder, { recursive: true })
  })
})

it.each([
  [undefined, { cores: 4, freeBytes: 8 * GIB }, 4],
  [undefined, { cores: 8, freeBytes: 2 * GIB }, 2],
  [undefined, { cores: 8, freeBytes: 1.7 * GIB }, 1],
  [undefined, { cores: 8, freeBytes: 0.1 * GIB }, 1],
  [3, { cores: 8, freeBytes: 64 * GIB }, 3],
  [9, { cores: 2, freeBytes: 64 * GIB }, 2],
])('asked for %s on %j, %d run at once', (asked, machine, limit) => expect(concurrencyLimit(asked, machine)).toBe(limit))
