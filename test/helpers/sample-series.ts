/** A fleet of three environments as exporters would describe it: for each series a function of the minutes since the beginning. */
export interface Sample {
  name: string
  labels: Record<string, string>
  at: (minute: number) => number
}

const constant = (value: number) => (): number => value
const counter =
  (perMinute: number) =>
  (minute: number): number =>
    Math.round(minute * perMinute)

/** A gauge that goes up and down around a value. */
const wave =
  (value: number) =>
  (minute: number): number =>
    value * (1 + 0.1 * Math.sin(minute / 7))

/** @param epoch seconds at which the series begin */
export function sampleFleet(epoch: number): Sample[] {
  const environments = ['mgmt', 'dev', 'prod']
  return [...environments.flatMap((environment) => ofEnvironment(environment, epoch)), ...ofManagement(environments)]
}

/** @param shared labels of every one of them */
function series(shared: Record<string, string>) {
  const samples: Sample[] = []
  const add = (name: string, labels: Record<string, string>, at: Sample['at']): void =>
    void samples.push({ name, labels: { ...shared, ...labels }, at })
  return { samples, add }
}

function ofEnvironment(environment: string, epoch: number): Sample[] {
  const { samples, add } = series({ environment, cluster: `acme-${environment}` })
  for (const job of ['apiserver', 'kubelet', 'node-exporter'])
    add('up', { job, instance: `${environment}-${job}`, namespace: 'kube-system' }, constant(1))
  for (const node of ['a', 'b']) {
    add('kube_node_status_condition', { node, condition: 'Ready', status: 'true' }, constant(1))
    for (const [resource, value] of [
      ['cpu', 4],
      ['memory', 16e9],
    ] as const)
      add('kube_node_status_allocatable', { node, resource }, constant(value))
    add('node_cpu_seconds_total', { instance: node, mode: 'idle', cpu: '0' }, counter(40))
    add('node_memory_MemAvailable_bytes', { instance: node }, wave(8e9))
    add('node_memory_MemTotal_bytes', { instance: node }, constant(16e9))
    add('node_filesystem_avail_bytes', { instance: node, mountpoint: '/', fstype: 'xfs' }, wave(40e9))
    add('node_filesystem_size_bytes', { instance: node, mountpoint: '/', fstype: 'xfs' }, constant(100e9))
  }
  add('kubelet_volume_stats_available_bytes', { namespace: 'web', persistentvolumeclaim: 'data' }, constant(8e9))
  add('kubelet_volume_stats_capacity_bytes', { namespace: 'web', persistentvolumeclaim: 'data' }, constant(10e9))
  for (const [code, rate] of [
    ['200', 900],
    ['403', 3],
    ['500', 2],
  ] as const)
    add('apiserver_request_total', { verb: 'GET', code }, counter(rate))
  for (const [le, rate] of [
    ['0.1', 800],
    ['1', 890],
    ['+Inf', 900],
  ] as const)
    add('apiserver_request_duration_seconds_bucket', { verb: 'GET', le }, counter(rate))
  addWorkload(add)
  addSpans(add)
  addSecurity(add, environment, epoch)
  addAws(add, environment)
  // Prometheus writes these itself; here they are put in, so that lists of alerts have something to list.
  for (const level of ['performance', 'business', 'security', 'development'])
    add(
      'ALERTS',
      { alertname: 'Sample', alertstate: 'firing', severity: 'critical', level, stage: 'cluster', namespace: 'web', name: 'shop' },
      constant(1),
    )
  add('prometheus_remote_storage_highest_timestamp_in_seconds', {}, (minute) => epoch + minute * 60)
  add('prometheus_remote_storage_queue_highest_sent_timestamp_seconds', {}, (minute) => epoch + minute * 60 - 3)
  add('prometheus_tsdb_head_samples_appended_total', { pod: 'prometheus-0' }, counter(60_000))
  return samples
}

type Add = ReturnType<typeof series>['add']

