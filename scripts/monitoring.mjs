// Writes the dashboards of templates/monitoring: Grafana's JSON repeats itself too much to be kept by hand. And with the rules and runbooks
// beside them, the objects that bring them into the management cluster as part of the add-on kube-prometheus-stack.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse, stringify } from 'yaml'
import { business } from './monitoring/business.mjs'
import { development } from './monitoring/development.mjs'
import { drill, firing, LEVELS, overview, stat, table } from './monitoring/parts.mjs'
import { performance } from './monitoring/performance.mjs'
import { security } from './monitoring/security.mjs'
import { writeOrCheck } from './generated-file.mjs'
import { root } from './run-tool.mjs'

const MONITORING = 'templates/monitoring'
const FOLDER = `${MONITORING}/dashboards`
const ADDON = 'templates/addons/resources/management/kube-prometheus-stack'
const NAMESPACE = 'monitoring'
/** The definition comes with the chart beside it. */
const LATE = { 'argocd.argoproj.io/sync-options': 'SkipDryRunOnMissingResource=true' }
const NOTE = '# Made of templates/monitoring by scripts/monitoring.mjs.\n'
const ZERO = 'count by (environment) (up) * 0'

const home = overview('Alerts that fire, by environment and level. Each number leads to the dashboard behind it.', [
  stat('Environments', 'count(count by (environment) (up))', { width: 6 }),
  stat('Critical', 'count(ALERTS{alertstate="firing", severity="critical"}) or vector(0)', { red: 1, width: 6 }),
  stat('Warnings', 'count(ALERTS{alertstate="firing", severity="warning", level!=""}) or vector(0)', { red: 1, width: 6 }),
  stat('Silent environments', 'count(ALERTS{alertname="EnvironmentSilent", alertstate="firing"}) or vector(0)', { red: 1, width: 6 }),
  table(
    'Firing, by environment and level',
    ['environment'],
    Object.fromEntries(
      LEVELS.map((level) => [level, [`count by (environment) (ALERTS{alertstate="firing", level="${level}"}) or ${ZERO}`]]),
    ),
    {
      links: Object.fromEntries(
        LEVELS.map((level) => [level, drill(level, 'environment', { environment: '${__data.fields.environment}' })]),
      ),
      red: Object.fromEntries(LEVELS.map((level) => [level, 1])),
    },
  ),
  firing('', ['environment', 'level', 'severity', 'stage', 'alertname']),
])

const all = [home, ...performance, ...business, ...security, ...development]
const files = Object.fromEntries(all.map((each) => [`${FOLDER}/${each.uid}.json`, `${JSON.stringify(each, null, 2)}\n`]))
writeOrCheck(
  { ...files, ...objects(), ...runbooks() },
  { folders: [FOLDER, ...['dashboards', 'rules', 'runbooks'].map((name) => `${ADDON}/${name}`)], command: 'npm run docs' },
)

/** What the sidecar of Grafana and the operator of Prometheus look for. */
function objects() {
  const maps = Object.entries(files).map(([file, text]) => {
    const name = path.basename(file, '.json')
    const metadata = { name, namespace: NAMESPACE, labels: { grafana_dashboard: '1' }, annotations: { grafana_folder: 'Platform' } }
    return [`${ADDON}/dashboards/${name}.yaml`, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [`${name}.json`]: text } }]
  })
  const rules = filesIn('rules').map((file) => {
    const stage = path.basename(file, '.yaml')
    const metadata = { name: `platform-${stage}`, namespace: NAMESPACE, labels: { release: 'kube-prometheus-stack' }, annotations: LATE }
    const spec = parse(textOf(`rules/${file}`))
    return [`${ADDON}/rules/${file}`, { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata, spec }]
  })
  return Object.fromEntries([...maps, ...rules].map(([file, object]) => [file, NOTE + stringify(object, { lineWidth: 0 })]))
}

/** Argo CD passes them by; links in alerts lead to them. */
function runbooks() {
  return Object.fromEntries(filesIn('runbooks').map((file) => [`${ADDON}/runbooks/${file}`, textOf(`runbooks/${file}`)]))
}

function filesIn(folder) {
  return readdirSync(path.join(root, MONITORING, folder)).sort()
}

function textOf(file) {
  return readFileSync(path.join(root, MONITORING, file), 'utf8')
}
