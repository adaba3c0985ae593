import type { AccessEntry as SdkEntry, AssociatedAccessPolicy } from '@aws-sdk/client-eks'
import type { AwsClients } from '../../aws/clients.js'
import type { AccessEntry, AssociatedPolicy } from './ports.js'

/**
 * The access entries of a cluster with their policies, as the emulator's EKS tells them.
 * @param principalIds unique ids by ARN, which it does not tell. See `principalIdsOf`.
 */
export async function emulatedEntries(
  clients: AwsClients,
  clusterName: string,
  principalIds: ReadonlyMap<string, string> = new Map(),
): Promise<AccessEntry[]> {
  const sdk = await import('@aws-sdk/client-eks')
  const client = await clients.eks()
  const principals: string[] = []
  for await (const page of sdk.paginateListAccessEntries({ client }, { clusterName })) principals.push(...(page.accessEntries ?? []))
  const read = async (principalArn: string): Promise<AccessEntry[]> => {
    const input = { clusterName, principalArn }
    try {
      const { accessEntry } = await client.send(new sdk.DescribeAccessEntryCommand(input))
      const policies: AssociatedPolicy[] = []
      for await (const page of sdk.paginateListAssociatedAccessPolicies({ client }, input)) {
        policies.push(...(page.associatedAccessPolicies ?? []).map(policyOf))
      }
      return [entryOf(principalArn, accessEntry, policies)]
    } catch (error) {
      // It was deleted since it was listed.
      if (error instanceof sdk.ResourceNotFoundException) return []
      throw error
    }
  }
  return (await Promise.all(principals.map(read))).flat().map((entry) => withId(entry, principalIds.get(entry.principalArn)))
}

function withId(entry: AccessEntry, principalId: string | undefined): AccessEntry {
  return principalId === undefined ? entry : { ...entry, principalId }
}

function entryOf(principalArn: string, entry: SdkEntry | undefined, associatedPolicies: AssociatedPolicy[]): AccessEntry {
  const { kubernetesGroups = [], type, username } = entry ?? {}
  return {
    principalArn,
    kubernetesGroups,
    associatedPolicies,
    ...(type !== undefined && { type }),
    ...(username !== undefined && { username }),
  }
}

function policyOf({ accessScope, policyArn = '' }: AssociatedAccessPolicy): AssociatedPolicy {
  // A scope that is not said reaches nothing.
  return { policyArn, accessScope: { type: accessScope?.type ?? 'namespace', namespaces: accessScope?.namespaces ?? [] } }
}
