import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { ReportEvent } from '../../../src/lib/core/report.js'
import { LiveReporter } from '../../../src/lib/ui/live-reporter.js'
import { PlainReporter } from '../../../src/lib/ui/plain-reporter.js'
import { QuietReporter } from '../../../src/lib/ui/quiet-reporter.js'
import { reportMode } from '../../../src/lib/ui/reporter.js'
import { fakeClock } from '../../helpers/fake-clock.js'
import { recordingScreen } from '../../helpers/terminal.js'

const STEPS: ReportEvent = {
  type: 'steps-declared',
  title: 'Create dev',
  steps: [
    { id: 'network', title: 'Network' },
    { id: 'cluster', title: 'Cluster' },
  ],
}
const start = (id: string, title: string): ReportEvent => ({ type: 'step-started', id, title })
const finish = (id: string, title: string, durationMs = 0): ReportEvent => ({
  type: 'step-finished',
  id,
  title,
  outcome: 'done',
  durationMs,
})
const plan: ReportEvent = {
  type: 'plan-made',
  plan: { environment: 'dev', changes: { add: 1, change: 0, destroy: 0, replace: 0, import: 0 }, resources: [] },
}

describe('reportMode', () => {
  const person = { quiet: false, json: false, ci: false, isTTY: true, term: 'xterm' }
  test.each([
    ['a person at a terminal', person, 'live'],
    ['a pipe', { ...person, isTTY: false }, 'plain'],
    ['a CI service with a terminal', { ...person, ci: true }, 'plain'],
    ['--json', { ...person, json: true }, 'plain'],
    ['a dumb terminal', { ...person, term: 'dumb' }, 'plain'],
    ['--quiet', { ...person, quiet: true }, 'quiet'],
  ])('%s', (_who, options, mode) => {
    expect(reportMode(options)).toBe(mode)
  })
})

describe('PlainReporter', () => {
  test('one line for each start and end, with the time since the beginning', async () => {
    const { screen, stdout, stderr } = recordingScreen()
    const clock = fakeClock()
    const reporter = new PlainReporter(screen, clock)
    reporter.emit(STEPS)
    reporter.emit(start('network', 'Network'))
    await clock.sleep(12_300)
    reporter.emit({ type: 'step-finished', id: 'network', title: 'Network', outcome: 'done', durationMs: 12_300, detail: '36 resources' })
    reporter.emit({ type: 'step-finished', id: 'cluster', title: 'Cluster', outcome: 'unchanged', durationMs: 0 })
    reporter.emit({ type: 'step-failed', id: 'x', title: 'Last', durationMs: 100, message: 'm' })
    reporter.emit({ type: 'step-failed', id: 'y', title: 'Cut', durationMs: 200, message: 'm', stopped: true })
    reporter.emit({ type: 'info', message: 'Something' })
    reporter.emit({ type: 'warning', message: 'Careful' })
    reporter.emit({ type: 'steps-ended' })
    expect(stderr.text.trimEnd().split('\n')).toEqual([
      '[0.0s] Create dev',
      '[0.0s] Network …',
      '[12.3s] Network: done in 12.3s (36 resources)',
      '[12.3s] Cluster: unchanged',
      '[12.3s] Last: failed after 0.1s',
      '[12.3s] Cut: stopped after 0.2s',
      '[12.3s] Something',
      '[12.3s] Warning: Careful',
    ])
    expect(stdout.text).toBe('')
  })

  test('progress shows at most every ten seconds', async () => {
    const { screen, stderr } = recordingScreen()
    const clock = fakeClock()
    const reporter = new PlainReporter(screen, clock)
    reporter.emit(start('network', 'Network'))
    for (let done = 1; done <= 25; done += 1) {
      await clock.sleep(1000)
      reporter.emit({ type: 'step-progress', id: 'network', detail: 'aws_subnet', done, total: 36 })
    }
    expect(stderr.text.trimEnd().split('\n').slice(1)).toEqual(['[10.0s] Network … 10/36 aws_subnet', '[20.0s] Network … 20/36 aws_subnet'])
  })

  test('progress that stays the same shows once a minute', async () => {
    const { screen, stderr } = recordingScreen()
    const clock = fakeClock()
    const reporter = new PlainReporter(screen, clock)
    reporter.emit(start('healthy', 'Applications'))
    for (let second = 1; second <= 130; second += 1) {
      await clock.sleep(1000)
      reporter.emit({ type: 'step-progress', id: 'healthy', detail: 'web Degraded' })
    }
    const times = stderr.text.trimEnd().split('\n').slice(1)
    expect(times).toEqual(['[10.0s]', '[1m 10s]', '[2m 10s]'].map((time) => `${time} Applications … web Degraded`))
  })
})

test('QuietReporter shows warnings and plans only', () => {
  const { screen, stderr } = recordingScreen()
  const reporter = new QuietReporter(screen)
  for (const event of [
    STEPS,
    start('network', 'Network'),
    { type: 'info', message: 'no' } as const,
    { type: 'warning', message: 'yes' } as const,
    plan,
  ])
    reporter.emit(event)
  expect(stderr.text).toBe('Warning: yes\nPlan for dev\n  1 to add.\n')
})

