import type { Scope, WAFV2Client } from '@aws-sdk/client-wafv2'
import { unlessMissing } from '../explain-error.js'
import { candidate, tagMap, text, type Finder, type Finding, type Tags } from './finding.js'
import { ifOurs } from './owned.js'

const sdk = () => import('@aws-sdk/client-wafv2')

interface Summary {
  Name?: string | undefined
  Id?: string | undefined
  ARN?: string | undefined
}
type List = (client: WAFV2Client, page: { Scope: Scope; NextMarker?: string }) => Promise<{ items: Summary[]; next: string | undefined }>

const listAcls: List = async (client, page) => {
  const { WebACLs = [], NextMarker } = await client.send(new (await sdk()).ListWebACLsCommand(page))
  return { items: WebACLs, next: NextMarker }
}

const listIpSets: List = async (client, page) => {
  const { IPSets = [], NextMarker } = await client.send(new (await sdk()).ListIPSetsCommand(page))
  return { items: IPSets, next: NextMarker }
}

/** A name is unique in its scope. Import id: ID/NAME/SCOPE. */
function named(kind: string, list: List): Finder {
  return async (finding, values) => {
    const name = text(values, 'name')
    const scope = text(values, 'scope')
    if (name === undefined || scope === undefined) return []
    const all = await finding.cached(`waf/${kind}/${scope}`, async () => allOf(await finding.clients.waf(), list, scope as Scope))
    const found = all.find(({ Name }) => Name === name)
    const { Id, ARN } = found ?? {}
    if (Id === undefined || ARN === undefined) return []
    return ifOurs(finding, { importId: `${Id}/${name}/${scope}` }, () => tagsOf(finding, ARN))
  }
}

/** The SDK has no paginator for WAF. A page without items is the last one: WAF may name a marker that leads nowhere. */
async function allOf(client: WAFV2Client, list: List, scope: Scope): Promise<Summary[]> {
  const all: Summary[] = []
  let marker: string | undefined
  for (;;) {
    const { items, next } = await list(client, { Scope: scope, ...(marker !== undefined && { NextMarker: marker }) })
    all.push(...items)
    if (items.length === 0 || next === undefined || next === '' || next === marker) return all
    marker = next
  }
}

async function tagsOf(finding: Finding, ResourceARN: string): Promise<Tags> {
  const { ListTagsForResourceCommand } = await sdk()
  const { TagInfoForResource } = await (await finding.clients.waf()).send(new ListTagsForResourceCommand({ ResourceARN }))
  return tagMap(TagInfoForResource?.TagList)
}

/** Import id: WEBACLARN,RESOURCEARN. One with another web ACL is none: Terraform sets its own in its place. */
const association: Finder = async (finding, values) => {
  const ResourceArn = text(values, 'resource_arn')
  const acl = text(values, 'web_acl_arn')
  if (ResourceArn === undefined || acl === undefined) return []
  const { GetWebACLForResourceCommand } = await sdk()
  const call = (await finding.clients.waf()).send(new GetWebACLForResourceCommand({ ResourceArn }))
  const found = await unlessMissing(call, 'WAFNonexistentItemException')
  return found?.WebACL?.ARN === acl ? [candidate(`${acl},${ResourceArn}`)] : []
}

/** Import id: the ARN of the web ACL. */
const logging: Finder = async (finding, values) => {
  const ResourceArn = text(values, 'resource_arn')
  if (ResourceArn === undefined) return []
  const { GetLoggingConfigurationCommand } = await sdk()
  const call = (await finding.clients.waf()).send(new GetLoggingConfigurationCommand({ ResourceArn }))
  return (await unlessMissing(call, 'WAFNonexistentItemException'))?.LoggingConfiguration ? [candidate(ResourceArn)] : []
}

/** Import ids follow the provider's documentation of each resource (section "Import"). */
export const wafFinders: Readonly<Record<string, Finder>> = {
  aws_wafv2_ip_set: named('ip-sets', listIpSets),
  aws_wafv2_web_acl: named('web-acls', listAcls),
  aws_wafv2_web_acl_association: association,
  aws_wafv2_web_acl_logging_configuration: logging,
}
