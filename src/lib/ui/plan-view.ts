import type { PlanReport } from '../core/report.js'
import type { Style } from './style.js'

/** Changes listed before the rest is only counted. Those that endanger data are always listed. */
const MAX_LISTED = 40

/** Up to this many new resources are listed one by one, more of them by module. */
const MAX_NEW = 12

/** A plan for people: what is destroyed or replaced first, what holds data marked, and the sums in the last line. */
export function renderPlan(plan: PlanReport, style: Style): string {
  const resources = [...plan.resources].filter((resource) => actionOf(resource) !== undefined).sort((a, b) => rank(a) - rank(b))
  const isNew = (resource: Resource): boolean => ['add', 'import'].includes(actionOf(resource) ?? '')
  const changed = resources.filter((resource) => !isNew(resource))
  const added = resources.filter(isNew)
  const listed = changed.filter((resource, index) => index < MAX_LISTED || isDangerous(resource))
  const rest = changed.length - listed.length
  return [
    style.bold(`Plan for ${plan.environment}`),
    ...listed.map((resource) => resourceLine(resource, style)),
    ...(rest > 0 ? [style.dim(`  … and ${rest} more`)] : []),
    ...(added.length <= MAX_NEW ? added.map((resource) => resourceLine(resource, style)) : moduleLines(added, style)),
    `  ${summarizeChanges(plan.changes, style)}`,
  ].join('\n')
}

/** New resources as one line for each module: dozens of lines of a first plan tell less than three. */
function moduleLines(resources: readonly Resource[], style: Style): string[] {
  const counts = new Map<string, { action: Action; module: string; count: number }>()
  for (const resource of resources) {
    const module = /^module\.[^.[]+/.exec(resource.address)?.[0] ?? 'outside of modules'
    const action = actionOf(resource) ?? 'add'
    const known = counts.get(`${action} ${module}`) ?? { action, module, count: 0 }
    counts.set(`${action} ${module}`, { ...known, count: known.count + 1 })
  }
  const width = Math.max(...[...counts.values()].map(({ module }) => module.length))
  return [...counts.values()].map(
    ({ action, module, count }) => `  ${mark(action, style)}  ${module.padEnd(width)}  ${count} ${count === 1 ? 'resource' : 'resources'}`,
  )
}

/** `36 to add, 1 to replace`, or `No changes`. */
export function summarizeChanges(changes: PlanReport['changes'], style: Style): string {
  const parts = [
    changes.import > 0 && `${changes.import} to import`,
    changes.add > 0 && style.green(`${changes.add} to add`),
    changes.change > 0 && style.yellow(`${changes.change} to change`),
    changes.replace > 0 && style.red(`${changes.replace} to replace`),
    changes.destroy > 0 && style.red(`${changes.destroy} to destroy`),
  ].filter((part) => part !== false)
  return parts.length === 0 ? 'No changes.' : `${parts.join(', ')}.`
}

type Resource = PlanReport['resources'][number]
type Action = 'add' | 'change' | 'replace' | 'destroy' | 'forget' | 'import'

const ORDER: readonly Action[] = ['destroy', 'replace', 'forget', 'change', 'import', 'add']

/** Terraform's list of actions as one word, undefined for `no-op` and `read` of what is known already. */
function actionOf({ actions, imported }: Resource): Action | undefined {
  if (actions.includes('create') && actions.includes('delete')) return 'replace'
  if (actions.includes('create')) return 'add'
  if (actions.includes('delete')) return 'destroy'
  if (actions.includes('update')) return 'change'
  if (actions.includes('forget')) return 'forget'
  return imported ? 'import' : undefined
}

function rank(resource: Resource): number {
  return ORDER.indexOf(actionOf(resource) ?? 'add') - (isDangerous(resource) ? ORDER.length : 0)
}

function isDangerous(resource: Resource): boolean {
  const action = actionOf(resource)
  return resource.holdsData && (action === 'destroy' || action === 'replace')
}

function resourceLine(resource: Resource, style: Style): string {
  const danger = isDangerous(resource) ? `  ${style.bold(style.red('HOLDS DATA'))}` : ''
  return `  ${mark(actionOf(resource) ?? 'add', style)}  ${resource.address}${danger}`
}

function mark(action: Action, style: Style): string {
  return {
    add: style.green('+ add    '),
    change: style.yellow('~ change '),
    replace: style.red('± replace'),
    destroy: style.red('- destroy'),
    forget: style.yellow('  forget '),
    import: style.cyan('= import '),
  }[action]
}
