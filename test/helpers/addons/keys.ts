import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'

/** Known values: a branch by key, `*` where anything may stand below, 1 for a value without anything below. */
export type Keys = typeof OPEN | typeof VALUE | KeyBranch
export type KeyBranch = { [key: string]: Keys }

const OPEN = '*'
const VALUE = 1

/** What Kubernetes defines, and charts hand on. */
const OBJECTS =
  /^(?:affinity|annotations|labels|nodeSelector|podTemplate|resources|(?:pod|container)?[sS]ecurityContext|strategy|updateStrategy|podAnnotations|podLabels)$/

/** Maps that templates hand on, or go through, in a way that is not seen here. */
const HANDED_ON: Record<string, readonly string[][]> = {
  'argo-cd': ['cm', 'params', 'rbac', 'ssh', 'tls'].map((map) => ['configs', map]),
  'opentelemetry-collector': [['config'], ['alternateConfig'], ['ports'], ['ingress']],
  grafana: [['grafana.ini'], ['datasources'], ['dashboardProviders']],
  jaeger: [['userconfig'], ['uiconfig']],
  'redis-ha': [
    ['redis', 'config'],
    ['sentinel', 'config'],
  ],
  sonarqube: [['sonarProperties'], ['setAdminPassword']],
  velero: [['schedules']],
}

/**
 * Which values the chart in a folder knows: from its values.yaml, from what its templates read, and from its dependencies. A map of
 * which it says nothing, or which it hands on whole, is open.
 */
export function knownKeys(folder: string): KeyBranch {
  const { name, dependencies = [] } = readYaml(path.join(folder, 'Chart.yaml')) as unknown as {
    name: string
    dependencies?: Array<{ name: string; alias?: string }>
  }
  const values = path.join(folder, 'values.yaml')
  const tree = existsSync(values) ? branchOf(readYaml(values)) : {}
  for (const { keys, handed } of placesIn(templatesOf(folder))) add(tree, keys, handed)
  for (const place of HANDED_ON[name] ?? []) open(tree, place)
  for (const dependency of dependencies) {
    const key = dependency.alias ?? dependency.name
    tree[key] = merged(knownKeys(path.join(folder, 'charts', dependency.name)), branchAt(tree, key), { enabled: VALUE })
  }
  // What all charts of a release share, with a place of ours.
  tree['global'] = merged(branchAt(tree, 'global'), { platform: OPEN })
  return tree
}

/** The paths of values that are not known. */
export function unknownKeys(values: unknown, keys: Keys, place: readonly string[] = []): string[] {
  if (keys === OPEN || typeof values !== 'object' || values === null || Array.isArray(values)) return []
  return Object.entries(values).flatMap(([key, value]) => {
    const known = typeof keys === 'object' && Object.hasOwn(keys, key) ? keys[key] : undefined
    return known === undefined ? [[...place, key].join('.')] : unknownKeys(value, known, [...place, key])
  })
}

function readYaml(file: string): Record<string, unknown> {
  return (parse(readFileSync(file, 'utf8')) ?? {}) as Record<string, unknown>
}

function branchOf(value: Record<string, unknown>): KeyBranch {
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, OBJECTS.test(key) ? OPEN : keysOf(each)]))
}

function keysOf(value: unknown): Keys {
  if (value === null) return OPEN
  if (typeof value !== 'object' || Array.isArray(value)) return VALUE
  const names = Object.keys(value)
  // Labels, selectors and annotations.
  return names.every((key) => /[./]/.test(key)) ? OPEN : branchOf(value as Record<string, unknown>)
}

function branchAt(tree: KeyBranch, key: string): KeyBranch {
  const found = Object.hasOwn(tree, key) ? tree[key] : undefined
  return typeof found === 'object' ? found : {}
}

function merged(...branches: KeyBranch[]): KeyBranch {
  const all: KeyBranch = {}
  for (const [key, keys] of branches.flatMap((branch) => Object.entries(branch))) {
    const before = all[key]
    if (typeof before === 'object' && typeof keys === 'object') all[key] = merged(before, keys)
    else if (before !== OPEN) all[key] = keys
  }
  return all
}

/** All templates but those of the chart's own tests, as one text. */
function templatesOf(folder: string): string {
  const templates = path.join(folder, 'templates')
  if (!existsSync(templates)) return ''
  return readdirSync(templates, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:ya?ml|tpl|txt)$/.test(file))
    .map((file) => path.join(templates, file))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
}

/** `.Values.a.b`, and whether what is there is handed on whole. */
function placesIn(text: string): Array<{ keys: string[]; handed: boolean }> {
  const pattern = /(?<handed>(?:toYaml|toJson|with|range(?: \$\w+(?:, \$\w+)? :=)?) \(?)?\$?\.Values\.(?<place>\w+(?:\.\w+)*)/g
  return [...text.matchAll(pattern)].map(({ groups }) => ({
    keys: groups?.['place']?.split('.') ?? [],
    handed: groups?.['handed'] !== undefined,
  }))
}

function add(tree: KeyBranch, [key = '', ...rest]: readonly string[], handed: boolean): void {
  const known = Object.hasOwn(tree, key) ? tree[key] : undefined
  if (known === OPEN) return
  if (rest.length > 0) {
    const branch = typeof known === 'object' ? known : {}
    tree[key] = branch
    add(branch, rest, handed)
  } else if (known === undefined) {
    tree[key] = handed || OBJECTS.test(key) ? OPEN : VALUE
  }
}

function open(tree: KeyBranch, [key = '', ...rest]: readonly string[]): void {
  const known = tree[key]
  if (rest.length === 0) tree[key] = OPEN
  else if (typeof known === 'object') open(known, rest)
}