describe('LiveReporter', () => {
  function setup() {
    const streams = recordingScreen({ isTTY: true })
    const reporter = new LiveReporter(streams.screen, fakeClock())
    return { ...streams, emit: (...events: ReportEvent[]) => events.forEach((event) => reporter.emit(event)) }
  }
  /** What stays on the terminal: the text after the last time that the list was wiped. */
  const lastFrame = (text: string): string[] => stripVTControlCharacters(text).trimEnd().split('\n')

  test('draws on stderr only, and what follows comes after the list', async () => {
    const { emit, screen, stdout, stderr } = setup()
    emit(STEPS, start('network', 'Network'), finish('network', 'Network', 2000), start('cluster', 'Cluster'), {
      type: 'info',
      message: 'kept for later',
    })
    emit(
      { type: 'step-finished', id: 'cluster', title: 'Cluster', outcome: 'unchanged', durationMs: 0, detail: '1.35' },
      { type: 'steps-ended' },
    )
    screen.data('result')
    expect(stdout.text).toBe('')
    await screen.settled()
    expect(lastFrame(stderr.text).slice(-3)).toEqual(['✔ Network  2.0s', '✔ Cluster  unchanged, 1.35', 'kept for later'])
    expect(stdout.text).toBe('result\n')
  })

  test('a failed step ends the list', async () => {
    const { emit, screen, stderr } = setup()
    emit(
      STEPS,
      start('network', 'Network'),
      { type: 'step-failed', id: 'network', title: 'Network', durationMs: 4000, message: 'no' },
      { type: 'steps-ended' },
    )
    await screen.settled()
    expect(lastFrame(stderr.text).slice(-2)).toEqual(['✖ Network  failed after 4.0s', '◼ Cluster'])
  })

  test('a step that was interrupted is not called a failure', async () => {
    const { emit, screen, stderr } = setup()
    emit(
      STEPS,
      start('network', 'Network'),
      { type: 'step-failed', id: 'network', title: 'Network', durationMs: 5500, message: 'Interrupted.', stopped: true },
      { type: 'steps-ended' },
    )
    await screen.settled()
    expect(lastFrame(stderr.text).slice(-2)).toEqual(['✖ Network  stopped after 5.5s', '◼ Cluster'])
  })

  test('steps that never ran are marked as skipped', async () => {
    const { emit, screen, stderr } = setup()
    emit(STEPS, start('network', 'Network'), finish('network', 'Network'), { type: 'steps-ended' })
    await screen.settled()
    expect(lastFrame(stderr.text).slice(-2)).toEqual(['✔ Network  0.0s', '↓ Cluster'])
  })

  test('a question in the middle gets the terminal; the rest follows as lines', async () => {
    const { emit, screen, stderr } = setup()
    emit(STEPS, start('network', 'Network'))
    await screen.settled()
    screen.message('? question')
    emit(finish('network', 'Network', 1000), { type: 'steps-ended' })
    expect(lastFrame(stderr.text).slice(-2)).toEqual(['? question', '[0.0s] Network: done in 1.0s'])
  })

  test('two lists after each other do not overwrite each other', async () => {
    const { emit, screen, stderr } = setup()
    const single = (title: string): ReportEvent[] => [
      { type: 'steps-declared', title, steps: [{ id: 'x', title: `Step of ${title}` }] },
      start('x', 'x'),
      finish('x', 'x'),
      { type: 'steps-ended' },
    ]
    emit(...single('One'), ...single('Two'))
    await screen.settled()
    const lines = lastFrame(stderr.text)
    expect(lines.indexOf('Two')).toBeGreaterThan(lines.lastIndexOf('✔ Step of One  0.0s'))
    expect(lines.at(-1)).toBe('✔ Step of Two  0.0s')
  })

  test('progress without a list shows as a line', () => {
    const { emit, stderr } = setup()
    emit({ type: 'step-progress', id: 'fakecloud', detail: 'compiling' })
    expect(stderr.text).toBe('[0.0s] fakecloud … compiling\n')
  })

  test('what is said between two lists stands between them', async () => {
    const { emit, screen, stderr } = setup()
    emit(STEPS, { type: 'steps-ended' }, plan, STEPS, start('network', 'Network'), finish('network', 'Network', 2000), {
      type: 'steps-ended',
    })
    await screen.settled()
    const text = stderr.text
    expect(text.indexOf('Plan for dev')).toBeGreaterThan(text.indexOf('Cluster'))
    expect(text.indexOf('Plan for dev')).toBeLessThan(text.lastIndexOf('✔ Network'))
  })

  test('a plan shows when the list has ended', async () => {
    const { emit, screen, stderr } = setup()
    emit(STEPS, plan, { type: 'steps-ended' })
    await screen.settled()
    expect(lastFrame(stderr.text).slice(-2)).toEqual(['Plan for dev', '  1 to add.'])
  })
})
