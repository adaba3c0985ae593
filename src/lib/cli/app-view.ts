import type { Delivery } from '../apps/deliver.js'
import type { HistoryEntry } from '../apps/history.js'
import type { AppState } from '../apps/status.js'
import type { Column } from '../ui/table.js'

type Fields = ReadonlyArray<readonly [label: string, value: string | number | boolean | null]>

const SHORT = 12

const STATUS: Readonly<Record<Delivery['status'], string>> = {
  deployed: 'deployed: synced and healthy',
  unchanged: 'unchanged',
  pending: 'in Git; waits for app sync',
  paused: 'in Git; the application is paused',
  sent: 'in Git; nobody waited for the cluster',
  planned: 'nothing was changed yet (--dry-run)',
}

export function placeFields({ app, environment, status }: { app: string; environment: string; status: string }): Fields {
  return [
    ['Application', app],
    ['Environment', environment],
    ['Status', status],
  ]
}

export function deliveryFields({ app, environment, status, commit, files, branch }: Delivery): Fields {
  return [
    ...placeFields({ app, environment, status: STATUS[status] }),
    ['Commit', commit === null ? null : commit.slice(0, SHORT)],
    ['Files', files.length === 0 ? 'none' : files.join('\n')],
    ...(branch === 'diverged' ? [['Your branch', 'has commits of its own: git pull --rebase'] as const] : []),
  ]
}

export const appStateColumns: ReadonlyArray<Column<AppState>> = [
  { header: 'Application', value: ({ app }) => app },
  { header: 'Environment', value: ({ environment }) => environment },
  { header: 'Base', value: ({ base }) => base },
  { header: 'Image', value: ({ image }) => image },
  { header: 'Sync', value: ({ sync }) => sync },
  { header: 'Health', value: ({ health }) => health },
  { header: 'Policy', value: ({ policy }) => policy },
  { header: 'Remarks', value: ({ remarks }) => remarks.join(' ') },
]

export const historyColumns: ReadonlyArray<Column<HistoryEntry>> = [
  { header: 'Commit', value: ({ commit }) => commit.slice(0, SHORT) },
  { header: 'At', value: ({ at }) => at },
  { header: 'By', value: ({ author }) => author },
  { header: 'What', value: ({ title }) => title },
  { header: 'Base', value: ({ base }) => base },
  { header: 'Image', value: ({ image }) => image },
  { header: 'Live', value: ({ live }) => (live === null ? '?' : live ? 'yes' : '') },
]
