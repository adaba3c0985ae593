import type { PlanReport } from '../core/report.js'
import type { Style } from './style.js'

/** Changes and replacements listed before the rest is only counted. Those that endanger data are always listed. */
const MAX_LISTED = 40

/** Up to this many new or destroyed resources are listed one by one, more of them by module. */
const MAX_ALIKE = 12

/**
 * A plan for people. A long one scrolls off the screen, so what matters most stands at its end, next to the question:
 * what loses data, and the sums.
 */
export function renderPlan(plan: PlanReport, style: Style): string {
  const resources = plan.resources.filter((resource) => actionOf(resource) !== undefined).sort((a, b) => rank(a) - rank(b))
  const plain = resources.filter((resource) => !isDangerous(resource))
  const ofActions = (...actions: Action[]): Resource[] => plain.filter((resource) => actions.includes(actionOf(resource) ?? 'add'))
  const changed = ofActions('replace', 'forget', 'change')
  const rest = changed.length - MAX_LISTED
  const one = (resource: Resource): string => resourceLine(resource, style)
  return [
    style.bold(`Plan for ${plan.environment}`),
    ...alikeLines(ofActions('destroy'), style),
    ...changed.slice(0, MAX_LISTED).map(one),
    ...(rest > 0 ? [style.dim(`  … and ${rest} more`)] : []),
    ...alikeLines(ofActions('import', 'add'), style),
    ...resources.filter(isDangerous).map(one),
    `  ${summarizeChanges(plan.changes, style)}`,
  ].join('\n')
}

/** Many resources as one line for each module: dozens of lines tell less than three. */
function alikeLines(resources: readonly Resource[], style: Style): string[] {
  if (resources.length <= MAX_ALIKE) return resources.map((resource) => resourceLine(resource, style))
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
  return ORDER.indexOf(actionOf(resource) ?? 'add')
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
