import { randomUUID } from 'node:crypto'
import { messageOf } from '../../core/errors.js'
import type { Clock } from '../../core/ports.js'
import type { MendContext } from '../mends/mend.js'
import { callJson } from '../mends/root-calls.js'
import type { Shelf } from '../services/shelf.js'
import { attempt, type AttemptPorts, type Outcome } from './attempt.js'
import { getSchedule, removeSchedule, universalSchedules } from './emulated-schedules.js'
import {
  begun,
  isOver,
  keptSchedule,
  passedOver,
  withExecution,
  type Execution,
  type KeptSchedule,
  type ScheduleDocument,
} from './schedule.js'
import { schedulesMend, type ScheduleFollower } from './schedules-mend.js'
import { universalTarget } from './sdk-request.js'

export interface SchedulesOptions extends Omit<AttemptPorts, 'now'> {
  region: string
  shelf: Shelf
  contextFor: (region: string) => Pick<MendContext, 'sendAsRoot'>
  clock: Clock
  log: (line: string) => void
}

const KIND = 'universal-schedules'
const TICK_MS = 500
const MAX_PAUSE_MS = 60_000
/** Defaults of Scheduler. */
const MAX_ATTEMPTS = 185
const MAX_AGE_S = 86_400

type Kept = Map<string, KeptSchedule>

/** Carries out the schedules whose targets the emulator does not call: those with universal targets. */
export class Schedules implements ScheduleFollower {
  readonly #options: SchedulesOptions
  readonly #stop = new AbortController()
  /** The earliest moment at which something is to be done; undefined: look. */
  #next: number | undefined
  #running: Promise<void> = Promise.resolve()
  readonly mend = schedulesMend(this)

  constructor(options: SchedulesOptions) {
    this.#options = options
  }

  /** Begins to carry out schedules; first those that were due meanwhile. The emulator must answer. */
  async start(): Promise<void> {
    await this.#find()
    void this.#watch()
  }

