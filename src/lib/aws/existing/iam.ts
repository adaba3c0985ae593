import type { Tag } from '@aws-sdk/client-iam'
import { unlessMissing } from '../explain-error.js'
import { candidate, collect, ownerOf, tagMap, text, type Finder, type Finding } from './finding.js'

const sdk = () => import('@aws-sdk/client-iam')

/** Path below which everything of an environment lies. */
export function environmentPath({ platform, environment }: { platform: string; environment: string }): string {
  return `/platform/${platform}/${environment}/`
}

/** Names in IAM are unique in an account whatever the path, so a namesake of somebody else must not be taken. */
function isOurs(finding: Finding, path: string | undefined, tags: Tag[] | undefined): boolean {
  const owner = ownerOf(tagMap(tags), finding.scope)
  return owner === 'ours' || (owner === 'untagged' && path === environmentPath(finding.scope))
}

const role: Finder = async (finding, values) => {
  const RoleName = text(values, 'name')
  if (RoleName === undefined) return []
  const { GetRoleCommand } = await sdk()
  const found = (await unlessMissing((await finding.clients.iam()).send(new GetRoleCommand({ RoleName })), 'NoSuchEntity*'))?.Role
  return found && isOurs(finding, found.Path, found.Tags) ? [candidate(RoleName)] : []
}

/** Import id: ROLE:POLICY. */
const rolePolicy: Finder = async (finding, values) => {
  const RoleName = text(values, 'role')
  const PolicyName = text(values, 'name')
  if (RoleName === undefined || PolicyName === undefined) return []
  const { GetRolePolicyCommand } = await sdk()
  const found = await unlessMissing((await finding.clients.iam()).send(new GetRolePolicyCommand({ RoleName, PolicyName })), 'NoSuchEntity*')
  return found ? [candidate(`${RoleName}:${PolicyName}`)] : []
}

/** Import id: ROLE/POLICYARN. */
const rolePolicyAttachment: Finder = async (finding, values) => {
  const RoleName = text(values, 'role')
  const arn = text(values, 'policy_arn')
  if (RoleName === undefined || arn === undefined) return []
  const { paginateListAttachedRolePolicies } = await sdk()
  const attached = await finding.cached(`iam/attached/${RoleName}`, async () => {
    const client = await finding.clients.iam()
    const pages = collect(paginateListAttachedRolePolicies({ client }, { RoleName }), (page) => page.AttachedPolicies)
    return (await unlessMissing(pages, 'NoSuchEntity*')) ?? []
  })
  return attached.some(({ PolicyArn }) => PolicyArn === arn) ? [candidate(`${RoleName}/${arn}`)] : []
}

/** Import id: the ARN. Policies have no tags in listings; name and path together are unique. */
const policy: Finder = async (finding, values) => {
  const name = text(values, 'name')
  const path = text(values, 'path') ?? '/'
  if (name === undefined) return []
  const { paginateListPolicies } = await sdk()
  const policies = await finding.cached(`iam/policies/${path}`, async () =>
    collect(paginateListPolicies({ client: await finding.clients.iam() }, { Scope: 'Local', PathPrefix: path }), (page) => page.Policies),
  )
  const found = policies.filter(({ PolicyName, Path }) => PolicyName === name && Path === path)
  if (path === environmentPath(finding.scope)) return found.map(({ Arn }) => candidate(Arn ?? ''))
  const { ListPolicyTagsCommand } = await sdk()
  const client = await finding.clients.iam()
  const tagged = await Promise.all(
    found.map(async ({ Arn }) => ({ Arn, tags: (await client.send(new ListPolicyTagsCommand({ PolicyArn: Arn }))).Tags })),
  )
  return tagged.filter(({ tags }) => ownerOf(tagMap(tags), finding.scope) === 'ours').map(({ Arn }) => candidate(Arn ?? ''))
}

const instanceProfile: Finder = async (finding, values) => {
  const InstanceProfileName = text(values, 'name')
  if (InstanceProfileName === undefined) return []
  const { GetInstanceProfileCommand } = await sdk()
  const client = await finding.clients.iam()
  const found = (await unlessMissing(client.send(new GetInstanceProfileCommand({ InstanceProfileName })), 'NoSuchEntity*'))?.InstanceProfile
  return found && isOurs(finding, found.Path, found.Tags) ? [candidate(InstanceProfileName)] : []
}

/** Import id: the ARN, which ends with the issuer. An issuer belongs to one cluster, so nobody else can have it. */
const openIdProvider: Finder = async (finding, values) => {
  const url = text(values, 'url')
  if (url === undefined) return []
  const { ListOpenIDConnectProvidersCommand } = await sdk()
  const { OpenIDConnectProviderList } = await (await finding.clients.iam()).send(new ListOpenIDConnectProvidersCommand({}))
  const ending = `:oidc-provider/${url.replace(/^https:\/\//, '')}`
  return (OpenIDConnectProviderList ?? []).flatMap(({ Arn }) => (Arn?.endsWith(ending) ? [candidate(Arn)] : []))
}

/** Import id: the ARN. One for each service and account, shared by all environments. */
const serviceLinkedRole: Finder = async (finding, values) => {
  const service = text(values, 'aws_service_name')
  if (service === undefined || text(values, 'custom_suffix') !== undefined) return []
  const { paginateListRoles } = await sdk()
  const client = await finding.clients.iam()
  const roles = await collect(paginateListRoles({ client }, { PathPrefix: `/aws-service-role/${service}/` }), (page) => page.Roles)
  return roles.filter(({ Path }) => Path === `/aws-service-role/${service}/`).map(({ Arn }) => candidate(Arn ?? ''))
}

export const iamFinders: Readonly<Record<string, Finder>> = {
  aws_iam_role: role,
  aws_iam_role_policy: rolePolicy,
  aws_iam_role_policy_attachment: rolePolicyAttachment,
  aws_iam_policy: policy,
  aws_iam_instance_profile: instanceProfile,
  aws_iam_openid_connect_provider: openIdProvider,
  aws_iam_service_linked_role: serviceLinkedRole,
}
