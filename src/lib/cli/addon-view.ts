import type { AddonChange } from '../addons/change.js'
import type { AddonInEnvironment, ListedAddon } from '../addons/list.js'
import type { Column } from '../ui/table.js'

/** A row of `addon list`. */
export const addonColumns: ReadonlyArray<Column<ListedAddon>> = [
  { header: 'Add-on', value: ({ name }) => name },
  { header: 'What', value: ({ title }) => title },
  { header: 'Version', value: versions },
  { header: 'Recommended', value: ({ recommended }) => recommended },
  { header: 'Kubernetes', value: ({ kubernetes: { from, to } }) => `${from}-${to}` },
  {
    header: 'Enabled in',
    value: ({ environments }) =>
      enabledIn(environments)
        .map(({ environment }) => environment)
        .join(', '),
  },
  { header: 'State', value: ({ environments }) => enabledIn(environments).map(stateText).join(', ') },
]

function enabledIn(environments: readonly AddonInEnvironment[]): AddonInEnvironment[] {
  return environments.filter(({ enabled }) => enabled)
}

function versions({ environments }: ListedAddon): string {
  const enabled = enabledIn(environments)
  const different = [...new Set(enabled.map(({ version }) => version))]
  return different.length <= 1 ? different.join('') : enabled.map(({ environment, version }) => `${environment}: ${version}`).join(', ')
}

function stateText({ environment, sync, health, fits, version, deployed }: AddonInEnvironment): string {
  const state = sync === null || health === null ? 'unknown' : `${health}, ${sync}`
  const remarks = [
    ...(fits === false ? ['does not run on this Kubernetes'] : []),
    ...(deployed !== null && deployed !== version ? [`has ${deployed}`] : []),
  ]
  return `${environment}: ${[state, ...remarks].join(', ')}`
}

type Fields = ReadonlyArray<readonly [label: string, value: string | number | boolean | null]>

const SHORT = 12

const STATUS: Readonly<Record<AddonChange['status'], string>> = {
  done: 'done',
  unchanged: 'unchanged',
  sent: 'in Git; nobody waited for the cluster',
  written: 'written; the next bootstrap of the cluster brings it',
  planned: 'nothing was changed yet (--dry-run)',
}

export function addonChangeFields({ addon, environment, enabled, version, status, commit, files }: AddonChange): Fields {
  return [
    ['Add-on', addon],
    ['Environment', environment],
    ['Version', enabled ? version : 'disabled'],
    ['Status', STATUS[status]],
    ['Commit', commit === null ? null : commit.slice(0, SHORT)],
    ['Files', files.length === 0 ? 'none' : files.join('\n')],
  ]
}

/** What stays after an add-on was disabled, and how to remove it. */
export function remainderLines({ addon, environment, remainder }: AddonChange): string[] {
  if (!remainder || remainder.commands.length === 0) return []
  const definitions = remainder.definitions.length === 0 ? '' : ` and ${remainder.definitions.length} definitions`
  return [
    `${remainder.objects.length} objects${definitions} of ${addon} stay in ${environment}. To remove them:`,
    ...remainder.commands.map((command) => `  ${command}`),
    ...(remainder.definitions.length === 0 ? [] : ['  The last one also deletes every object of these kinds.']),
  ]
}
