import type { ClusterStatus } from '../clusters/status.js'
import type { Column } from '../ui/table.js'

type Fields = ReadonlyArray<readonly [label: string, value: string | number | boolean | null]>

/** What `cluster status` tells people of the cluster itself. */
export function clusterFields(status: ClusterStatus): Fields {
  const { api, logs, issues } = status
  return [
    ['Environment', status.environment],
    ['Cluster', `${status.cluster}, ${status.status}`],
    ['Kubernetes', `${status.kubernetes.version}${status.platformVersion === '' ? '' : ` (${status.platformVersion})`}`],
    ['Support', supportText(status.kubernetes)],
    ['API server', apiText(api)],
    ['Endpoint', endpointText(status.endpoint)],
    ['Certificate', certificateText(api)],
    ['Authentication', status.authenticationMode],
    ['Protection', status.deletionProtection ? 'against deletion, on' : 'against deletion, off'],
    ['Secrets', status.secretsKey === null ? 'not encrypted with a key of your own' : `encrypted with ${status.secretsKey}`],
    ['Logs', logs.on.length === 0 ? 'none' : `${logs.on.join(', ')}${logs.off.length === 0 ? '' : `; not ${logs.off.join(', ')}`}`],
    ['Nodes', nodesText(api)],
    ['Applications', applicationsText(api)],
    ...(issues.length > 0 ? [['Issues', issues.join('\n')] as const] : []),
  ]
}

export const nodeGroupColumns: ReadonlyArray<Column<ClusterStatus['nodeGroups'][number]>> = [
  { header: 'Node group', value: ({ name }) => name },
  { header: 'Status', value: ({ status }) => status },
  { header: 'Ready', value: ({ ready, desired }) => `${ready ?? '?'}/${desired}` },
  { header: 'Min-max', value: ({ min, max }) => `${min}-${max}` },
  { header: 'Version', value: ({ version }) => version },
  { header: 'Instances', value: ({ instanceTypes }) => instanceTypes.join(', ') },
  { header: 'Issues', value: ({ issues }) => issues.join('; ') },
]

export const clusterAddonColumns: ReadonlyArray<Column<ClusterStatus['addons'][number]>> = [
  { header: 'Add-on', value: ({ name }) => name },
  { header: 'Status', value: ({ status }) => status },
  { header: 'Version', value: ({ version }) => version },
  { header: 'Issues', value: ({ issues }) => issues.join('; ') },
]

export const clusterApplicationColumns: ReadonlyArray<Column<NonNullable<ClusterStatus['api']['applications']>[number]>> = [
  { header: 'Application', value: ({ name }) => name },
  { header: 'Sync', value: ({ sync }) => sync },
  { header: 'Health', value: ({ health }) => health },
  { header: 'Revision', value: ({ revision }) => revision },
]

function supportText({ support, standardSupportEnds, extendedSupportEnds, daysLeft }: ClusterStatus['kubernetes']): string {
  if (standardSupportEnds === null) return support
  const left = daysLeft !== null && daysLeft >= 0 ? `${daysLeft} days left` : 'over'
  const extended = extendedSupportEnds === null ? '' : `; extended until ${extendedSupportEnds}`
  return `${support}; standard until ${standardSupportEnds} (${left})${extended}`
}

function apiText({ reachable, authorized, reason, version }: ClusterStatus['api']): string {
  if (!reachable) return `not reachable${reason === null ? '' : `: ${reason}`}`
  return `reachable${version === null ? '' : `, ${version}`}${authorized ? '' : `, but ${reason ?? 'it does not let this identity in'}`}`
}

function endpointText({ url, public: isPublic, publicCidrs, private: isPrivate }: ClusterStatus['endpoint']): string {
  const ways = [...(isPublic ? [`public to ${publicCidrs.join(', ')}`] : []), ...(isPrivate ? ['private'] : [])]
  return `${url ?? 'none'} (${ways.join(', ')})`
}

function certificateText({ certificate }: ClusterStatus['api']): string {
  if (!certificate) return 'unknown'
  return `until ${certificate.expiresAt.slice(0, 10)}${certificate.trusted ? '' : ', NOT issued by the authority of this cluster'}`
}

function nodesText({ nodes }: ClusterStatus['api']): string {
  if (!nodes) return 'unknown'
  const notReady = nodes.filter(({ ready }) => !ready).map(({ name }) => name)
  return `${nodes.length - notReady.length} of ${nodes.length} ready${notReady.length === 0 ? '' : `; not ${notReady.join(', ')}`}`
}

function applicationsText({ applications, applicationsReason }: ClusterStatus['api']): string {
  if (!applications) return applicationsReason ?? 'unknown'
  const well = applications.filter(({ sync, health }) => sync === 'Synced' && health === 'Healthy').length
  return `${well} of ${applications.length} synced and healthy`
}
