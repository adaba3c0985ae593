import { unlessMissing } from '../explain-error.js'
import { candidate, collect, ownerOf, text, type Candidate, type Finder, type Finding } from './finding.js'

const sdk = () => import('@aws-sdk/client-eks')
const MISSING = 'ResourceNotFoundException'

const cluster: Finder = async (finding, values) => {
  const name = text(values, 'name')
  if (name === undefined) return []
  const { DescribeClusterCommand } = await sdk()
  const found = (await unlessMissing((await finding.clients.eks()).send(new DescribeClusterCommand({ name })), MISSING))?.cluster
  return found && ownerOf(found.tags, finding.scope) === 'ours' ? [candidate(name, found.status)] : []
}

/** Import id: CLUSTER:NODEGROUP. */
const nodeGroup: Finder = async (finding, values) => {
  const clusterName = text(values, 'cluster_name')
  const nodegroupName = text(values, 'node_group_name')
  if (clusterName === undefined || nodegroupName === undefined) return []
  const { DescribeNodegroupCommand } = await sdk()
  const answer = await unlessMissing(
    (await finding.clients.eks()).send(new DescribeNodegroupCommand({ clusterName, nodegroupName })),
    MISSING,
  )
  const found = answer?.nodegroup
  if (!found || ownerOf(found.tags, finding.scope) !== 'ours') return []
  const issues = (found.health?.issues ?? []).map(({ code, message }) => `${code ?? 'issue'}: ${message ?? ''}`)
  return [candidate(`${clusterName}:${nodegroupName}`, found.status, issues.length > 0 ? issues.join('; ') : undefined)]
}

/**
 * Import id: CLUSTER:ADDON. One that is being made is taken as it is: CoreDNS stays in CREATING until there are nodes,
 * which may be what Terraform still has to make, so waiting for it could last for ever.
 */
const addon: Finder = async (finding, values) => {
  const clusterName = text(values, 'cluster_name')
  const addonName = text(values, 'addon_name')
  if (clusterName === undefined || addonName === undefined) return []
  const { DescribeAddonCommand } = await sdk()
  const answer = await unlessMissing((await finding.clients.eks()).send(new DescribeAddonCommand({ clusterName, addonName })), MISSING)
  const found = answer?.addon
  if (!found) return []
  const importId = `${clusterName}:${addonName}`
  const status = found.status
  if (status === 'CREATING' || status === 'UPDATING') {
    return [{ importId, phase: 'ready', state: status, note: `The add-on is still in state ${status}.` }]
  }
  return [candidate(importId, status, status === 'ACTIVE' ? undefined : `The add-on is in state ${status ?? 'unknown'}.`)]
}

/** Import id: CLUSTER:PRINCIPALARN. */
const accessEntry: Finder = async (finding, values) => {
  const clusterName = text(values, 'cluster_name')
  const principalArn = text(values, 'principal_arn')
  if (clusterName === undefined || principalArn === undefined) return []
  const { DescribeAccessEntryCommand } = await sdk()
  const answer = await unlessMissing(
    (await finding.clients.eks()).send(new DescribeAccessEntryCommand({ clusterName, principalArn })),
    MISSING,
  )
  return answer?.accessEntry ? [candidate(`${clusterName}:${principalArn}`)] : []
}

/** Import id: CLUSTER#PRINCIPALARN#POLICYARN. */
const accessPolicyAssociation: Finder = async (finding, values) => {
  const clusterName = text(values, 'cluster_name')
  const principalArn = text(values, 'principal_arn')
  const policyArn = text(values, 'policy_arn')
  if (clusterName === undefined || principalArn === undefined || policyArn === undefined) return []
  const { paginateListAssociatedAccessPolicies } = await sdk()
  const policies = await finding.cached(`eks/policies/${clusterName}/${principalArn}`, async () => {
    const client = await finding.clients.eks()
    const pages = collect(
      paginateListAssociatedAccessPolicies({ client }, { clusterName, principalArn }),
      (page) => page.associatedAccessPolicies,
    )
    return (await unlessMissing(pages, MISSING)) ?? []
  })
  return policies.some((policy) => policy.policyArn === policyArn) ? [candidate(`${clusterName}#${principalArn}#${policyArn}`)] : []
}

/** Import id: CLUSTER,ASSOCIATIONID. EKS allows one for each service account. */
const podIdentityAssociation: Finder = async (finding, values) => {
  const clusterName = text(values, 'cluster_name')
  const namespace = text(values, 'namespace')
  const serviceAccount = text(values, 'service_account')
  if (clusterName === undefined || namespace === undefined || serviceAccount === undefined) return []
  const associations = await podIdentities(finding, clusterName)
  return associations
    .filter((each) => each.namespace === namespace && each.serviceAccount === serviceAccount)
    .map((each): Candidate => candidate(`${clusterName},${each.associationId ?? ''}`))
}

async function podIdentities(finding: Finding, clusterName: string) {
  const { paginateListPodIdentityAssociations } = await sdk()
  return finding.cached(`eks/pod-identities/${clusterName}`, async () => {
    const client = await finding.clients.eks()
    return (
      (await unlessMissing(
        collect(paginateListPodIdentityAssociations({ client }, { clusterName }), (page) => page.associations),
        MISSING,
      )) ?? []
    )
  })
}

export const eksFinders: Readonly<Record<string, Finder>> = {
  aws_eks_cluster: cluster,
  aws_eks_node_group: nodeGroup,
  aws_eks_addon: addon,
  aws_eks_access_entry: accessEntry,
  aws_eks_access_policy_association: accessPolicyAssociation,
  aws_eks_pod_identity_association: podIdentityAssociation,
}
