// The parts that dashboards are put together from, as Grafana's JSON model has them (schema 41: what Grafana 12 and 13 import).

export const LEVELS = ['performance', 'business', 'security', 'development']
export const DEPTHS = ['fleet', 'environment', 'application']

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' }
const TIME = '${__url_time_range}'
const KEEP = '${datasource:queryparam}'

export const uidOf = (level, depth) => `platform-${level}-${depth}`

/** A link of the data to the next depth: `{ environment: '${__field.labels.environment}' }` sets its variables. */
export function drill(level, depth, variables) {
  const set = Object.entries(variables).map(([name, value]) => `var-${name}=${value}`)
  return { title: `${capital(level)}: ${depth}`, url: `/d/${uidOf(level, depth)}?${[...set, KEEP, TIME].join('&')}` }
}

export const label = (name) => `\${__field.labels.${name}}`

/** A number, red above or below a value. */
export function stat(title, expr, { unit = 'short', red, below = false, width = 4, description, link } = {}) {
  const steps = below
    ? [step('red', null), step('green', red)]
    : red === undefined
      ? [step('green', null)]
      : [step('green', null), step('red', red)]
  return {
    ...panel('stat', title, { width, height: 4, description }),
    targets: [query('A', expr, { instant: true })],
    fieldConfig: {
      defaults: { unit, color: { mode: 'thresholds' }, thresholds: { mode: 'absolute', steps }, ...links(link) },
      overrides: [],
    },
    options: {
      colorMode: 'value',
      graphMode: 'none',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      textMode: 'auto',
    },
  }
}

/** Lines over time. `queries`: expression by legend. */
export function lines(title, queries, { unit = 'short', width = 12, min = 0, description, link, stacked = false } = {}) {
  return {
    ...panel('timeseries', title, { width, height: 8, description }),
    targets: Object.entries(queries).map(([legend, expr], index) => query(letter(index), expr, { legend })),
    fieldConfig: {
      defaults: {
        unit,
        min,
        custom: { fillOpacity: 10, showPoints: 'never', stacking: { mode: stacked ? 'normal' : 'none' } },
        ...links(link),
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  }
}

/**
 * A row for each value of the labels `by`, a column for each of `columns`: `{ Requests: ['expr', 'unit'] }`.
 * @param options.links by label: where its cells lead
 */
export function table(title, by, columns, { width = 24, height = 8, description, links: cells = {}, red = {} } = {}) {
  const names = Object.keys(columns)
  const renamed = Object.fromEntries(names.map((name, index) => [`Value #${letter(index)}`, name]))
  const only = names.length === 1 ? { Value: names[0] } : {}
  return {
    ...panel('table', title, { width, height, description }),
    targets: names.map((name, index) => query(letter(index), columns[name][0], { instant: true, table: true })),
    fieldConfig: {
      defaults: { custom: { align: 'auto' } },
      overrides: [
        ...names.map((name) => override(name, [{ id: 'unit', value: columns[name][1] ?? 'short' }, ...redAbove(red[name])])),
        ...Object.entries(cells).map(([name, link]) => override(name, [{ id: 'links', value: [link] }])),
      ],
    },
    options: { showHeader: true, cellHeight: 'sm' },
    transformations: [
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true },
          indexByName: Object.fromEntries([...by, ...names].map((name, index) => [name, index])),
          renameByName: { ...renamed, ...only },
        },
      },
    ],
  }
}

export const row = (title) => ({ type: 'row', title, collapsed: false, panels: [], gridPos: { w: 24, h: 1 } })

/** The alerts that fire, with where to go on. */
export function firing(selector, by = ['environment', 'severity', 'stage', 'alertname'], width = 24) {
  return table(
    'Alerts that fire',
    by,
    { Count: [`count by (${by.join(', ')}) (ALERTS{alertstate="firing", level!=""${selector}})`] },
    { width },
  )
}

