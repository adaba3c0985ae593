import { dashboard, drill, firing, label, lines, row, stat, table } from './parts.mjs'

const level = 'development'
const toEnvironment = drill(level, 'environment', { environment: label('environment') })
const E = 'environment="$environment"'
const A = `${E}, namespace="$namespace"`
const P = `${A}, pod=~"$application-.*"`
const APP = `${E}, name=~"$application(-$environment)?"`
const INFO = 'platform:argocd_app:info'
const SYNCS = 'platform:argocd_app_sync:increase1d'
const countOr0 = (by, selector) => `count by (${by}) (${INFO}{${selector}}) or count by (${by}) (${INFO}) * 0`
/** One number for each five minutes. */
const aDay = (metric, by) => `sum by (${by}) (sum_over_time(${metric}{${by}!=""}[1d:5m]))`

export const development = [
  dashboard(level, 'fleet', 'Pipelines, builds and what Argo CD keeps in step with Git.', [
    table(
      'Environments',
      ['environment'],
      {
        Applications: [`count by (environment) (${INFO})`],
        'Out of sync': [countOr0('environment', 'sync_status="OutOfSync"')],
        'Not healthy': [countOr0('environment', 'health_status=~"Degraded|Missing"')],
        'Deployments 1d': [`sum by (environment) (${SYNCS}{phase="Succeeded"})`],
        'Failed syncs 1d': [`sum by (environment) (${SYNCS}{phase=~"Error|Failed"})`],
        Alerts: ['count by (environment) (ALERTS{alertstate="firing", level="development"}) or count by (environment) (up) * 0'],
      },
      {
        links: { environment: drill(level, 'environment', { environment: '${__value.raw}' }) },
        red: { 'Not healthy': 1, 'Failed syncs 1d': 1, Alerts: 1 },
      },
    ),
    lines('Deployments a day', { '{{environment}}': `sum by (environment) (${SYNCS}{phase="Succeeded"})` }, { link: toEnvironment }),
    lines('Applications by health', { '{{health_status}}': `count by (health_status) (${INFO})` }, { stacked: true }),
    row('Pipelines'),
    table(
      'Pipelines',
      ['dimension_PipelineName'],
      {
        'Failed 1d': [aDay('aws_codepipeline_failed_pipeline_executions_sum', 'dimension_PipelineName')],
        Takes: ['max by (dimension_PipelineName) (aws_codepipeline_pipeline_duration_average{dimension_PipelineName!=""})', 's'],
      },
      { width: 12, red: { 'Failed 1d': 1 } },
    ),
    table(
      'Builds',
      ['dimension_ProjectName'],
      {
        'Builds 1d': [aDay('aws_codebuild_builds_sum', 'dimension_ProjectName')],
        'Failed 1d': [aDay('aws_codebuild_failed_builds_sum', 'dimension_ProjectName')],
        Takes: ['max by (dimension_ProjectName) (aws_codebuild_duration_average{dimension_ProjectName!=""})', 's'],
        Waits: ['max by (dimension_ProjectName) (aws_codebuild_queued_duration_average{dimension_ProjectName!=""})', 's'],
      },
      { width: 12, red: { 'Failed 1d': 1 } },
    ),
    lines(
      'Failed executions of pipelines',
      {
        '{{dimension_PipelineName}}':
          'sum by (dimension_PipelineName) (aws_codepipeline_failed_pipeline_executions_sum{dimension_PipelineName!=""})',
      },
      { width: 8 },
    ),
    lines(
      'Time of pipelines',
      {
        '{{dimension_PipelineName}}':
          'max by (dimension_PipelineName) (aws_codepipeline_pipeline_duration_average{dimension_PipelineName!=""})',
      },
      { unit: 's', width: 8 },
    ),
    lines(
      'Time of builds',
      { '{{dimension_ProjectName}}': 'max by (dimension_ProjectName) (aws_codebuild_duration_average{dimension_ProjectName!=""})' },
      { unit: 's', width: 8 },
    ),
    row('Argo CD'),
    lines(
      'Requests to Git',
      { '{{request_type}}': 'sum by (request_type) (rate(argocd_git_request_total[$__rate_interval]))' },
      { unit: 'reqps', width: 8 },
    ),
    lines(
      'Requests to Git that fail',
      {
        '{{repo}}':
          'sum by (repo) (increase(argocd_git_fetch_fail_total[15m])) + sum by (repo) (increase(argocd_git_lsremote_fail_total[15m]))',
      },
      { width: 8 },
    ),
    lines('Clusters that it reaches', { '{{server}}': 'max by (server) (argocd_cluster_connection_status)' }, { width: 8 }),
    firing(', level="development"', ['environment', 'severity', 'stage', 'alertname', 'name']),
  ]),

  dashboard(level, 'environment', 'Applications of one environment: in step with Git, healthy, deployed how often.', [
    stat('Applications in all', `count(${INFO}{${E}})`, { width: 6 }),
    stat('Out of sync', `count(${INFO}{${E}, sync_status="OutOfSync"}) or count(${INFO}{${E}}) * 0`, { width: 6 }),
    stat('Not healthy', `count(${INFO}{${E}, health_status=~"Degraded|Missing"}) or count(${INFO}{${E}}) * 0`, { red: 1, width: 6 }),
    stat('Deployments today', `sum(${SYNCS}{${E}, phase="Succeeded"})`, { width: 6 }),
    table(
      'Applications',
      ['name', 'project', 'sync_status', 'health_status', 'dest_namespace'],
      { Count: [`count by (name, project, sync_status, health_status, dest_namespace) (${INFO}{${E}})`] },
      {
        links: {
          name: drill(level, 'application', {
            environment: '$environment',
            namespace: '${__data.fields.dest_namespace}',
            application: '${__value.raw}',
          }),
        },
      },
    ),
    lines('Deployments a day', { '{{name}}': `sum by (name) (${SYNCS}{${E}, phase="Succeeded"})` }),
    lines('Failed syncs a day', { '{{name}}': `sum by (name) (${SYNCS}{${E}, phase=~"Error|Failed"})` }),
    row('What runs'),
    lines(
      'Pods that are missing',
      {
        '{{namespace}}/{{deployment}}': `max by (namespace, deployment) (kube_deployment_spec_replicas{${E}} - kube_deployment_status_replicas_available{${E}})`,
      },
      { width: 8 },
    ),
    lines(
      'Restarts in an hour',
      { '{{namespace}}': `sum by (namespace) (increase(kube_pod_container_status_restarts_total{${E}}[1h]))` },
      { width: 8 },
    ),
    lines('Failed jobs', { '{{namespace}}/{{job_name}}': `max by (namespace, job_name) (kube_job_status_failed{${E}})` }, { width: 8 }),
    firing(`, level="development", ${E}`, ['severity', 'stage', 'alertname', 'name']),
  ]),

  dashboard(level, 'application', 'One application: what Argo CD says, what runs, and how it got there.', [
    table(
      'Argo CD',
      ['name', 'sync_status', 'health_status', 'autosync_enabled'],
      { Count: [`count by (name, sync_status, health_status, autosync_enabled) (${INFO}{${APP}})`] },
      { width: 12, height: 4 },
    ),
    stat('Deployments today', `sum(${SYNCS}{${APP}, phase="Succeeded"})`),
    stat('Pods available', `sum(kube_deployment_status_replicas_available{${A}, deployment="$application"})`, { red: 1, below: true }),
    stat('Restarts in an hour', `sum(increase(kube_pod_container_status_restarts_total{${P}}[1h]))`, { red: 1 }),
    lines('Deployments a day', { '{{phase}}': `sum by (phase) (${SYNCS}{${APP}})` }, { width: 8 }),
    lines('Pods by phase', { '{{phase}}': `sum by (phase) (kube_pod_status_phase{${P}})` }, { width: 8, stacked: true }),
    lines(
      'Wanted and available',
      {
        wanted: `sum(kube_deployment_spec_replicas{${A}, deployment="$application"})`,
        available: `sum(kube_deployment_status_replicas_available{${A}, deployment="$application"})`,
      },
      { width: 8 },
    ),
    table('Images', ['image'], { Containers: [`count by (image) (kube_pod_container_info{${P}})`] }, { width: 12 }),
    lines(
      'Time of its pipeline',
      {
        '{{dimension_PipelineName}}':
          'max by (dimension_PipelineName) (aws_codepipeline_pipeline_duration_average{dimension_PipelineName=~".*$application.*"})',
      },
      { unit: 's' },
    ),
    lines(
      'Time of its builds',
      {
        '{{dimension_ProjectName}}':
          'max by (dimension_ProjectName) (aws_codebuild_duration_average{dimension_ProjectName=~".*$application.*"})',
      },
      { unit: 's' },
    ),
    lines(
      'Errors in its requests',
      {
        '{{span_name}}': `sum by (span_name) (rate(traces_span_metrics_calls_total{${E}, service_name="$application", status_code="STATUS_CODE_ERROR"}[$__rate_interval]))`,
      },
      { unit: 'reqps' },
    ),
  ]),
]
