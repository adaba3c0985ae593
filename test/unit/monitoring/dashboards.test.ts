import { describe, expect, test } from 'vitest'
import { linksOf, readDashboards, variablesIn } from '../../helpers/dashboards.js'
import { alertsOf, readRuleFiles } from '../../helpers/prometheus.js'

const levels = ['performance', 'business', 'security', 'development']
const depths = ['fleet', 'environment', 'application']
const files = await readDashboards()
const dashboards = files.map(({ dashboard }) => dashboard)
const byUid = new Map(dashboards.map((dashboard) => [dashboard.uid, dashboard]))

test('there is an overview, and every level at every depth', () => {
  const expected = ['platform-overview', ...levels.flatMap((level) => depths.map((depth) => `platform-${level}-${depth}`))]
  expect(dashboards.map(({ uid }) => uid).sort()).toEqual(expected.sort())
  for (const { file, dashboard } of files) expect(file).toBe(`${dashboard.uid}.json`)
  expect(new Set(dashboards.map(({ title }) => title)).size).toBe(dashboards.length)
})

test.each(levels)('%s leads from the fleet to an environment to an application', (level) => {
  const data = (depth: string): string[] =>
    linksOf({ ...byUid.get(`platform-${level}-${depth}`)!, links: [] }).map(({ url }) => url.split('?')[0] ?? '')
  expect(data('fleet')).toContain(`/d/platform-${level}-environment`)
  expect(data('environment')).toContain(`/d/platform-${level}-application`)
  expect(byUid.get(`platform-${level}-application`)!.links.map(({ url }) => url)).toContain(`/d/platform-${level}-environment`)
})

test('the alerts lead to dashboards that exist', async () => {
  for (const { annotations = {} } of (await readRuleFiles()).flatMap(alertsOf)) {
    const [, uid = ''] = /^\/d\/([\w-]+)/.exec(annotations['dashboard_url'] ?? '') ?? []
    expect([...byUid.keys()]).toContain(uid)
  }
})

describe.each(dashboards)('$title', (dashboard) => {
  const names = dashboard.templating.list.map(({ name }) => name)
  const panels = dashboard.panels.filter(({ type }) => type !== 'row')

  test('says what it is for, and asks the Prometheus that the viewer chose', () => {
    expect(dashboard.description).toMatch(/\.$/)
    expect(dashboard.schemaVersion).toBe(41)
    expect(dashboard.templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource' })
    const sources = [...panels.flatMap(({ datasource, targets = [] }) => [datasource, ...targets.map((target) => target.datasource)])]
    for (const source of sources) expect(source).toEqual({ type: 'prometheus', uid: '${datasource}' })
  })

  test('uses variables that it has', () => {
    const texts = [
      ...panels.flatMap(({ targets = [], title }) => [title, ...targets.flatMap(({ expr, legendFormat = '' }) => [expr, legendFormat])]),
      ...dashboard.templating.list.map(({ definition = '' }) => definition),
      ...linksOf(dashboard).map(({ url }) => url),
    ]
    for (const text of texts) for (const variable of variablesIn(text)) expect(names, text).toContain(variable)
  })

  test('has each panel once, in its own place, with something to show', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length)
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
    for (const { targets = [], title } of panels) {
      expect(targets.length, title).toBeGreaterThan(0)
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
    }
  })

  test('links to dashboards that exist, and sets variables that they have', () => {
    for (const { url } of linksOf(dashboard)) {
      const [target = '', query = ''] = url.split('?')
      const found = byUid.get(target.replace('/d/', ''))
      expect(found, url).toBeDefined()
      const set = [...query.matchAll(/(?:^|&)var-(\w+)=/g)].map(([, name = '']) => name)
      for (const name of set)
        expect(
          found?.templating.list.map((each) => each.name),
          url,
        ).toContain(name)
    }
  })

  test('names each column of a table once, and nothing that is not there', () => {
    for (const { type, targets = [], transformations = [], fieldConfig } of panels) {
      if (type !== 'table') continue
      const renamed = transformations.find(({ id }) => id === 'organize')?.options.renameByName ?? {}
      for (const { refId } of targets) expect(renamed).toHaveProperty([`Value #${refId}`])
      const labels = targets.flatMap(({ expr }) => [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, by = '']) => by.split(', ')))
      const columns = [...Object.values(renamed), ...labels]
      for (const { matcher } of fieldConfig?.overrides ?? []) expect(columns).toContain(matcher.options)
    }
  })
})
