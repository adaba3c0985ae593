import type { Environment, Project } from '../config/project.js'

type Outputs = Readonly<Record<string, unknown>>

/**
 * What the values of add-ons need to know of a cluster, as annotations of its Secret. What is not known, because the part is not there,
 * is left out: add-ons then keep what their files say, and user interfaces have no name.
 */
export function clusterFacts(
  { platform, shared }: Pick<Project, 'platform' | 'shared'>,
  { environment, outputs }: { environment: Pick<Environment, 'role'>; outputs: Outputs },
): Record<string, string> {
  const domain = domainOf(shared)
  const exporter = outputs['metrics_exporter']
  const configuration = typeof exporter === 'object' && exporter !== null ? (exporter as Outputs)['configuration'] : undefined
  const facts = {
    platform_name: platform.name,
    platform_domain: domain,
    management_domain: environment.role === 'management' ? domain : undefined,
    velero_bucket: textIn(outputs, 'velero_bucket'),
    karpenter_queue: textIn(outputs, 'karpenter_queue'),
    cloudwatch_exporter:
      configuration === undefined ? undefined : typeof configuration === 'string' ? configuration : JSON.stringify(configuration),
  }
  return Object.fromEntries(Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/**
 * The zone below which the user interfaces of the management cluster have their names: the first one whose certificate is issued, for a
 * load balancer finds its certificate by the name.
 */
function domainOf({ dns }: Project['shared']): string | undefined {
  return Object.entries(dns.zones).find(([, { waitForCertificate }]) => waitForCertificate)?.[0]
}

function textIn(outputs: Outputs, name: string): string | undefined {
  const found = outputs[name]
  return typeof found === 'string' && found !== '' ? found : undefined
}
