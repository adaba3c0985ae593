import { unlessMissing } from '../explain-error.js'
import { partitionOf } from '../partition.js'
import { candidate, collect, text, type Finder } from './finding.js'
import { byName } from './named.js'

const cloudWatch = () => import('@aws-sdk/client-cloudwatch')
const eventBridge = () => import('@aws-sdk/client-eventbridge')
const sns = () => import('@aws-sdk/client-sns')

/** Import id: the name. */
const alarm = byName('alarm_name', async ({ clients }, name) => {
  const { DescribeAlarmsCommand, ListTagsForResourceCommand } = await cloudWatch()
  const client = await clients.cloudWatch()
  const ResourceARN = (await client.send(new DescribeAlarmsCommand({ AlarmNames: [name] }))).MetricAlarms?.[0]?.AlarmArn
  if (ResourceARN === undefined) return undefined
  return { importId: name, tags: (await client.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags }
})

/** Import id: BUS/NAME. */
const rule = byName('name', async ({ clients }, name) => {
  const { DescribeRuleCommand, ListTagsForResourceCommand } = await eventBridge()
  const client = await clients.eventBridge()
  const ResourceARN = (await unlessMissing(client.send(new DescribeRuleCommand({ Name: name })), 'ResourceNotFound*'))?.Arn
  if (ResourceARN === undefined) return undefined
  return { importId: `default/${name}`, tags: (await client.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags }
})

/** Import id: BUS/RULE/TARGET. */
const target: Finder = async (finding, values) => {
  const Rule = text(values, 'rule')
  const id = text(values, 'target_id')
  if (Rule === undefined || id === undefined) return []
  const { ListTargetsByRuleCommand } = await eventBridge()
  const found = await unlessMissing((await finding.clients.eventBridge()).send(new ListTargetsByRuleCommand({ Rule })), 'ResourceNotFound*')
  return found?.Targets?.some(({ Id }) => Id === id) === true ? [candidate(`default/${Rule}/${id}`)] : []
}

/** Import id: the ARN, which follows from the name. */
const topic = byName('name', async ({ clients }, name) => {
  const { GetTopicAttributesCommand, ListTagsForResourceCommand } = await sns()
  const client = await clients.sns()
  const { accountId, region } = clients.connection
  const arn = `arn:${partitionOf(region)}:sns:${region}:${accountId}:${name}`
  if (!(await unlessMissing(client.send(new GetTopicAttributesCommand({ TopicArn: arn })), 'NotFound*'))) return undefined
  return { importId: arn, tags: (await client.send(new ListTagsForResourceCommand({ ResourceArn: arn }))).Tags }
})

/** Every topic has a policy. Import id: the ARN of the topic. */
const topicPolicy: Finder = async (finding, values) => {
  const arn = text(values, 'arn')
  if (arn === undefined) return []
  const { GetTopicAttributesCommand } = await sns()
  return (await unlessMissing((await finding.clients.sns()).send(new GetTopicAttributesCommand({ TopicArn: arn })), 'NotFound*'))
    ? [candidate(arn)]
    : []
}

/** Import id: the ARN. One that nobody has confirmed has none, and asking again does not make a second one. */
const subscription: Finder = async (finding, values) => {
  const TopicArn = text(values, 'topic_arn')
  if (TopicArn === undefined) return []
  const { paginateListSubscriptionsByTopic } = await sns()
  const client = await finding.clients.sns()
  const pages = collect(paginateListSubscriptionsByTopic({ client }, { TopicArn }), (page) => page.Subscriptions)
  return ((await unlessMissing(pages, 'NotFound*')) ?? []).flatMap(({ Endpoint, Protocol, SubscriptionArn }) =>
    Endpoint === values['endpoint'] && Protocol === values['protocol'] && SubscriptionArn?.startsWith('arn:') === true
      ? [candidate(SubscriptionArn)]
      : [],
  )
}

/** Import id: ACCOUNT:NAME. */
const budget = byName('name', async ({ clients }, name) => {
  const { DescribeBudgetCommand, ListTagsForResourceCommand } = await import('@aws-sdk/client-budgets')
  const client = await clients.budgets()
  const { accountId, region } = clients.connection
  const command = new DescribeBudgetCommand({ AccountId: accountId, BudgetName: name })
  if (!(await unlessMissing(client.send(command), 'NotFound*'))) return undefined
  const ResourceARN = `arn:${partitionOf(region)}:budgets::${accountId}:budget/${name}`
  const { ResourceTags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }))
  return { importId: `${accountId}:${name}`, tags: ResourceTags }
})

/** Import ids follow the provider's documentation of each resource (section "Import"). */
export const watchingFinders: Readonly<Record<string, Finder>> = {
  aws_budgets_budget: budget,
  aws_cloudwatch_event_rule: rule,
  aws_cloudwatch_event_target: target,
  aws_cloudwatch_metric_alarm: alarm,
  aws_sns_topic: topic,
  aws_sns_topic_policy: topicPolicy,
  aws_sns_topic_subscription: subscription,
}
