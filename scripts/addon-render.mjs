// Renders the real charts with the values of templates/addons, looks at the result, and asks an API server what it thinks of it:
//   node scripts/addon-render.mjs <folder with charts> [--helm helm] [--kubectl kubectl --kubeconfig file] [--only name] [--out folder]
// Each chart is a folder there, as its publisher has it in Git. Nothing is written into them.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { prepareChart } from './addons/charts.mjs'
import { prepareServer, serverObjections } from './addons/server.mjs'
import { root, runQuiet } from './run-tool.mjs'
import './sources.mjs'

const { objectionsTo } = await import('../test/helpers/addons/checks.ts')
const { factValues, objectsIn, resourcesOf, valueFiles } = await import('../test/helpers/addons/values.ts')

const KUBERNETES = '1.35.0'

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    helm: { type: 'string', default: 'helm' },
    kubectl: { type: 'string', default: 'kubectl' },
    kubeconfig: { type: 'string' },
    only: { type: 'string' },
    out: { type: 'string' },
  },
})
const [charts] = positionals
if (charts === undefined) throw new Error('name the folder with the charts')

const addons = JSON.parse(readFileSync(path.join(root, 'templates/addons/catalogue.json'), 'utf8'))
const folder = mkdtempSync(path.join(tmpdir(), 'addons-'))
const out = options.out ?? path.join(folder, 'rendered')
mkdirSync(out, { recursive: true })
const runs = Object.entries(addons)
  .filter(([name]) => options.only === undefined || options.only === name)
  .flatMap(([name, addon]) => addon.clusters.map((role) => ({ name, addon, role })))

try {
  const rows = []
  for (const run of runs) rows.push({ ...run, ...(await render(run)) })
  if (options.kubeconfig !== undefined) {
    await prepareServer(options, rows)
    for (const row of rows) if (row.objects) row.objections.push(...(await serverObjections(options, row)))
  }
  for (const { name, role, objects, objections } of rows) {
    console.log(`${objections.length === 0 ? 'ok  ' : 'FAIL'} ${name} (${role}): ${objects ? `${objects.length} objects` : 'not rendered'}`)
    for (const objection of objections) console.log(`       ${objection}`)
  }
  if (rows.some(({ objections }) => objections.length > 0)) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function render({ name, addon, role }) {
  const place = path.join(folder, role, name)
  mkdirSync(place, { recursive: true })
  const facts = path.join(place, 'facts.yaml')
  writeFileSync(facts, stringify(factValues(addon.facts, role)))
  const texts = []
  for (const { chart, version, appVersion } of [...(addon.crds ? [{ ...addon, chart: addon.crds.chart }] : []), addon]) {
    const prepared = prepareChart(charts, { chart, version, appVersion }, place)
    const files = chart === addon.chart ? [...valueFiles(name, role), facts].flatMap((file) => ['--values', file]) : []
    const flags = ['--namespace', addon.namespace, '--kube-version', KUBERNETES, '--include-crds', ...files]
    const { ok, output } = await runQuiet([options.helm, 'template', name, prepared.folder, ...flags])
    if (!ok) return { objects: undefined, objections: [output.trim()] }
    texts.push(output)
  }
  const beside = resourcesOf(name, role)
  const objects = [...texts.flatMap(rendered), ...beside]
  writeFileSync(path.join(out, `${name}.${role}.json`), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, null, 2))
  // A LimitRange beside the chart gives requests to containers for which the chart has no values.
  const hasDefaults = beside.some(({ kind }) => kind === 'LimitRange')
  const objections = objects.filter(({ kind }) => kind !== 'CustomResourceDefinition').flatMap(objectionsTo)
  return { objects, objections: objections.filter((text) => !hasDefaults || !text.endsWith('has no requests')) }
}

function rendered(text) {
  const objects = objectsIn(text).filter(({ kind }) => kind !== undefined)
  return objects.flatMap((object) => (object.kind === 'List' ? (object.items ?? []) : [object]))
}
