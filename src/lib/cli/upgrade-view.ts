import type { UpgradeResult } from '../clusters/upgrade/upgrade.js'
import type { Column } from '../ui/table.js'

type Step = UpgradeResult['steps'][number]

/** What `cluster upgrade` tells people. */
export function upgradeFields({ cluster, from, to, status }: UpgradeResult): ReadonlyArray<readonly [label: string, value: string]> {
  return [
    ['Cluster', cluster],
    ['Kubernetes', status === 'unchanged' ? `${from}, nothing later to go to` : `${from} → ${to}`],
    ['Status', status],
  ]
}

export const upgradeStepColumns: ReadonlyArray<Column<Step>> = [
  { header: 'Version', value: ({ version }) => version },
  { header: 'Blocking', value: ({ checks }) => checks?.blocking.length, align: 'right' },
  { header: 'To know', value: ({ checks }) => checks?.warnings.length, align: 'right' },
  { header: 'Changes', value: ({ changes: { add, change, destroy } }) => `${add} add, ${change} change, ${destroy} destroy` },
  { header: 'Add-ons', value: addonsText, wraps: true },
]

function addonsText({ checks }: Step): string {
  const changing = checks?.addons.filter(({ installed, version }) => version !== null && version !== installed) ?? []
  return changing.map(({ name, version }) => `${name} ${version}`).join(', ')
}
