import type { PlanReport } from '../core/report.js'
import type { Style } from './style.js'

/** Resources listed before the rest is only counted. Those that hold data are always listed. */
const MAX_LISTED = 40

/** A plan for people: what is destroyed or replaced first, what holds data marked, and the sums in the last line. */
export function renderPlan(plan: PlanReport, style: Style): string {
  const lines = [...plan.resources].filter((resource) => actionOf(resource) !== undefined).sort((a, b) => rank(a) - rank(b))
  const listed = lines.filter((resource, index) => index < MAX_LISTED || isDangerous(resource))
  const rest = lines.length - listed.length
  return [
    style.bold(`Plan for ${plan.environment}`),
    ...listed.map((resource) => resourceLine(resource, style)),
    ...(rest > 0 ? [style.dim(`  … and ${rest} more`)] : []),
    `  ${summarizeChanges(plan.changes, style)}`,
  ].join('\n')
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
  const action = actionOf(resource) ?? 'add'
  const marks = {
    add: style.green('+ add    '),
    change: style.yellow('~ change '),
    replace: style.red('± replace'),
    destroy: style.red('- destroy'),
    forget: style.yellow('  forget '),
    import: style.cyan('= import '),
  }
  return `  ${marks[action]}  ${resource.address}${isDangerous(resource) ? `  ${style.bold(style.red('HOLDS DATA'))}` : ''}`
}
