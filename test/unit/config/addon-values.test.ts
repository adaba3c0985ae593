import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { addonCatalogue, addonTemplates } from '../../../src/lib/config/addons/catalogue.js'
import { objectionsTo } from '../../helpers/addons/checks.js'
import { type KeyBranch, unknownKeys } from '../../helpers/addons/keys.js'
import { factValues, readValues, valueFiles } from '../../helpers/addons/values.js'

const FIXTURES = path.join(import.meta.dirname, '..', '..', 'fixtures', 'addon-keys')
const addons = Object.entries(addonCatalogue())
const runs = addons.flatMap(([name, addon]) => addon.clusters.map((role) => ({ name, addon, role })))

/** What the real chart knows, as scripts/addon-keys.mjs has written it down. */
function chartOf(name: string): { chart: string; version: string; keys: KeyBranch } {
  return JSON.parse(readFileSync(path.join(FIXTURES, `${name}.json`), 'utf8')) as ReturnType<typeof chartOf>
}

/** Paths of values that are passwords themselves, and not the name of a Secret or of a key in one. */
function passwordsIn(value: unknown, place = ''): string[] {
  if (typeof value !== 'object' || value === null) {
    return /(?:passw(?:or)?d|passcode|token)$/i.test(place) && typeof value === 'string' && value !== '' && !value.startsWith('${env:')
      ? [place]
      : []
  }
  return Object.entries(value).flatMap(([key, each]) => passwordsIn(each, `${place}.${key}`))
}

describe('values of add-ons', () => {
  it.each(runs)('are all known to the chart: $name ($role)', ({ name, addon, role }) => {
    const { keys } = chartOf(name)
    const files = valueFiles(name, role)
    expect(files.length, 'there are values for it').toBeGreaterThan(0)
    for (const file of files) expect(unknownKeys(readValues(file), keys), file).toEqual([])
    expect(unknownKeys(factValues(addon.facts, role), keys), 'facts').toEqual([])
  })

  it.each(addons)('have been compared with the version of the chart that the catalogue names: %s', (name, { chart, version }) => {
    expect(chartOf(name)).toMatchObject({ chart, version })
  })

  it('finds a misspelt key, at the top, inside, and in a dependency', () => {
    const { keys } = chartOf('kube-prometheus-stack')
    const values = { alertManager: {}, prometheus: { prometheusSpec: { retentoin: '1d' } }, grafana: { persistance: { enabled: true } } }
    expect(unknownKeys(values, keys)).toEqual(['alertManager', 'prometheus.prometheusSpec.retentoin', 'grafana.persistance'])
  })

  it.each(runs)('write no password into a file: $name ($role)', ({ name, role }) => {
    const written = valueFiles(name, role).flatMap((file) => passwordsIn(readValues(file)))
    expect(written).toEqual([])
  })

  it('has no file for what is not an add-on, or does not run there', () => {
    const folder = path.join(addonTemplates, 'values')
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'))
    const expected = runs.flatMap(({ name, role }) => [`${name}.yaml`, `${role}/${name}.yaml`])
    expect(found.filter((file) => !expected.includes(file))).toEqual([])
    expect(existsSync(path.join(folder, 'argo-cd.yaml'))).toBe(true)
  })
})

describe('what a rendered object must not have', () => {
  const deployment = (container: object) => ({
    kind: 'Deployment',
    metadata: { name: 'demo' },
    spec: { template: { spec: { containers: [{ name: 'main', image: 'demo:1.0', resources: REQUESTS, ...container }] } } },
  })
  const REQUESTS = { requests: { cpu: '10m', memory: '16Mi' } }

  it.each([
    ['nothing is wrong', deployment({}), []],
    ['an image by its digest', deployment({ image: `demo@sha256:${'0'.repeat(64)}` }), []],
    ['latest', deployment({ image: 'demo:latest' }), [/without a version/]],
    ['no tag', deployment({ image: 'registry.example.com:5000/demo' }), [/without a version/]],
    ['no requests', deployment({ resources: {} }), [/no requests/]],
    ['a known password', deployment({ env: [{ name: 'ADMIN_PASSWORD', value: 'changeme' }] }), [/everybody knows/]],
    ['a known password in a Secret', { kind: 'Secret', data: { 'admin-password': btoa('prom-operator') } }, [/everybody knows/]],
    ['an operated object without requests', { kind: 'Prometheus', metadata: { name: 'demo' }, spec: { replicas: 2 } }, [/no requests/]],
  ])('%s', (_title, object, expected) => {
    const found = objectionsTo(object)
    expect(found).toHaveLength(expected.length)
    for (const [index, pattern] of expected.entries()) expect(found[index]).toMatch(pattern)
  })
})
