import type { AwsClients } from './clients.js'
import { explained } from './explain-error.js'

/** Versions of an EKS add-on that a Kubernetes version works with. */
export interface AddonVersions {
  /** Newest first, as EKS lists them. */
  compatible: string[]
  /** What EKS would install by itself; the newest where it does not say. */
  preferred: string | null
}

/** The versions of an add-on of EKS for a Kubernetes version. Empty where the add-on does not know it. */
export async function readAddonVersions(
  clients: Pick<AwsClients, 'eks'>,
  addonName: string,
  kubernetesVersion: string,
): Promise<AddonVersions> {
  const { paginateDescribeAddonVersions } = await import('@aws-sdk/client-eks')
  return explained(`read the versions of the add-on ${addonName}`, async () => {
    const client = await clients.eks()
    const compatible: string[] = []
    let preferred: string | null = null
    for await (const { addons } of paginateDescribeAddonVersions({ client }, { addonName, kubernetesVersion })) {
      for (const { addonVersion, compatibilities } of addons?.flatMap(({ addonVersions }) => addonVersions ?? []) ?? []) {
        const fit = compatibilities?.find(({ clusterVersion }) => clusterVersion === kubernetesVersion)
        if (addonVersion === undefined || !fit) continue
        compatible.push(addonVersion)
        if (fit.defaultVersion === true) preferred = addonVersion
      }
    }
    return { compatible, preferred: preferred ?? compatible[0] ?? null }
  })
}
