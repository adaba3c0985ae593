import { dashboard, drill, firing, label, lines, row, stat, table } from './parts.mjs'

const level = 'performance'
const toEnvironment = drill(level, 'environment', { environment: label('environment') })
const E = 'environment="$environment"'
const A = `${E}, namespace="$namespace"`
const P = `${A}, pod=~"$application-.*"`
const S = `${E}, service_name="$application"`

export const performance = [
  dashboard(level, 'fleet', 'How busy and how fast every environment is.', [
    table(
      'Environments',
      ['environment'],
      {
        'Nodes ready': ['sum by (environment) (kube_node_status_condition{condition="Ready", status="true"})'],
        'CPU used': ['avg by (environment) (platform:node_cpu_used:ratio)', 'percentunit'],
        'Memory used': ['avg by (environment) (platform:node_memory_used:ratio)', 'percentunit'],
        'CPU requested': ['max by (environment) (platform:cpu_requested:ratio)', 'percentunit'],
        'API p99': ['max by (environment) (platform:apiserver_latency:p99)', 's'],
        Requests: ['sum by (environment) (platform:requests:rate5m)', 'reqps'],
        'Edge errors': ['max by (environment) (platform:edge_errors:ratio)', 'percentunit'],
        Alerts: ['count by (environment) (ALERTS{alertstate="firing", level="performance"}) or count by (environment) (up) * 0'],
      },
      {
        links: { environment: drill(level, 'environment', { environment: '${__value.raw}' }) },
        red: { 'CPU requested': 0.9, 'API p99': 1, 'Edge errors': 0.05, Alerts: 1 },
      },
    ),
    lines('Requests', { '{{environment}}': 'sum by (environment) (platform:requests:rate5m)' }, { unit: 'reqps', link: toEnvironment }),
    lines(
      'Slowest twentieth of requests',
      { '{{environment}}': 'max by (environment) (platform:latency:p95)' },
      { unit: 's', link: toEnvironment },
    ),
    lines(
      'Processors used',
      { '{{environment}}': 'avg by (environment) (platform:node_cpu_used:ratio)' },
      { unit: 'percentunit', link: toEnvironment },
    ),
    lines(
      'Memory used',
      { '{{environment}}': 'avg by (environment) (platform:node_memory_used:ratio)' },
      { unit: 'percentunit', link: toEnvironment },
    ),
    lines(
      'Kubernetes API, 99th percentile',
      { '{{environment}}': 'max by (environment) (platform:apiserver_latency:p99)' },
      { unit: 's', link: toEnvironment },
    ),
    lines(
      'Pods that do not run',
      { '{{environment}}': 'sum by (environment) (kube_pod_status_phase{phase=~"Pending|Unknown|Failed"})' },
      { link: toEnvironment },
    ),
    row('The watching itself'),
    lines(
      'Targets that answer',
      { '{{environment}}': 'avg by (environment) (up)' },
      { unit: 'percentunit', width: 8, link: toEnvironment },
    ),
    lines(
      'Metrics arrive late by',
      {
        '{{environment}}':
          'max by (environment) (prometheus_remote_storage_highest_timestamp_in_seconds) - min by (environment) (prometheus_remote_storage_queue_highest_sent_timestamp_seconds)',
      },
      { unit: 's', width: 8, link: toEnvironment },
    ),
    lines(
      'Samples taken in',
      { '{{environment}}': 'sum by (environment) (rate(prometheus_tsdb_head_samples_appended_total[$__rate_interval]))' },
      { unit: 'cps', width: 8 },
    ),
    firing(', level="performance"'),
  ]),

  dashboard(level, 'environment', 'Nodes, cluster, edge and databases of one environment.', [
    stat('Nodes ready', `sum(kube_node_status_condition{${E}, condition="Ready", status="true"})`),
    stat('CPU used', `avg(platform:node_cpu_used:ratio{${E}})`, { unit: 'percentunit', red: 0.9 }),
    stat('Memory used', `avg(platform:node_memory_used:ratio{${E}})`, { unit: 'percentunit', red: 0.9 }),
    stat('CPU requested', `max(platform:cpu_requested:ratio{${E}})`, { unit: 'percentunit', red: 0.9 }),
    stat('Pods that do not run', `sum(kube_pod_status_phase{${E}, phase=~"Pending|Unknown|Failed"})`, { red: 1 }),
    stat('Edge errors', `max(platform:edge_errors:ratio{${E}})`, { unit: 'percentunit', red: 0.05 }),
    table(
      'Applications',
      ['service_name'],
      {
        Requests: [`sum by (service_name) (platform:requests:rate5m{${E}})`, 'reqps'],
        p95: [`max by (service_name) (platform:latency:p95{${E}})`, 's'],
        Errors: [`max by (service_name) (platform:errors:ratio_rate5m{${E}})`, 'percentunit'],
      },
      {
        width: 12,
        links: { service_name: drill(level, 'application', { environment: '$environment', application: '${__value.raw}' }) },
        red: { p95: 1, Errors: 0.05 },
      },
    ),
    table(
      'Namespaces',
      ['namespace'],
      {
        CPU: [`sum by (namespace) (rate(container_cpu_usage_seconds_total{${E}, container!=""}[5m]))`],
        Memory: [`sum by (namespace) (container_memory_working_set_bytes{${E}, container!=""})`, 'bytes'],
        'Restarts 1h': [`sum by (namespace) (increase(kube_pod_container_status_restarts_total{${E}}[1h]))`],
      },
      { width: 12, links: { namespace: drill(level, 'application', { environment: '$environment', namespace: '${__value.raw}' }) } },
    ),
    row('Nodes'),
    lines('Processors by node', { '{{instance}}': `platform:node_cpu_used:ratio{${E}}` }, { unit: 'percentunit', width: 8 }),
    lines('Memory by node', { '{{instance}}': `platform:node_memory_used:ratio{${E}}` }, { unit: 'percentunit', width: 8 }),
    lines(
      'Disk left by node',
      {
        '{{instance}}': `min by (instance) (node_filesystem_avail_bytes{${E}, mountpoint="/"} / node_filesystem_size_bytes{${E}, mountpoint="/"})`,
      },
      { unit: 'percentunit', width: 8 },
    ),
    lines(
      'Volumes left',
      {
        '{{namespace}}/{{persistentvolumeclaim}}': `min by (namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes{${E}} / kubelet_volume_stats_capacity_bytes{${E}})`,
      },
      { unit: 'percentunit' },
    ),
    lines(
      'Requested of what nodes can give',
      { CPU: `max(platform:cpu_requested:ratio{${E}})`, Memory: `max(platform:memory_requested:ratio{${E}})` },
      { unit: 'percentunit' },
    ),
    row('Kubernetes API'),
    lines('Errors of the API', { errors: `max(platform:apiserver_errors:ratio{${E}})` }, { unit: 'percentunit', width: 8 }),
    lines('99th percentile', { p99: `max(platform:apiserver_latency:p99{${E}})` }, { unit: 's', width: 8 }),
    lines(
      'Requests to the API',
      { '{{verb}}': `sum by (verb) (rate(apiserver_request_total{${E}}[$__rate_interval]))` },
      { unit: 'reqps', width: 8 },
    ),
    row('Edge'),
    lines(
      'Requests in five minutes',
      {
        '{{dimension_LoadBalancer}}': `sum by (dimension_LoadBalancer) (aws_applicationelb_request_count_sum{${E}, dimension_TargetGroup=""})`,
      },
      { width: 6 },
    ),
    lines(
      'Errors at the edge',
      {
        'of the load balancer': `sum(aws_applicationelb_httpcode_elb_5_xx_count_sum{${E}, dimension_TargetGroup=""})`,
        'of applications': `sum(aws_applicationelb_httpcode_target_5_xx_count_sum{${E}, dimension_TargetGroup=""})`,
      },
      { width: 6 },
    ),
    lines(
      'Time to answer',
      { average: `max(aws_applicationelb_target_response_time_average{${E}, dimension_TargetGroup=""})` },
      { unit: 's', width: 6 },
    ),
    lines(
      'Unhealthy targets',
      {
        '{{dimension_TargetGroup}}': `max by (dimension_TargetGroup) (aws_applicationelb_un_healthy_host_count_maximum{${E}, dimension_TargetGroup!=""})`,
      },
      { width: 6 },
    ),
    row('Databases and the way out'),
    lines(
      'Processors of databases',
      { '{{dimension_DBInstanceIdentifier}}': `max by (dimension_DBInstanceIdentifier) (aws_rds_cpuutilization_average{${E}})` },
      { unit: 'percent', width: 6 },
    ),
    lines(
      'Connections',
      { '{{dimension_DBInstanceIdentifier}}': `max by (dimension_DBInstanceIdentifier) (aws_rds_database_connections_average{${E}})` },
      { width: 6 },
    ),
    lines(
      'Storage left',
      { '{{dimension_DBInstanceIdentifier}}': `min by (dimension_DBInstanceIdentifier) (aws_rds_free_storage_space_minimum{${E}})` },
      { unit: 'bytes', width: 6 },
    ),
    lines(
      'Replication lag',
      {
        '{{dimension_DBInstanceIdentifier}}': `max by (dimension_DBInstanceIdentifier) (aws_rds_replica_lag_maximum{${E}}) or max by (dimension_DBInstanceIdentifier) (aws_rds_aurora_replica_lag_maximum{${E}} / 1000)`,
      },
      { unit: 's', width: 6 },
    ),
    lines(
      'Memory of caches',
      {
        '{{dimension_CacheClusterId}}': `max by (dimension_CacheClusterId) (aws_elasticache_database_memory_usage_percentage_maximum{${E}})`,
      },
      { unit: 'percent', width: 6 },
    ),
    lines(
      'Throttled requests of tables',
      {
        '{{dimension_TableName}}': `sum by (dimension_TableName) (aws_dynamodb_read_throttle_events_sum{${E}} + aws_dynamodb_write_throttle_events_sum{${E}})`,
      },
      { width: 6 },
    ),
    lines(
      'NAT: bytes out',
      { '{{dimension_NatGatewayId}}': `sum by (dimension_NatGatewayId) (aws_natgateway_bytes_out_to_destination_sum{${E}})` },
      { unit: 'bytes', width: 6 },
    ),
    lines(
      'NAT: no port left',
      { '{{dimension_NatGatewayId}}': `sum by (dimension_NatGatewayId) (aws_natgateway_error_port_allocation_sum{${E}})` },
      { width: 6 },
    ),
    firing(`, level="performance", ${E}`, ['severity', 'stage', 'alertname', 'namespace']),
  ]),

  dashboard(level, 'application', 'Requests, processors and memory of one application.', [
    stat('Requests', `sum(platform:requests:rate5m{${S}})`, { unit: 'reqps', width: 6 }),
    stat('Errors', `max(platform:errors:ratio_rate5m{${S}})`, { unit: 'percentunit', red: 0.05, width: 6 }),
    stat('p95', `max(platform:latency:p95{${S}})`, { unit: 's', red: 1, width: 6 }),
    stat('Pods available', `sum(kube_deployment_status_replicas_available{${A}, deployment="$application"})`, {
      red: 1,
      below: true,
      width: 6,
    }),
    lines(
      'Requests by operation',
      {
        '{{span_name}}': `sum by (span_name) (rate(traces_span_metrics_calls_total{${S}, span_kind="SPAN_KIND_SERVER"}[$__rate_interval]))`,
      },
      { unit: 'reqps' },
    ),
    lines(
      'Errors by operation',
      {
        '{{span_name}}': `sum by (span_name) (rate(traces_span_metrics_calls_total{${S}, span_kind="SPAN_KIND_SERVER", status_code="STATUS_CODE_ERROR"}[$__rate_interval]))`,
      },
      { unit: 'reqps' },
    ),
    lines(
      'Time to answer',
      Object.fromEntries(
        [0.5, 0.95, 0.99].map((quantile) => [
          `p${quantile * 100}`,
          `histogram_quantile(${quantile}, sum by (le) (rate(traces_span_metrics_duration_milliseconds_bucket{${S}, span_kind="SPAN_KIND_SERVER"}[$__rate_interval])))`,
        ]),
      ),
      { unit: 'ms' },
    ),
    lines(
      'Calls that it makes',
      {
        '{{span_name}}': `sum by (span_name) (rate(traces_span_metrics_calls_total{${S}, span_kind="SPAN_KIND_CLIENT"}[$__rate_interval]))`,
      },
      { unit: 'reqps' },
    ),
    row('Pods'),
    lines(
      'Processors by pod',
      { '{{pod}}': `sum by (pod) (rate(container_cpu_usage_seconds_total{${P}, container!=""}[$__rate_interval]))` },
      { width: 8 },
    ),
    lines(
      'Memory by pod',
      {
        '{{pod}}': `sum by (pod) (container_memory_working_set_bytes{${P}, container!=""})`,
        limit: `max(kube_pod_container_resource_limits{${P}, resource="memory"})`,
      },
      { unit: 'bytes', width: 8 },
    ),
    lines(
      'Slowed down by its limit',
      {
        '{{pod}}': `sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{${P}}[$__rate_interval])) / sum by (pod) (rate(container_cpu_cfs_periods_total{${P}}[$__rate_interval]))`,
      },
      { unit: 'percentunit', width: 8 },
    ),
    lines(
      'Wanted and available',
      {
        wanted: `sum(kube_deployment_spec_replicas{${A}, deployment="$application"})`,
        available: `sum(kube_deployment_status_replicas_available{${A}, deployment="$application"})`,
      },
      { width: 8 },
    ),
    lines(
      'Restarts in an hour',
      { '{{pod}}': `sum by (pod) (increase(kube_pod_container_status_restarts_total{${P}}[1h]))` },
      { width: 8 },
    ),
    lines(
      'Network',
      {
        in: `sum(rate(container_network_receive_bytes_total{${P}}[$__rate_interval]))`,
        out: `sum(rate(container_network_transmit_bytes_total{${P}}[$__rate_interval]))`,
      },
      { unit: 'Bps', width: 8 },
    ),
  ]),
]
