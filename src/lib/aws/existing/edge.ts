import { unlessMissing } from '../explain-error.js'
import { candidate, collect, tagMap, text, type Finder, type Finding, type Tags } from './finding.js'
import { ifOurs } from './owned.js'

const sdk = () => import('@aws-sdk/client-elastic-load-balancing-v2')

/** Import id: the ARN. A name is unique in its region. */
const balancer: Finder = async (finding, values) => {
  const name = text(values, 'name')
  if (name === undefined) return []
  const { DescribeLoadBalancersCommand } = await sdk()
  const client = await finding.clients.loadBalancers()
  const answer = await unlessMissing(client.send(new DescribeLoadBalancersCommand({ Names: [name] })), 'LoadBalancerNotFound*')
  const found = answer?.LoadBalancers?.find(({ LoadBalancerName }) => LoadBalancerName === name)
  const arn = found?.LoadBalancerArn
  return arn === undefined ? [] : ifOurs(finding, { importId: arn, state: found?.State?.Code }, () => tagsOf(finding, arn))
}

/** Import id: the ARN. A name is unique in its region. */
const targetGroup: Finder = async (finding, values) => {
  const name = text(values, 'name')
  if (name === undefined) return []
  const { DescribeTargetGroupsCommand } = await sdk()
  const client = await finding.clients.loadBalancers()
  const answer = await unlessMissing(client.send(new DescribeTargetGroupsCommand({ Names: [name] })), 'TargetGroupNotFound*')
  const arn = answer?.TargetGroups?.find(({ TargetGroupName }) => TargetGroupName === name)?.TargetGroupArn
  return arn === undefined ? [] : ifOurs(finding, { importId: arn }, () => tagsOf(finding, arn))
}

async function tagsOf(finding: Finding, arn: string): Promise<Tags> {
  const { DescribeTagsCommand } = await sdk()
  const { TagDescriptions } = await (await finding.clients.loadBalancers()).send(new DescribeTagsCommand({ ResourceArns: [arn] }))
  return tagMap(TagDescriptions?.find(({ ResourceArn }) => ResourceArn === arn)?.Tags)
}

/** Known by its port: a load balancer has one listener on each. Import id: the ARN. */
const listener: Finder = async (finding, values) => {
  const LoadBalancerArn = text(values, 'load_balancer_arn')
  if (LoadBalancerArn === undefined) return []
  const { paginateDescribeListeners } = await sdk()
  const client = await finding.clients.loadBalancers()
  const all = await finding.cached(`load-balancers/listeners/${LoadBalancerArn}`, () =>
    collect(paginateDescribeListeners({ client }, { LoadBalancerArn }), (page) => page.Listeners),
  )
  return all.flatMap(({ Port, ListenerArn }) => (Port === values['port'] && ListenerArn !== undefined ? [candidate(ListenerArn)] : []))
}

/** Import id: LISTENERARN_CERTIFICATEARN. */
const listenerCertificate: Finder = async (finding, values) => {
  const ListenerArn = text(values, 'listener_arn')
  const certificate = text(values, 'certificate_arn')
  if (ListenerArn === undefined || certificate === undefined) return []
  const { paginateDescribeListenerCertificates } = await sdk()
  const client = await finding.clients.loadBalancers()
  const all = await finding.cached(`load-balancers/certificates/${ListenerArn}`, () =>
    collect(paginateDescribeListenerCertificates({ client }, { ListenerArn }), (page) => page.Certificates),
  )
  // The default one is part of the listener.
  const added = all.some(({ CertificateArn, IsDefault }) => CertificateArn === certificate && IsDefault !== true)
  return added ? [candidate(`${ListenerArn}_${certificate}`)] : []
}

/** Import ids follow the provider's documentation of each resource (section "Import"). */
export const edgeFinders: Readonly<Record<string, Finder>> = {
  aws_lb: balancer,
  aws_lb_listener: listener,
  aws_lb_listener_certificate: listenerCertificate,
  aws_lb_target_group: targetGroup,
}
