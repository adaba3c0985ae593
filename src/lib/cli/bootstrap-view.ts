import type { BootstrapResult } from '../clusters/bootstrap/bootstrap.js'
import type { Column } from '../ui/table.js'

/** What `cluster bootstrap` and `cluster register` tell people. */
export function bootstrapFields({ environment, cluster, status, argocd, revision }: BootstrapResult) {
  return [
    ['Environment', environment],
    ['Cluster', cluster],
    ['Status', status],
    ['Argo CD', argocd.version === '' ? 'not installed yet' : `${argocd.version} in ${argocd.cluster}`],
    ['URL', argocd.url ?? 'none from outside'],
    ...(revision === null ? [] : [['Revision', revision] as const]),
  ] as const
}

export const bootstrapApplicationColumns: ReadonlyArray<Column<BootstrapResult['applications'][number]>> = [
  { header: 'Application', value: ({ name }) => name },
  { header: 'Sync', value: ({ sync }) => sync },
  { header: 'Health', value: ({ health }) => health },
]
