import { unlessMissing } from '../explain-error.js'
import { partitionOf } from '../partition.js'
import { candidate, tagMap, text, type Finder } from './finding.js'
import { ifOurs } from './owned.js'

/** Import id: the name. */
const alarm: Finder = async (finding, values) => {
  const name = text(values, 'alarm_name')
  if (name === undefined) return []
  const { DescribeAlarmsCommand, ListTagsForResourceCommand } = await import('@aws-sdk/client-cloudwatch')
  const client = await finding.clients.cloudWatch()
  const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['MetricAlarm'] }))
  const ResourceARN = MetricAlarms?.find(({ AlarmName }) => AlarmName === name)?.AlarmArn
  if (ResourceARN === undefined) return []
  return ifOurs(finding, { importId: name }, async () => tagMap((await client.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags))
}

/** Dashboards have no tags: the name alone says whose it is. Import id: the name. */
const dashboard: Finder = async (finding, values) => {
  const name = text(values, 'dashboard_name')
  if (name === undefined) return []
  const { GetDashboardCommand } = await import('@aws-sdk/client-cloudwatch')
  const call = (await finding.clients.cloudWatch()).send(new GetDashboardCommand({ DashboardName: name }))
  return (await unlessMissing(call, 'DashboardNotFound*', 'ResourceNotFound*')) ? [candidate(name)] : []
}

/** What Terraform calls the bus when nothing is said. */
const busOf = (values: Record<string, unknown>): string => text(values, 'event_bus_name') ?? 'default'

/** Import id: BUS/NAME. */
const eventRule: Finder = async (finding, values) => {
  const name = text(values, 'name')
  if (name === undefined) return []
  const bus = busOf(values)
  const { DescribeRuleCommand, ListTagsForResourceCommand } = await import('@aws-sdk/client-eventbridge')
  const client = await finding.clients.events()
  const call = client.send(new DescribeRuleCommand({ Name: name, EventBusName: bus }))
  const ResourceARN = (await unlessMissing(call, 'ResourceNotFoundException'))?.Arn
  if (ResourceARN === undefined) return []
  return ifOurs(finding, { importId: `${bus}/${name}` }, async () =>
    tagMap((await client.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags),
  )
}

/** A rule has at most five targets, so one page is all. Import id: BUS/RULE/TARGET. */
const eventTarget: Finder = async (finding, values) => {
  const rule = text(values, 'rule')
  const target = text(values, 'target_id')
  if (rule === undefined || target === undefined) return []
  const bus = busOf(values)
  const { ListTargetsByRuleCommand } = await import('@aws-sdk/client-eventbridge')
  const call = (await finding.clients.events()).send(new ListTargetsByRuleCommand({ Rule: rule, EventBusName: bus }))
  const found = await unlessMissing(call, 'ResourceNotFoundException')
  return found?.Targets?.some(({ Id }) => Id === target) === true ? [candidate(`${bus}/${rule}/${target}`)] : []
}

/** Import id: ACCOUNT:NAME. */
const budget: Finder = async (finding, values) => {
  const name = text(values, 'name')
  if (name === undefined) return []
  const { DescribeBudgetCommand, ListTagsForResourceCommand } = await import('@aws-sdk/client-budgets')
  const client = await finding.clients.budgets()
  const { accountId, region } = finding.clients.connection
  const call = client.send(new DescribeBudgetCommand({ AccountId: accountId, BudgetName: name }))
  if (!(await unlessMissing(call, 'NotFoundException'))?.Budget) return []
  const ResourceARN = `arn:${partitionOf(region)}:budgets::${accountId}:budget/${name}`
  return ifOurs(finding, { importId: `${accountId}:${name}` }, async () =>
    tagMap((await client.send(new ListTagsForResourceCommand({ ResourceARN }))).ResourceTags),
  )
}

/** Import ids follow the provider's documentation of each resource (section "Import"). */
export const observabilityFinders: Readonly<Record<string, Finder>> = {
  aws_budgets_budget: budget,
  aws_cloudwatch_dashboard: dashboard,
  aws_cloudwatch_event_rule: eventRule,
  aws_cloudwatch_event_target: eventTarget,
  aws_cloudwatch_metric_alarm: alarm,
}
