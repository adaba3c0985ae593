import type { ListrTask, ProcessOutput } from 'listr2'
import { formatDuration } from '../core/duration.js'
import type { StepOutcome } from '../core/report.js'
import type { OutputStream } from './screen.js'
import type { Paint, Style } from './style.js'

type LiveTask = Parameters<ListrTask['task']>[1]

type RowEnd = 'good' | 'bad' | 'skipped'

interface Row {
  title: string
  detail: string
  startedAt: number | undefined
  task: LiveTask | undefined
  end: RowEnd | undefined
  settled: Promise<RowEnd>
  settle: (end: RowEnd) => void
}

const OUTCOME_WORDS: Record<StepOutcome, string> = {
  done: '',
  unchanged: 'unchanged',
  checked: '',
  skipped: 'skipped',
  planned: 'would run',
}

/** One list of declared steps, drawn by listr2 on stderr and redrawn until every step has ended. */
export class LiveList {
  readonly closed: Promise<void>
  readonly #rows = new Map<string, Row>()
  readonly #stream: OutputStream
  readonly #style: Style
  #notice = ''

  /** @param after the list is drawn when this has settled: two lists at once would overwrite each other. */
  constructor(
    steps: ReadonlyArray<{ id: string; title: string }>,
    options: { title: string; concurrent: boolean; stream: OutputStream; style: Style; after: Promise<void> },
  ) {
    this.#stream = options.stream
    this.#style = options.style
    for (const step of steps) this.#rows.set(step.id, newRow(step.title))
    this.closed = options.after.then(() => this.#draw(options.title, options.concurrent))
  }

  start(id: string, now: number): void {
    const row = this.#rows.get(id)
    if (!row) return
    row.startedAt = now
    this.#show(row, now)
  }

  /** Shows what a step is doing. Steps that were not declared show below the one that runs. */
  progress(id: string, detail: string, now: number, count?: { done: number; total: number }): void {
    const row = this.#rows.get(id) ?? this.#running()
    if (!row) return
    row.detail = count ? `${count.done}/${count.total}  ${detail}` : detail
    this.#show(row, now)
  }

  /** Shows a message below the running step until the list ends. */
  note(text: string): void {
    this.#notice = text
    const row = this.#running()
    if (row) this.#show(row, Date.now())
  }

  finish(id: string, outcome: StepOutcome, durationMs: number, detail: string | undefined): void {
    const words = [OUTCOME_WORDS[outcome], detail ?? ''].filter((word) => word !== '').join(', ')
    this.#end(
      id,
      outcome === 'skipped' ? 'skipped' : 'good',
      `${words === '' ? '' : `  ${words}`}  ${outcome === 'done' ? formatDuration(durationMs) : ''}`,
    )
  }

  /** @param stopped it was ended from outside, so it is not called a failure. */
  fail(id: string, durationMs: number, stopped: boolean): void {
    this.#end(id, 'bad', `  ${stopped ? 'stopped' : 'failed'} after ${formatDuration(durationMs)}`)
  }

  /** Ends the list. What has not run is marked as skipped. */
  close(): void {
    const open = [...this.#rows.values()].filter(({ end }) => end === undefined)
    for (const row of open) this.#settle(row, 'skipped')
  }

  #end(id: string, end: RowEnd, suffix: string): void {
    const row = this.#rows.get(id)
    if (!row) return
    row.title += this.#style.dim(suffix.trimEnd())
    this.#settle(row, end)
  }

  #settle(row: Row, end: RowEnd): void {
    row.end = end
    if (row.task) row.task.title = row.title
    row.settle(end)
  }

  #running(): Row | undefined {
    return [...this.#rows.values()].find(({ end, startedAt }) => end === undefined && startedAt !== undefined)
  }

  #show(row: Row, now: number): void {
    if (!row.task || row.end !== undefined) return
    const elapsed = row.startedAt === undefined ? 0 : now - row.startedAt
    row.task.title = elapsed < 1000 ? row.title : `${row.title}  ${this.#style.dim(formatWholeSeconds(elapsed))}`
    const lines = [row.detail, this.#notice].filter((line) => line !== '')
    if (lines.length > 0) row.task.output = lines.join('\n')
  }

  async #draw(title: string, concurrent: boolean): Promise<void> {
    const { Listr, DefaultRenderer, ListrDefaultRendererLogLevels: level, ListrLogger, ProcessOutput } = await import('listr2')
    // listr2 looks only at stdout for a terminal; we draw on stderr.
    class StderrRenderer extends DefaultRenderer {
      static override nonTTY = true
    }
    const { green, red, yellow, dim, cyan, bold } = this.#style
    const paint = (color: Paint) => (text?: string) => color(text ?? '')
    const output = keepStreams(new ProcessOutput(this.#stream as NodeJS.WriteStream, this.#stream as NodeJS.WriteStream))
    this.#stream.write(`${bold(title)}\n`)
    const list = new Listr(
      [...this.#rows.values()].map((row) => ({
        title: row.title,
        task: async (_context: unknown, task: LiveTask): Promise<void> => {
          row.task = task
          if (row.end === undefined) this.#show(row, Date.now())
          else task.title = row.title
          const end = await row.settled
          if (end === 'skipped') task.skip(row.title)
          if (end === 'bad') throw new Error(row.title)
        },
      })),
      {
        renderer: StderrRenderer,
        concurrent,
        exitOnError: !concurrent,
        registerSignalListeners: false,
        rendererOptions: {
          logger: new ListrLogger({ useIcons: true, toStderr: [], processOutput: output }),
          formatOutput: 'truncate',
          showErrorMessage: false,
          color: {
            [level.PENDING]: paint(yellow),
            [level.COMPLETED]: paint(green),
            [level.FAILED]: paint(red),
            [level.SKIPPED_WITH_COLLAPSE]: paint(dim),
            [level.WAITING]: paint(dim),
            [level.OUTPUT]: paint(cyan),
            [level.COMPLETED_WITH_FAILED_SISTER_TASKS]: paint(dim),
          },
        },
      },
    )
    const ticker = setInterval(() => {
      for (const row of this.#rows.values()) if (row.startedAt !== undefined) this.#show(row, Date.now())
    }, 1000)
    try {
      await list.run()
    } catch {
      // The failure of a step is thrown by the use case; here it only ends the drawing.
    } finally {
      clearInterval(ticker)
    }
  }
}

function newRow(title: string): Row {
  let settle: (end: RowEnd) => void = () => undefined
  const settled = new Promise<RowEnd>((resolve) => {
    settle = resolve
  })
  return { title, detail: '', startedAt: undefined, task: undefined, end: undefined, settled, settle }
}

/** listr2 replaces `stream.write` while it draws and prints what others wrote at the end; `Screen` already holds lines back. */
function keepStreams(output: ProcessOutput): ProcessOutput {
  output.hijack = () => undefined
  output.release = () => undefined
  return output
}

function formatWholeSeconds(ms: number): string {
  return formatDuration(Math.floor(ms / 1000) * 1000).replace('.0s', 's')
}