function addWorkload(add: Add): void {
  const pod = { namespace: 'web', pod: 'shop-1', container: 'shop' }
  add('kube_namespace_status_phase', { namespace: 'web', phase: 'Active' }, constant(1))
  add('kube_deployment_spec_replicas', { namespace: 'web', deployment: 'shop' }, constant(2))
  add('kube_deployment_status_replicas_available', { namespace: 'web', deployment: 'shop' }, constant(2))
  for (const phase of ['Running', 'Pending'])
    add('kube_pod_status_phase', { namespace: 'web', pod: 'shop-1', phase }, constant(phase === 'Running' ? 1 : 0))
  add('kube_pod_container_info', { ...pod, image: 'registry/shop@sha256:1' }, constant(1))
  add('kube_pod_container_status_restarts_total', pod, counter(0.01))
  add('kube_pod_container_resource_requests', { ...pod, resource: 'cpu' }, constant(2))
  add('kube_pod_container_resource_requests', { ...pod, resource: 'memory' }, constant(4e9))
  add('kube_pod_container_resource_limits', { ...pod, resource: 'memory' }, constant(8e9))
  add('kube_job_status_failed', { namespace: 'web', job_name: 'migrate' }, constant(0))
  add('container_cpu_usage_seconds_total', pod, counter(30))
  add('container_memory_working_set_bytes', pod, wave(2e9))
  add('container_cpu_cfs_throttled_periods_total', pod, counter(5))
  add('container_cpu_cfs_periods_total', pod, counter(600))
  add('container_network_receive_bytes_total', { namespace: 'web', pod: 'shop-1' }, counter(1e6))
  add('container_network_transmit_bytes_total', { namespace: 'web', pod: 'shop-1' }, counter(2e6))
}

function addSpans(add: Add): void {
  const span = { service_name: 'shop', span_name: 'GET /' }
  add('traces_span_metrics_calls_total', { ...span, span_kind: 'SPAN_KIND_SERVER', status_code: 'STATUS_CODE_UNSET' }, counter(600))
  add('traces_span_metrics_calls_total', { ...span, span_kind: 'SPAN_KIND_SERVER', status_code: 'STATUS_CODE_ERROR' }, counter(1))
  add('traces_span_metrics_calls_total', { ...span, span_kind: 'SPAN_KIND_CLIENT', status_code: 'STATUS_CODE_UNSET' }, counter(300))
  for (const [le, rate] of [
    ['100', 500],
    ['1000', 600],
    ['+Inf', 601],
  ] as const)
    add('traces_span_metrics_duration_milliseconds_bucket', { ...span, span_kind: 'SPAN_KIND_SERVER', le }, counter(rate))
}

function addSecurity(add: Add, environment: string, epoch: number): void {
  const certificate = { namespace: 'web', name: 'shop-tls' }
  add('certmanager_certificate_expiration_timestamp_seconds', certificate, constant(epoch + 60 * 24 * 3600))
  add('certmanager_certificate_ready_status', { ...certificate, condition: 'False' }, constant(0))
  add('externalsecret_status_condition', { namespace: 'web', name: 'shop-db', condition: 'Ready', status: 'False' }, constant(0))
  add(
    'kyverno_policy_results_total',
    { policy_name: 'no-root', rule_name: 'user', resource_namespace: 'web', rule_result: 'fail' },
    counter(0),
  )
  add('velero_backup_last_successful_timestamp', { schedule: 'daily' }, constant(epoch))
  add('velero_backup_failure_total', { schedule: 'daily' }, constant(0))
  for (const metric of ['key_denials', 'key_deletions', 'break_glass_uses'])
    add(`aws_platform_acme_${environment}_${metric}_sum`, {}, constant(0))
}