const VARIABLES = {
  datasource: { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', current: {}, hide: 0 },
  environment: variable('environment', 'Environment', 'label_values(up, environment)'),
  namespace: variable('namespace', 'Namespace', 'label_values(kube_namespace_status_phase{environment="$environment"}, namespace)'),
  application: variable(
    'application',
    'Application',
    'label_values(kube_deployment_spec_replicas{environment="$environment", namespace="$namespace"}, deployment)',
  ),
}

const VARIABLES_OF = {
  fleet: ['datasource'],
  environment: ['datasource', 'environment'],
  application: ['datasource', 'environment', 'namespace', 'application'],
}

/** One dashboard of a level: its panels laid out in rows, and links to its neighbours. */
export function dashboard(level, depth, description, panels) {
  return assemble({
    uid: uidOf(level, depth),
    title: `${capital(level)}: ${depth}`,
    description,
    depth,
    tags: ['platform', level, depth],
    panels,
    level,
  })
}

/** The dashboard that one begins with. */
export function overview(description, panels) {
  return assemble({ uid: 'platform-overview', title: 'Platform: overview', description, depth: 'fleet', tags: ['platform'], panels })
}

function assemble({ uid, title, description, depth, tags, panels, level }) {
  return {
    uid,
    title,
    description,
    tags,
    schemaVersion: 41,
    version: 1,
    editable: false,
    graphTooltip: 1,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    links: neighbours(level, depth),
    templating: { list: VARIABLES_OF[depth].map((name) => VARIABLES[name]) },
    panels: layOut(panels),
  }
}

function neighbours(level, depth) {
  const to = (uid, title) => ({
    type: 'link',
    title,
    url: `/d/${uid}`,
    includeVars: true,
    keepTime: true,
    icon: 'dashboard',
    tags: [],
    targetBlank: false,
  })
  const sameDepth = LEVELS.filter((other) => other !== level).map((other) => to(uidOf(other, depth), capital(other)))
  const shallower = DEPTHS.slice(0, DEPTHS.indexOf(depth)).map((other) => to(uidOf(level, other), `Up: ${other}`))
  return [...(level === undefined ? [] : [to('platform-overview', 'Overview')]), ...shallower, ...sameDepth]
}

function layOut(panels) {
  let x = 0
  let y = 0
  let height = 0
  return panels.map((each, index) => {
    const { w, h } = each.gridPos
    if (x + w > 24) {
      y += height
      x = 0
      height = 0
    }
    const placed = { id: index + 1, ...each, gridPos: { x, y, w, h } }
    x += w
    height = Math.max(height, h)
    return placed
  })
}

function panel(type, title, { width, height, description }) {
  return { type, title, ...(description !== undefined && { description }), datasource: DATASOURCE, gridPos: { w: width, h: height } }
}

function query(refId, expr, { legend, instant = false, table: asTable = false }) {
  return {
    refId,
    datasource: DATASOURCE,
    expr,
    ...(legend !== undefined && { legendFormat: legend }),
    ...(instant ? { instant: true, range: false } : { range: true }),
    ...(asTable && { format: 'table' }),
  }
}

function variable(name, text, definition) {
  return {
    name,
    label: text,
    type: 'query',
    datasource: DATASOURCE,
    definition,
    query: { query: definition, refId: 'A' },
    refresh: 2,
    sort: 1,
    current: {},
    hide: 0,
    multi: false,
    includeAll: false,
  }
}

const links = (link) => (link === undefined ? {} : { links: [link] })
const step = (color, value) => ({ color, value })
const letter = (index) => String.fromCharCode(65 + index)
const capital = (text) => `${text[0].toUpperCase()}${text.slice(1)}`
const override = (name, properties) => ({ matcher: { id: 'byName', options: name }, properties })

function redAbove(value) {
  if (value === undefined) return []
  const steps = [step('transparent', null), step('red', value)]
  return [
    { id: 'thresholds', value: { mode: 'absolute', steps } },
    { id: 'custom.cellOptions', value: { type: 'color-background' } },
  ]
}
