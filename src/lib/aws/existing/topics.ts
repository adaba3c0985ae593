import { unlessMissing } from '../explain-error.js'
import { partitionOf } from '../partition.js'
import { candidate, collect, tagMap, text, type Finder, type Finding } from './finding.js'
import { ifOurs } from './owned.js'

const sdk = () => import('@aws-sdk/client-sns')

/** Import id: the ARN, which follows from the name. */
const topic: Finder = async (finding, values) => {
  const name = text(values, 'name')
  if (name === undefined) return []
  const { accountId, region } = finding.clients.connection
  const arn = `arn:${partitionOf(region)}:sns:${region}:${accountId}:${name}`
  if (!(await exists(finding, arn))) return []
  const { ListTagsForResourceCommand } = await sdk()
  const client = await finding.clients.sns()
  return ifOurs(finding, { importId: arn }, async () =>
    tagMap((await client.send(new ListTagsForResourceCommand({ ResourceArn: arn }))).Tags),
  )
}

/** Every topic has a policy; Terraform's resource only takes it over. Import id: the ARN of the topic. */
const topicPolicy: Finder = async (finding, values) => {
  const arn = text(values, 'arn')
  return arn !== undefined && (await exists(finding, arn)) ? [candidate(arn)] : []
}

async function exists(finding: Finding, TopicArn: string): Promise<boolean> {
  const { GetTopicAttributesCommand } = await sdk()
  const call = (await finding.clients.sns()).send(new GetTopicAttributesCommand({ TopicArn }))
  return (await unlessMissing(call, 'NotFound*')) !== undefined
}

/**
 * Import id: the ARN. A subscription that waits for its confirmation has none; asking for it a second time does not make
 * a second one, so Terraform may.
 */
const subscription: Finder = async (finding, values) => {
  const TopicArn = text(values, 'topic_arn')
  const endpoint = text(values, 'endpoint')
  const protocol = text(values, 'protocol')
  if (TopicArn === undefined || endpoint === undefined || protocol === undefined) return []
  const { paginateListSubscriptionsByTopic } = await sdk()
  const client = await finding.clients.sns()
  const call = finding.cached(`sns/subscriptions/${TopicArn}`, () =>
    collect(paginateListSubscriptionsByTopic({ client }, { TopicArn }), (page) => page.Subscriptions),
  )
  const all = (await unlessMissing(call, 'NotFound*')) ?? []
  return all.flatMap(({ Endpoint, Protocol, SubscriptionArn }) =>
    Endpoint === endpoint && Protocol === protocol && SubscriptionArn?.startsWith('arn:') === true ? [candidate(SubscriptionArn)] : [],
  )
}

/** Import ids follow the provider's documentation of each resource (section "Import"). */
export const topicFinders: Readonly<Record<string, Finder>> = {
  aws_sns_topic: topic,
  aws_sns_topic_policy: topicPolicy,
  aws_sns_topic_subscription: subscription,
}