  /** Ends; what is being carried out is finished first. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async changed(region: string, group: string, name: string): Promise<void> {
    await this.#keep(region, group, name, (document, before) => keptSchedule(document, region, before))
  }

  async #keep(
    region: string,
    group: string,
    name: string,
    make: (document: ScheduleDocument, before: KeptSchedule | undefined) => KeptSchedule,
  ): Promise<void> {
    const document = await getSchedule(this.#options.contextFor(region), group, name)
    await this.#update((kept) => {
      const key = keyOf(region, group, name)
      if (!document || !universalTarget(document.Target.Arn)) kept.delete(key)
      else kept.set(key, make(document, kept.get(key)))
    })
  }

  async deleted(region: string, group: string, name: string): Promise<void> {
    await this.#update((kept) => void kept.delete(keyOf(region, group, name)))
  }

  async groupDeleted(region: string, group: string): Promise<void> {
    await this.#update((kept) => {
      for (const [key, { document, region: own }] of kept) if (own === region && document.GroupName === group) kept.delete(key)
    })
  }

  /** Schedules that an earlier version of the sandbox took. What was due then is not made up for: it counted as done. */
  async #find(): Promise<void> {
    const { contextFor, log, region } = this.#options
    try {
      const known = await this.#options.shelf.all(KIND)
      const found = await universalSchedules(contextFor(region))
      const now = this.#options.clock.now()
      for (const { group, name } of found.filter((each) => !known.has(keyOf(region, each.group, each.name)))) {
        await this.#keep(region, group, name, (document) => passedOver(keptSchedule(document, region, undefined), now))
      }
    } catch (error) {
      log(`schedules: ${messageOf(error)}`)
    }
  }

  async #watch(): Promise<void> {
    const { clock, log } = this.#options
    while (!this.#stop.signal.aborted) {
      this.#running = this.#tick().catch((error: unknown) => log(`schedules: ${messageOf(error)}`))
      await this.#running
      await clock.sleep(TICK_MS, this.#stop.signal).catch(() => undefined)
    }
  }

  async #tick(): Promise<void> {
    const { clock, shelf } = this.#options
    const now = clock.now()
    if (this.#next !== undefined && this.#next > now.getTime()) return
    const kept = await shelf.all<KeptSchedule>(KIND)
    if ([...kept.values()].some(({ dueAt, execution }) => !execution && isPast(dueAt, now))) {
      // On disk before the first attempt: a crash must not forget it.
      await this.#update((all) => {
        for (const [key, each] of all)
          if (!each.execution && isPast(each.dueAt, now)) all.set(key, begun(each, randomUUID(), now, Math.random))
      })
    }
    const all = await shelf.all<KeptSchedule>(KIND)
    const ready = [...all].filter(([, { execution }]) => isPast(execution?.at, now))
    await Promise.all(ready.map(async ([key, each]) => this.#carryOut(key, each)))
    if (ready.length === 0) this.#next = earliest(all)
  }

  async #carryOut(key: string, { document, execution, region }: KeptSchedule): Promise<void> {
    if (!execution) return
    const { clock, log } = this.#options
    const outcome = await attempt(document, region, execution, { ...this.#options, now: () => clock.now() })
    log(`schedule ${key}: ${outcome.kind === 'done' ? 'done' : `${outcome.code} ${outcome.message}`}`)
    const again = outcome.kind === 'again' ? nextAttempt(document.Target.RetryPolicy, execution, clock.now()) : undefined
    if (outcome.kind !== 'done' && !again) await this.#giveUp(document, execution, outcome)
    const isGone = await this.#update((kept) => {
      const before = kept.get(key)
      // Deleted meanwhile.
      if (!before) return false
      const next = withExecution(before, again)
      const isLast = isOver(next) && document.ActionAfterCompletion === 'DELETE'
      if (isLast) kept.delete(key)
      else kept.set(key, next)
      return isLast
    })
    // The emulator may have removed it already.
    if (isGone) await removeSchedule(this.#options.contextFor(region), document.GroupName, document.Name)
  }

  /** Scheduler User Guide, "Configuring a dead-letter queue". */
  async #giveUp(document: KeptSchedule['document'], execution: Execution, outcome: Exclude<Outcome, { kind: 'done' }>): Promise<void> {
    const queueArn = document.Target.DeadLetterConfig?.Arn
    if (queueArn === undefined) return
    const [, , , region = '', , QueueName = ''] = queueArn.split(':')
    const context = this.#options.contextFor(region)
    const { QueueUrl } = await callJson(context, 'sqs', 'AmazonSQS.GetQueueUrl', { QueueName })
    const text = (StringValue: string) => ({ DataType: 'String', StringValue })
    await callJson(context, 'sqs', 'AmazonSQS.SendMessage', {
      QueueUrl,
      MessageBody: document.Target.Input ?? '{}',
      MessageAttributes: {
        ERROR_CODE: text(outcome.code),
        ERROR_MESSAGE: text(outcome.message || outcome.code),
        EXECUTION_ID: text(execution.id),
        RETRY_ATTEMPTS: text(String(execution.attempts)),
        SCHEDULED_TIME: text(execution.dueAt),
        SCHEDULE_ARN: text(document.Arn),
        TARGET_ARN: text(document.Target.Arn),
        ...(outcome.kind === 'again' && { EXHAUSTED_RETRY_CONDITION: text('MaximumRetryAttempts') }),
      },
    })
  }

  async #update<T>(change: (kept: Kept) => T): Promise<T> {
    const result = await this.#options.shelf.update<KeptSchedule, T>(KIND, change)
    this.#next = undefined
    return result
  }
}

/** Later each time; undefined when the policy says that it is enough. */
function nextAttempt(
  policy: { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number } | undefined,
  execution: Execution,
  now: Date,
): Execution | undefined {
  const attempts = execution.attempts + 1
  const at = new Date(now.getTime() + Math.min(MAX_PAUSE_MS, 1000 * 2 ** Math.min(attempts - 1, 10)))
  const age = (at.getTime() - Date.parse(execution.dueAt)) / 1000
  const isEnough = attempts > (policy?.MaximumRetryAttempts ?? MAX_ATTEMPTS) || age > (policy?.MaximumEventAgeInSeconds ?? MAX_AGE_S)
  return isEnough ? undefined : { ...execution, attempts, at: at.toISOString() }
}

function earliest(kept: Kept): number {
  const times = [...kept.values()].map(({ dueAt, execution }) => Date.parse(execution?.at ?? dueAt ?? ''))
  return Math.min(Number.POSITIVE_INFINITY, ...times.filter((time) => !Number.isNaN(time)))
}

function isPast(time: string | undefined, now: Date): boolean {
  return time !== undefined && Date.parse(time) <= now.getTime()
}

function keyOf(region: string, group: string, name: string): string {
  return `${region}/${group}/${name}`
}