function addAws(add: Add, environment: string): void {
  const balancer = { dimension_LoadBalancer: `app/acme-${environment}/1` }
  add('aws_applicationelb_request_count_sum', balancer, wave(5000))
  add('aws_applicationelb_httpcode_elb_5_xx_count_sum', balancer, wave(2))
  add('aws_applicationelb_httpcode_target_5_xx_count_sum', balancer, wave(3))
  add('aws_applicationelb_target_response_time_average', balancer, wave(0.1))
  add('aws_applicationelb_un_healthy_host_count_maximum', { ...balancer, dimension_TargetGroup: 'targetgroup/web/1' }, constant(0))
  for (const rule of ['ALL', 'rate-limit']) {
    const acl = { dimension_WebACL: `acme-${environment}`, dimension_Rule: rule }
    for (const kind of ['allowed', 'blocked', 'counted']) add(`aws_wafv2_${kind}_requests_sum`, acl, wave(50))
  }
  const database = { dimension_DBInstanceIdentifier: `acme-${environment}-main` }
  add('aws_rds_cpuutilization_average', database, wave(30))
  add('aws_rds_database_connections_average', database, wave(40))
  add('aws_rds_free_storage_space_minimum', database, constant(50e9))
  add('aws_rds_replica_lag_maximum', database, wave(0.2))
  add('aws_elasticache_database_memory_usage_percentage_maximum', { dimension_CacheClusterId: 'cache' }, wave(40))
  for (const kind of ['read', 'write']) add(`aws_dynamodb_${kind}_throttle_events_sum`, { dimension_TableName: 'orders' }, constant(0))
  add('aws_natgateway_bytes_out_to_destination_sum', { dimension_NatGatewayId: 'nat-1' }, wave(1e8))
  add('aws_natgateway_error_port_allocation_sum', { dimension_NatGatewayId: 'nat-1' }, constant(0))
}

/** What the management cluster alone knows: Argo CD, the pipelines and the bill. */
function ofManagement(environments: readonly string[]): Sample[] {
  const { samples, add } = series({ environment: 'mgmt', cluster: 'acme-mgmt' })
  for (const job of ['argocd-server', 'kube-prometheus-stack-alertmanager'])
    add('up', { job, instance: job, namespace: 'argocd' }, constant(1))
  for (const environment of environments) {
    const server = environment === 'mgmt' ? 'https://kubernetes.default.svc' : `https://${environment}.example`
    add('argocd_cluster_info', { server, name: environment, k8s_version: '1.35' }, constant(1))
    add('argocd_cluster_connection_status', { server, k8s_version: '1.35' }, constant(1))
    const application = { name: 'shop', project: `apps-${environment}`, dest_server: server }
    add(
      'argocd_app_info',
      {
        ...application,
        namespace: 'argocd',
        dest_namespace: 'web',
        sync_status: 'Synced',
        health_status: 'Healthy',
        autosync_enabled: 'true',
      },
      constant(1),
    )
    for (const phase of ['Succeeded', 'Failed'])
      add('argocd_app_sync_total', { ...application, phase, dry_run: 'false' }, counter(phase === 'Failed' ? 0 : 0.02))
  }
  const repo = 'https://git.example/platform.git'
  add('argocd_git_request_total', { repo, request_type: 'fetch' }, counter(4))
  add('argocd_git_fetch_fail_total', { repo, revision: 'main' }, constant(0))
  add('argocd_git_lsremote_fail_total', { repo, revision: 'main' }, constant(0))
  add('aws_codepipeline_failed_pipeline_executions_sum', { dimension_PipelineName: 'shop' }, constant(0))
  add('aws_codepipeline_pipeline_duration_average', { dimension_PipelineName: 'shop' }, wave(600))
  for (const [metric, value] of [
    ['builds_sum', 1],
    ['failed_builds_sum', 0],
    ['duration_average', 300],
    ['queued_duration_average', 2],
  ] as const)
    add(`aws_codebuild_${metric}`, { dimension_ProjectName: 'shop-build' }, constant(value))
  const bill = { account_id: '111122223333', dimension_Currency: 'USD' }
  add('aws_billing_estimated_charges_maximum', bill, (minute) => 300 + minute / 60)
  add('aws_billing_estimated_charges_maximum', { ...bill, dimension_ServiceName: 'AmazonEC2' }, (minute) => 200 + minute / 60)
  return samples
}

/** The text from which `promtool tsdb create-blocks-from openmetrics` makes blocks: one sample a minute. */
export function toOpenMetrics(samples: readonly Sample[], { epoch, minutes }: { epoch: number; minutes: number }): string {
  const lines: string[] = []
  for (const name of [...new Set(samples.map((sample) => sample.name))]) {
    for (const { labels, at } of samples.filter((sample) => sample.name === name)) {
      const text = Object.entries(labels)
        .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
        .join(',')
      for (let minute = 0; minute <= minutes; minute += 1) lines.push(`${name}{${text}} ${at(minute)} ${epoch + minute * 60}`)
    }
  }
  return `${lines.join('\n')}\n# EOF\n`
}
