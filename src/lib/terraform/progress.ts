import type { Diagnostic, TerraformMessage } from './messages.js'

/** Where a running apply stands. */
export interface Progress {
  done: number
  /** Addresses being worked on, the one that has run longest first. */
  running: ReadonlyArray<{ address: string; sinceMs: number }>
  errors: readonly Diagnostic[]
  /** Set once Terraform has said that it finished. */
  summary?: { add: number; change: number; destroy: number }
}

/** Follows Terraform's messages and knows what is done, what is running and what failed. */
export class ProgressTracker {
  readonly #now: () => number
  readonly #running = new Map<string, number>()
  readonly #errors: Diagnostic[] = []
  #done = 0
  #summary: Progress['summary']

  constructor(now: () => number) {
    this.#now = now
  }

  accept(message: TerraformMessage): void {
    // Data sources read during an apply are no part of the plan's count.
    if ('hook' in message && message.hook.action === 'read') return
    switch (message.type) {
      case 'apply_start': {
        this.#running.set(message.hook.resource.addr, this.#now())
        break
      }
      case 'apply_complete': {
        this.#running.delete(message.hook.resource.addr)
        this.#done += 1
        break
      }
      case 'apply_errored': {
        this.#running.delete(message.hook.resource.addr)
        break
      }
      case 'diagnostic': {
        if (message.diagnostic.severity === 'error') this.#errors.push(message.diagnostic)
        break
      }
      case 'change_summary': {
        const { add, change, remove } = message.changes
        this.#summary = { add, change, destroy: remove }
        break
      }
      default: {
        break
      }
    }
  }

  get progress(): Progress {
    const now = this.#now()
    const running = [...this.#running].map(([address, since]) => ({ address, sinceMs: now - since })).sort((a, b) => b.sinceMs - a.sinceMs)
    return { done: this.#done, running, errors: this.#errors, ...(this.#summary && { summary: this.#summary }) }
  }
}
