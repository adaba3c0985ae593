import { afterAll, beforeAll, expect, test } from 'vitest'
import { readDashboards } from '../../helpers/dashboards.js'
import { PrometheusServer, type Result } from '../../helpers/prometheus-server.js'
import { alertsOf, readRuleFiles } from '../../helpers/prometheus.js'
import { sampleFleet, toOpenMetrics } from '../../helpers/sample-series.js'
import { temporaryFolder } from '../modules/workbench.js'

const MINUTES = 180
const dashboards = (await readDashboards()).map(({ dashboard }) => dashboard)
const variables: Record<string, string> = {
  environment: 'prod',
  namespace: 'web',
  application: 'shop',
  __rate_interval: '5m',
  __interval: '1m',
  __range: '3h',
}
/** The last of the samples: every question is about this moment, however long the tests take. */
const now = Math.floor(Date.now() / 1000)
const epoch = now - MINUTES * 60
let server: PrometheusServer

beforeAll(async () => {
  const metrics = toOpenMetrics(sampleFleet(epoch), { epoch, minutes: MINUTES })
  const rules = (await readRuleFiles()).map(({ file }) => file)
  server = await PrometheusServer.startRecorded(await temporaryFolder('dashboards'), { metrics, rules, from: now - 3600, to: now })
})
afterAll(async () => server.stop())

/** What Grafana does with variables before it asks. */
const fill = (text: string): string => text.replaceAll(/\$\{?(\w+)(?::\w+)?\}?/g, (whole, name: string) => variables[name] ?? whole)

const hasNumber = ({ value, values }: Result): boolean =>
  [...(value ? [value] : []), ...(values ?? [])].some(([, text]) => Number.isFinite(Number(text)))

const queries = dashboards.flatMap(({ title, panels }) =>
  panels.flatMap(({ title: panel, targets = [] }) =>
    targets.map(({ expr, instant }) => ({ name: `${title} / ${panel}`, expr, instant: instant === true })),
  ),
)

test.each(queries)('$name: $expr', async ({ expr, instant }) => {
  const filled = fill(expr)
  const result = instant ? await server.query(filled, now) : await server.range(filled, { from: now - 1800, to: now, step: 60 })
  expect(result.some(hasNumber), filled).toBe(true)
})

test('every variable has values to choose from', async () => {
  const asked = new Set(
    dashboards.flatMap(({ templating }) => templating.list.flatMap(({ definition }) => (definition === undefined ? [] : [definition]))),
  )
  expect(asked.size).toBe(3)
  for (const definition of asked) {
    const [, selector = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? []
    expect(await server.labelValues(label, fill(selector)), definition).not.toEqual([])
  }
})

test('nothing would fire in a fleet that is well', async () => {
  const alerts = (await readRuleFiles()).flatMap(alertsOf)
  for (const { alert, expr } of alerts) expect({ alert, found: await server.query(expr, now) }).toEqual({ alert, found: [] })
})
