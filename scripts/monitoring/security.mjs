import { dashboard, drill, firing, label, lines, row, stat, table } from './parts.mjs'

const level = 'security'
const toEnvironment = drill(level, 'environment', { environment: label('environment') })
const E = 'environment="$environment"'
const A = `${E}, namespace="$namespace"`
const DAY = 24 * 3600
/** The namespace of these metrics in CloudWatch, and so their name, holds those of platform and environment. */
const trail = (metric, selector = '') => `{__name__=~"aws_platform_.+_${metric}_sum"${selector}}`
const VIOLATIONS = 'kyverno_policy_results_total{rule_result=~"(?i:fail)"'
const oldestBackup = (selector = '') =>
  `time() - min by (environment) (max by (environment, schedule) (velero_backup_last_successful_timestamp{schedule!=""${selector}}))`

export const security = [
  dashboard(level, 'fleet', 'Attacks, certificates, keys, policies and backups of every environment.', [
    table(
      'Environments',
      ['environment'],
      {
        'Refused 5m': ['sum by (environment) (aws_wafv2_blocked_requests_sum{dimension_Rule="ALL"})'],
        'Certificate ends in': ['min by (environment) (certmanager_certificate_expiration_timestamp_seconds) - time()', 's'],
        'Violations 1d': [`sum by (environment) (increase(${VIOLATIONS}}[1d]))`],
        'Secrets not synced': ['sum by (environment) (externalsecret_status_condition{condition="Ready", status="False"})'],
        'Oldest backup': [oldestBackup(), 's'],
        'Keys denied 1h': [`max by (environment) (sum_over_time(${trail('key_denials')}[1h:5m]))`],
        'Break-glass 1h': [`max by (environment) (sum_over_time(${trail('break_glass_uses')}[1h:5m]))`],
        Alerts: ['count by (environment) (ALERTS{alertstate="firing", level="security"}) or count by (environment) (up) * 0'],
      },
      {
        links: { environment: drill(level, 'environment', { environment: '${__value.raw}' }) },
        red: {
          'Refused 5m': 1000,
          'Violations 1d': 1,
          'Secrets not synced': 1,
          'Oldest backup': 26 * 3600,
          'Keys denied 1h': 5,
          'Break-glass 1h': 1,
          Alerts: 1,
        },
      },
    ),
    lines(
      'Requests that the firewall refuses',
      { '{{environment}}': 'sum by (environment) (aws_wafv2_blocked_requests_sum{dimension_Rule="ALL"})' },
      { link: toEnvironment },
    ),
    lines(
      'Requests that the Kubernetes API refuses',
      { '{{environment}} {{code}}': 'sum by (environment, code) (rate(apiserver_request_total{code=~"401|403"}[$__rate_interval]))' },
      { unit: 'reqps', link: toEnvironment },
    ),
    lines('Policy violations', { '{{environment}}': `sum by (environment) (increase(${VIOLATIONS}}[1h]))` }, { link: toEnvironment }),
    lines('Age of the last backup', { '{{environment}}': oldestBackup() }, { unit: 's', link: toEnvironment }),
    firing(', level="security"'),
  ]),

  dashboard(level, 'environment', 'Attacks, certificates, keys, policies and backups of one environment.', [
    stat('Refused in 5 minutes', `sum(aws_wafv2_blocked_requests_sum{${E}, dimension_Rule="ALL"})`, { red: 1000 }),
    stat('Next certificate ends in', `min(certmanager_certificate_expiration_timestamp_seconds{${E}}) - time()`, {
      unit: 's',
      red: 14 * DAY,
      below: true,
    }),
    stat('Violations in a day', `sum(increase(${VIOLATIONS}, ${E}}[1d]))`, { red: 1 }),
    stat('Secrets not synced', `sum(externalsecret_status_condition{${E}, condition="Ready", status="False"})`, { red: 1 }),
    stat('Oldest backup', oldestBackup(`, ${E}`), { unit: 's', red: 26 * 3600 }),
    stat('Emergency role, 1 hour', `max(sum_over_time(${trail('break_glass_uses', `, ${E}`)}[1h:5m]))`, { red: 1 }),
    row('At the edge'),
    lines('Refused requests', {
      allowed: `sum(aws_wafv2_allowed_requests_sum{${E}, dimension_Rule="ALL"})`,
      refused: `sum(aws_wafv2_blocked_requests_sum{${E}, dimension_Rule="ALL"})`,
      counted: `sum(aws_wafv2_counted_requests_sum{${E}, dimension_Rule="ALL"})`,
    }),
    lines(
      'Refused by rule',
      { '{{dimension_Rule}}': `sum by (dimension_Rule) (aws_wafv2_blocked_requests_sum{${E}, dimension_Rule!="ALL"})` },
      { stacked: true },
    ),
    row('Identities and keys'),
    lines(
      'Refused by the Kubernetes API',
      { '{{code}}': `sum by (code) (rate(apiserver_request_total{${E}, code=~"401|403"}[$__rate_interval]))` },
      { unit: 'reqps', width: 8 },
    ),
    lines(
      'KMS',
      { 'calls denied': `max(${trail('key_denials', `, ${E}`)})`, 'deletions scheduled': `max(${trail('key_deletions', `, ${E}`)})` },
      { width: 8 },
    ),
    lines('Uses of the role for emergencies', { uses: `max(${trail('break_glass_uses', `, ${E}`)})` }, { width: 8 }),
    row('In the cluster'),
    table(
      'Namespaces',
      ['resource_namespace', 'policy_name'],
      { 'Violations 1d': [`sum by (resource_namespace, policy_name) (increase(${VIOLATIONS}, ${E}}[1d]))`] },
      {
        width: 12,
        links: { resource_namespace: drill(level, 'application', { environment: '$environment', namespace: '${__value.raw}' }) },
        red: { 'Violations 1d': 1 },
      },
    ),
    table(
      'Certificates',
      ['namespace', 'name'],
      { 'Ends in': [`min by (namespace, name) (certmanager_certificate_expiration_timestamp_seconds{${E}}) - time()`, 's'] },
      { width: 12 },
    ),
    table(
      'Secrets',
      ['namespace', 'name'],
      { 'Not synced': [`max by (namespace, name) (externalsecret_status_condition{${E}, condition="Ready", status="False"})`] },
      { width: 12, red: { 'Not synced': 1 } },
    ),
    table(
      'Backups',
      ['schedule'],
      {
        'Last good one': [`time() - max by (schedule) (velero_backup_last_successful_timestamp{${E}, schedule!=""})`, 's'],
        'Failed 1d': [`sum by (schedule) (increase(velero_backup_failure_total{${E}, schedule!=""}[1d]))`],
      },
      { width: 12, red: { 'Last good one': 26 * 3600, 'Failed 1d': 1 } },
    ),
    firing(`, level="security", ${E}`, ['severity', 'stage', 'alertname', 'namespace']),
  ]),

  dashboard(level, 'application', 'Policies, secrets, certificates and images in the namespace of one application.', [
    stat('Violations in a day', `sum(increase(${VIOLATIONS}, ${E}, resource_namespace="$namespace"}[1d]))`, { red: 1, width: 8 }),
    stat('Next certificate ends in', `min(certmanager_certificate_expiration_timestamp_seconds{${A}}) - time()`, {
      unit: 's',
      red: 14 * DAY,
      below: true,
      width: 8,
    }),
    stat('Secrets not synced', `sum(externalsecret_status_condition{${A}, condition="Ready", status="False"})`, { red: 1, width: 8 }),
    lines('Policies that are broken', {
      '{{policy_name}} ({{rule_name}})': `sum by (policy_name, rule_name) (increase(${VIOLATIONS}, ${E}, resource_namespace="$namespace"}[1h]))`,
    }),
    table(
      'Images that run',
      ['pod', 'image'],
      { Containers: [`count by (pod, image) (kube_pod_container_info{${A}, pod=~"$application-.*"})`] },
      { width: 12 },
    ),
    table(
      'Certificates',
      ['name'],
      { 'Ends in': [`min by (name) (certmanager_certificate_expiration_timestamp_seconds{${A}}) - time()`, 's'] },
      { width: 12 },
    ),
    table(
      'Secrets',
      ['name'],
      { 'Not synced': [`max by (name) (externalsecret_status_condition{${A}, condition="Ready", status="False"})`] },
      { width: 12, red: { 'Not synced': 1 } },
    ),
  ]),
]
