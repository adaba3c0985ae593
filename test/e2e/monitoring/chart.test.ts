import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { readDashboards } from '../../helpers/dashboards.js'
import { MONITORING, readRuleFiles, type RuleFile } from '../../helpers/prometheus.js'
import { findTool } from '../../helpers/sandbox.js'

interface KubernetesObject {
  kind: string
  metadata: { name: string; namespace: string; labels: Record<string, string>; annotations?: Record<string, string> }
  data?: Record<string, string>
  spec?: Record<string, unknown>
}

async function render(...settings: string[]): Promise<KubernetesObject[]> {
  const { path: helm } = await findTool('helm')
  const { stdout } = await execa(helm, ['template', 'platform-monitoring', MONITORING, '--namespace', 'monitoring', ...settings])
  const documents = parseAllDocuments(stdout)
  return 'empty' in documents ? [] : documents.map((document) => document.toJS() as KubernetesObject)
}

test('the chart delivers each dashboard as it is, where the sidecar of Grafana looks', async () => {
  const maps = (await render()).filter(({ kind }) => kind === 'ConfigMap')
  const files = await readDashboards()
  expect(maps.map(({ metadata }) => metadata.name).sort()).toEqual(files.map(({ dashboard }) => dashboard.uid))
  for (const { file, dashboard } of files) {
    const map = maps.find(({ metadata }) => metadata.name === dashboard.uid)
    expect(map?.metadata).toMatchObject({
      namespace: 'monitoring',
      labels: { grafana_dashboard: '1' },
      annotations: { grafana_folder: 'Platform' },
    })
    expect(map?.data?.[file]).toBe(await readFile(path.join(MONITORING, 'dashboards', file), 'utf8'))
    // What a ConfigMap may hold, with room for the annotation of a client-side apply.
    expect(JSON.stringify(map).length).toBeLessThan(256 * 1024)
  }
})

test('the chart delivers each rule as it is, where the operator of Prometheus looks', async () => {
  const objects = (await render()).filter(({ kind }) => kind === 'PrometheusRule')
  const files = await readRuleFiles()
  expect(objects.map(({ metadata }) => metadata.name)).toEqual(files.map(({ stage }) => `platform-${stage}`))
  for (const { stage, groups } of files) {
    const found = objects.find(({ metadata }) => metadata.name === `platform-${stage}`)
    expect(found?.metadata.labels).toEqual({ release: 'kube-prometheus-stack' })
    expect(found?.spec).toEqual({ groups })
  }
})

test('links to runbooks may lead to a Git host', async () => {
  const url = 'https://git.example.com/platform/blob/main/'
  const [first] = (await render('--set', `runbooksUrl=${url}`)).filter(({ kind }) => kind === 'PrometheusRule')
  const alerts = (first?.spec as unknown as Pick<RuleFile, 'groups'>).groups
    .flatMap(({ rules }) => rules)
    .filter(({ alert }) => alert !== undefined)
  expect(alerts.length).toBeGreaterThan(0)
  for (const { annotations } of alerts)
    expect(annotations?.['runbook_url']).toMatch(`${url}gitops/addons/resources/management/kube-prometheus-stack/runbooks/`)
})

test('people are told only where the values say how, each severity in its own rhythm', async () => {
  expect((await render()).map(({ kind }) => kind)).not.toContain('AlertmanagerConfig')
  const settings = [
    ...['--set', 'notifications.sns.topicArn=arn:aws:sns:eu-west-1:111122223333:alerts', '--set', 'notifications.sns.region=eu-west-1'],
    ...[
      '--set',
      'notifications.slack.channel=#ops',
      '--set',
      'notifications.slack.secret.name=slack',
      '--set',
      'notifications.slack.secret.key=url',
    ],
  ]
  const [config] = (await render(...settings)).filter(({ kind }) => kind === 'AlertmanagerConfig')
  expect(config?.spec).toMatchObject({
    route: {
      receiver: 'nobody',
      routes: [
        { receiver: 'people', matchers: [{ value: 'critical' }], repeatInterval: '1h' },
        { receiver: 'people', matchers: [{ value: 'warning' }], repeatInterval: '12h' },
      ],
    },
    receivers: [
      { name: 'nobody' },
      {
        name: 'people',
        snsConfigs: [{ topicARN: 'arn:aws:sns:eu-west-1:111122223333:alerts', sigv4: { region: 'eu-west-1' } }],
        slackConfigs: [{ channel: '#ops', apiURL: { name: 'slack', key: 'url' } }],
      },
    ],
  })
})
