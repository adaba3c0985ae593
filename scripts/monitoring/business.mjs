import { dashboard, drill, firing, label, lines, row, stat, table } from './parts.mjs'

const level = 'business'
const toEnvironment = drill(level, 'environment', { environment: label('environment') })
const toApplication = (value) => drill(level, 'application', { environment: '$environment', application: value })
const E = 'environment="$environment"'
const S = `${E}, service_name="$application"`
const CHARGES = 'aws_billing_estimated_charges_maximum{dimension_Currency="USD", dimension_ServiceName=""}'
/** Every five minutes there is one number for the last five, so each is counted once. */
const DEPLOYMENTS = 'platform:argocd_app_sync:increase1d{phase="Succeeded"'
const budgetLeft = (selector, by) => `1 - max by (${by}) (platform:errors:ratio_rate3d${selector}) / (1 - scalar(platform:slo:objective))`

export const business = [
  dashboard(level, 'fleet', 'What the platform serves, whether it keeps its promise, what it costs and how quickly changes arrive.', [
    stat('Requests today', 'sum(increase(traces_span_metrics_calls_total{span_kind="SPAN_KIND_SERVER"}[1d]))'),
    stat('Availability, 3 days', '1 - max(platform:errors:ratio_rate3d)', {
      unit: 'percentunit',
      red: 0.995,
      below: true,
      description: 'Of the application that is worst off.',
    }),
    stat('Objective', 'platform:slo:objective', { unit: 'percentunit' }),
    stat('Cost this month', `sum(max by (account_id) (${CHARGES}))`, { unit: 'currencyUSD' }),
    stat('Deployments today', `sum(${DEPLOYMENTS}})`),
    stat('Lead time', 'avg(aws_codepipeline_pipeline_duration_average{dimension_PipelineName!=""})', {
      unit: 's',
      description: 'From the commit to the end of the pipeline, on average.',
    }),
    table(
      'Environments',
      ['environment'],
      {
        'Requests 1d': ['sum by (environment) (increase(traces_span_metrics_calls_total{span_kind="SPAN_KIND_SERVER"}[1d]))'],
        'Availability 3d': ['1 - max by (environment) (platform:errors:ratio_rate3d)', 'percentunit'],
        'Error budget left': [budgetLeft('', 'environment'), 'percentunit'],
        'Deployments 1d': [`sum by (environment) (${DEPLOYMENTS}})`],
        Alerts: ['count by (environment) (ALERTS{alertstate="firing", level="business"}) or count by (environment) (up) * 0'],
      },
      { links: { environment: drill(level, 'environment', { environment: '${__value.raw}' }) }, red: { Alerts: 1 } },
    ),
    lines(
      'Requests served',
      { '{{environment}}': 'sum by (environment) (platform:requests:rate5m)' },
      { unit: 'reqps', link: toEnvironment },
    ),
    lines(
      'Error budget left',
      { '{{environment}}': budgetLeft('', 'environment') },
      { unit: 'percentunit', min: null, link: toEnvironment },
    ),
    row('Cost'),
    lines('This month so far', { '{{account_id}}': `max by (account_id) (${CHARGES})` }, { unit: 'currencyUSD' }),
    lines(
      'By service',
      {
        '{{dimension_ServiceName}}':
          'topk(10, max by (dimension_ServiceName) (aws_billing_estimated_charges_maximum{dimension_Currency="USD", dimension_ServiceName!=""}))',
      },
      { unit: 'currencyUSD', stacked: true },
    ),
    row('Change'),
    lines('Deployments a day', { '{{environment}}': `sum by (environment) (${DEPLOYMENTS}})` }, { link: toEnvironment }),
    lines(
      'Lead time of pipelines',
      {
        '{{dimension_PipelineName}}':
          'max by (dimension_PipelineName) (aws_codepipeline_pipeline_duration_average{dimension_PipelineName!=""})',
      },
      { unit: 's' },
    ),
    firing(', level="business"'),
  ]),

  dashboard(level, 'environment', 'What one environment serves, by application.', [
    stat('Requests today', `sum(increase(traces_span_metrics_calls_total{${E}, span_kind="SPAN_KIND_SERVER"}[1d]))`, { width: 6 }),
    stat('Availability, 3 days', `1 - max(platform:errors:ratio_rate3d{${E}})`, { unit: 'percentunit', red: 0.995, below: true, width: 6 }),
    stat('Applications in all', `count(platform:requests:rate5m{${E}})`, { width: 6 }),
    stat('Deployments today', `sum(${DEPLOYMENTS}, ${E}})`, { width: 6 }),
    table(
      'Applications',
      ['service_name'],
      {
        'Requests 1d': [`sum by (service_name) (increase(traces_span_metrics_calls_total{${E}, span_kind="SPAN_KIND_SERVER"}[1d]))`],
        'Availability 3d': [`1 - max by (service_name) (platform:errors:ratio_rate3d{${E}})`, 'percentunit'],
        'Error budget left': [budgetLeft(`{${E}}`, 'service_name'), 'percentunit'],
        p95: [`max by (service_name) (platform:latency:p95{${E}})`, 's'],
      },
      { links: { service_name: toApplication('${__value.raw}') }, red: { p95: 1 } },
    ),
    lines(
      'Requests served',
      { '{{service_name}}': `sum by (service_name) (platform:requests:rate5m{${E}})` },
      { unit: 'reqps', stacked: true, link: toApplication(label('service_name')) },
    ),
    lines(
      'Error budget left',
      { '{{service_name}}': budgetLeft(`{${E}}`, 'service_name') },
      { unit: 'percentunit', min: null, link: toApplication(label('service_name')) },
    ),
    lines('Deployments a day', { '{{name}}': `sum by (name) (${DEPLOYMENTS}, ${E}})` }),
    lines('Requests at the edge', {
      allowed: `sum(aws_wafv2_allowed_requests_sum{${E}, dimension_Rule="ALL"})`,
      refused: `sum(aws_wafv2_blocked_requests_sum{${E}, dimension_Rule="ALL"})`,
    }),
    firing(`, level="business", ${E}`, ['severity', 'stage', 'alertname', 'service_name']),
  ]),

  dashboard(level, 'application', 'The promise of one application, and how much of its error budget is left.', [
    stat('Requests today', `sum(increase(traces_span_metrics_calls_total{${S}, span_kind="SPAN_KIND_SERVER"}[1d]))`, { width: 6 }),
    stat('Availability, 3 days', `1 - max(platform:errors:ratio_rate3d{${S}})`, { unit: 'percentunit', red: 0.995, below: true, width: 6 }),
    stat('Error budget left', budgetLeft(`{${S}}`, 'service_name'), { unit: 'percentunit', red: 0, below: true, width: 6 }),
    stat('Deployments today', `sum(${DEPLOYMENTS}, ${E}, name=~"$application(-$environment)?"})`, { width: 6 }),
    lines('Requests served', { requests: `sum(platform:requests:rate5m{${S}})` }, { unit: 'reqps' }),
    lines(
      'How fast the budget burns',
      Object.fromEntries(
        ['1h', '6h', '3d'].map((window) => [
          window,
          `max(platform:errors:ratio_rate${window}{${S}}) / (1 - scalar(platform:slo:objective))`,
        ]),
      ),
      { description: '1 uses it up in 30 days. Above 14.4 for an hour somebody is called.' },
    ),
    lines('Requests by operation in a day', {
      '{{span_name}}': `sum by (span_name) (increase(traces_span_metrics_calls_total{${S}, span_kind="SPAN_KIND_SERVER"}[1d]))`,
    }),
    lines('Deployments a day', { '{{name}}': `sum by (name) (${DEPLOYMENTS}, ${E}, name=~"$application(-$environment)?"})` }),
  ]),
]
