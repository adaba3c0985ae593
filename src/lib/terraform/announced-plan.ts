import type { TerraformMessage } from './messages.js'
import { summarisePlan, type PlanJson, type PlanSummary } from './plan.js'

type ResourceChange = NonNullable<PlanJson['resource_changes']>[number]

/**
 * What a plan says of itself while it is made. `terraform show -json PLANFILE` says more, but starts the provider again: half the CPU
 * time of the plan.
 */
export class AnnouncedPlan {
  readonly #creates: ResourceChange[] = []
  #outputs: PlanJson['output_changes'] = {}
  #counted: number | undefined
  #isSimple = true
  #drifted = false

  accept(message: TerraformMessage): void {
    if (message.type === 'planned_change') {
      const { resource, action, importing } = message.change
      if (resource.resource.startsWith('data.')) return
      if (action !== 'create' || importing !== undefined) this.#isSimple = false
      this.#creates.push({ address: resource.addr, mode: 'managed', type: resource.resource_type, change: { actions: ['create'] } })
    }
    if (message.type === 'resource_drift') this.#drifted = true
    if (message.type === 'outputs') {
      const entries = Object.entries(message.outputs)
      this.#outputs = Object.fromEntries(entries.map(([name, { action = 'noop' }]) => [name, { actions: [named(action)] }]))
    }
    if (message.type === 'change_summary') {
      const { add, change, remove, import: imported = 0 } = message.changes
      this.#counted = add
      if (change + remove + imported > 0) this.#isSimple = false
    }
  }

  /** Whether it makes nothing, and found everything as the state says: then there is nothing more to read in it. */
  get isAsLeft(): boolean {
    return this.#counted !== undefined && this.#creates.length === 0 && !this.#drifted
  }

  /**
   * The summary of a plan that creates and does nothing else, or does nothing at all. Undefined: it does something else too, or did
   * not say so in words that are known. That nothing exists yet (`isNew`) is true only when the state was empty.
   */
  get summary(): PlanSummary | undefined {
    if (!this.#isSimple || this.#counted !== this.#creates.length) return undefined
    const inOrder = this.#creates.toSorted((a, b) => (a.address < b.address ? -1 : 1))
    return summarisePlan({ resource_changes: inOrder, output_changes: this.#outputs ?? {} })
  }
}

/** As the JSON of a plan names it. */
function named(action: string): string {
  return action === 'noop' ? 'no-op' : action
}
