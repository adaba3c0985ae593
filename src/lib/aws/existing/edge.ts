import type { Tag, WAFV2Client } from '@aws-sdk/client-wafv2'
import { unlessMissing } from '../explain-error.js'
import { candidate, collect, text, type Finder } from './finding.js'
import { byName } from './named.js'

const elb = () => import('@aws-sdk/client-elastic-load-balancing-v2')
const waf = () => import('@aws-sdk/client-wafv2')

/** Import id: the ARN. */
const balancer = byName('name', async ({ clients }, name) => {
  const { DescribeLoadBalancersCommand, DescribeTagsCommand } = await elb()
  const client = await clients.loadBalancers()
  const found = await unlessMissing(client.send(new DescribeLoadBalancersCommand({ Names: [name] })), 'LoadBalancerNotFound*')
  const arn = found?.LoadBalancers?.[0]?.LoadBalancerArn
  if (arn === undefined) return undefined
  const { TagDescriptions } = await client.send(new DescribeTagsCommand({ ResourceArns: [arn] }))
  return { importId: arn, state: found?.LoadBalancers?.[0]?.State?.Code, tags: TagDescriptions?.[0]?.Tags }
})

/** Import id: the ARN. */
const targetGroup = byName('name', async ({ clients }, name) => {
  const { DescribeTagsCommand, DescribeTargetGroupsCommand } = await elb()
  const client = await clients.loadBalancers()
  const found = await unlessMissing(client.send(new DescribeTargetGroupsCommand({ Names: [name] })), 'TargetGroupNotFound*')
  const arn = found?.TargetGroups?.[0]?.TargetGroupArn
  if (arn === undefined) return undefined
  return { importId: arn, tags: (await client.send(new DescribeTagsCommand({ ResourceArns: [arn] }))).TagDescriptions?.[0]?.Tags }
})

/** A load balancer has one for each port. Import id: the ARN. */
const listener: Finder = async (finding, values) => {
  const LoadBalancerArn = text(values, 'load_balancer_arn')
  if (LoadBalancerArn === undefined) return []
  const { paginateDescribeListeners } = await elb()
  const client = await finding.clients.loadBalancers()
  const all = await collect(paginateDescribeListeners({ client }, { LoadBalancerArn }), (page) => page.Listeners)
  return all.flatMap(({ ListenerArn, Port }) => (ListenerArn !== undefined && Port === values['port'] ? [candidate(ListenerArn)] : []))
}

/** Import id: LISTENERARN_CERTIFICATEARN. */
const listenerCertificate: Finder = async (finding, values) => {
  const ListenerArn = text(values, 'listener_arn')
  const arn = text(values, 'certificate_arn')
  if (ListenerArn === undefined || arn === undefined) return []
  const { paginateDescribeListenerCertificates } = await elb()
  const client = await finding.clients.loadBalancers()
  const all = await collect(paginateDescribeListenerCertificates({ client }, { ListenerArn }), (page) => page.Certificates)
  return all.some(({ CertificateArn, IsDefault }) => CertificateArn === arn && IsDefault !== true)
    ? [candidate(`${ListenerArn}_${arn}`)]
    : []
}

interface WafPage {
  NextMarker?: string | undefined
  items: ReadonlyArray<{ Name?: string | undefined; Id?: string | undefined; ARN?: string | undefined }> | undefined
}

/** Import id: ID/NAME/SCOPE. WAF lists without paginators, 100 at most. */
function ofWaf(list: (client: WAFV2Client, NextMarker: string | undefined) => Promise<WafPage>): Finder {
  return byName('name', async ({ clients }, name) => {
    const { ListTagsForResourceCommand } = await waf()
    const client = await clients.waf()
    let marker: string | undefined
    do {
      const page = await list(client, marker)
      const found = page.items?.find(({ Name }) => Name === name)
      if (found) {
        const { TagInfoForResource } = await client.send(new ListTagsForResourceCommand({ ResourceARN: found.ARN }))
        const tags: Tag[] | undefined = TagInfoForResource?.TagList
        return { importId: `${found.Id ?? ''}/${name}/REGIONAL`, tags }
      }
      marker = page.NextMarker
    } while (marker !== undefined && marker !== '')
    return undefined
  })
}

const webAcl = ofWaf(async (client, NextMarker) => {
  const page = await client.send(new (await waf()).ListWebACLsCommand({ Scope: 'REGIONAL', NextMarker }))
  return { NextMarker: page.NextMarker, items: page.WebACLs }
})

const ipSet = ofWaf(async (client, NextMarker) => {
  const page = await client.send(new (await waf()).ListIPSetsCommand({ Scope: 'REGIONAL', NextMarker }))
  return { NextMarker: page.NextMarker, items: page.IPSets }
})

/** Import id: WEBACLARN,RESOURCEARN. */
const association: Finder = async (finding, values) => {
  const ResourceArn = text(values, 'resource_arn')
  const acl = text(values, 'web_acl_arn')
  if (ResourceArn === undefined || acl === undefined) return []
  const { GetWebACLForResourceCommand } = await waf()
  const found = await unlessMissing((await finding.clients.waf()).send(new GetWebACLForResourceCommand({ ResourceArn })), 'WAFNonexistent*')
  return found?.WebACL?.ARN === acl ? [candidate(`${acl},${ResourceArn}`)] : []
}

/** Import id: the ARN of the web ACL. */
const logging: Finder = async (finding, values) => {
  const ResourceArn = text(values, 'resource_arn')
  if (ResourceArn === undefined) return []
  const { GetLoggingConfigurationCommand } = await waf()
  const command = new GetLoggingConfigurationCommand({ ResourceArn })
  const found = await unlessMissing((await finding.clients.waf()).send(command), 'WAFNonexistent*')
  return found?.LoggingConfiguration ? [candidate(ResourceArn)] : []
}

/** Import ids follow the provider's documentation of each resource (section "Import"). */
export const edgeFinders: Readonly<Record<string, Finder>> = {
  aws_lb: balancer,
  aws_lb_listener: listener,
  aws_lb_listener_certificate: listenerCertificate,
  aws_lb_target_group: targetGroup,
  aws_wafv2_ip_set: ipSet,
  aws_wafv2_web_acl: webAcl,
  aws_wafv2_web_acl_association: association,
  aws_wafv2_web_acl_logging_configuration: logging,
}
