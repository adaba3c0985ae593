import { lt } from 'semver'
import type { AwsClients } from '../../aws/clients.js'
import { type AddonVersions, readAddonVersions } from '../../aws/addon-versions.js'
import type { Addon } from '../../aws/cluster-parts.js'
import { managedAddons } from '../../config/choices.js'

/** What an upgrade does to an add-on that EKS manages. */
export interface AddonChange {
  name: string
  installed: string
  /** The version after the upgrade; null where no version knows the new Kubernetes. */
  version: string | null
  /** Whether Terraform keeps it. Others are only looked at. */
  managed: boolean
}

/** For each installed add-on the version that the new Kubernetes needs. One that is newer than what EKS prefers stays. */
export async function addonChanges(
  clients: Pick<AwsClients, 'eks'>,
  installed: readonly Addon[],
  kubernetesVersion: string,
): Promise<AddonChange[]> {
  return Promise.all(
    installed.map(async ({ name, version }) => {
      const versions = await readAddonVersions(clients, name, kubernetesVersion)
      return { name, installed: version, version: chooseVersion(version, versions), managed: managedAddons.some((each) => each === name) }
    }),
  )
}

/** @returns null where nothing fits */
export function chooseVersion(installed: string, { compatible, preferred }: AddonVersions): string | null {
  if (preferred === null || !compatible.includes(installed)) return preferred
  return isOlder(installed, preferred) ? preferred : installed
}

/** EKS counts its builds of a version: `v1.19.2-eksbuild.5`. */
function isOlder(one: string, other: string): boolean {
  try {
    return lt(one, other)
  } catch {
    return false
  }
}
