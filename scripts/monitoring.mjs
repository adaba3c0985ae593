// Writes the dashboards of templates/monitoring: Grafana's JSON repeats itself too much to be kept by hand.
import { business } from './monitoring/business.mjs'
import { development } from './monitoring/development.mjs'
import { drill, firing, LEVELS, overview, stat, table } from './monitoring/parts.mjs'
import { performance } from './monitoring/performance.mjs'
import { security } from './monitoring/security.mjs'
import { writeOrCheck } from './generated-file.mjs'

const FOLDER = 'templates/monitoring/dashboards'
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
writeOrCheck(files, { folders: [FOLDER], command: 'npm run docs' })
