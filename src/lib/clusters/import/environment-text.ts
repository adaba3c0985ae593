import { stringify } from 'yaml'
import type { Role } from '../../config/choices.js'
import type { Description } from './describe.js'

const HEAD = ` Made by "platform cluster import": an environment around a cluster that platform did not make.
 "existing" says what the cluster is, and Terraform is told exactly this. Change a value here to change the cluster.
 Reference: docs/reference/configuration.md`

/** The file of an imported environment. */
export function environmentText(
  place: { role: Role; account: string; region: string },
  { protection, cluster, existing }: Description,
): string {
  const file = { apiVersion: 'platform/v1alpha1', kind: 'Environment', ...place, protection, cluster, existing }
  const head = HEAD.split('\n').map((line) => `#${line}`)
  return `${head.join('\n')}\n${stringify(file, { lineWidth: 0 })}`
}
