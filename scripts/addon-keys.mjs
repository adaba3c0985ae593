// Writes which values each chart of the catalogue knows, for the test that finds misspelt ones:
//   node scripts/addon-keys.mjs <folder with charts>
// Each chart is a folder there, as its publisher has it in Git. Run it when a version in the catalogue changes.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { prepareChart } from './addons/charts.mjs'
import { root } from './run-tool.mjs'
import './sources.mjs'

const { knownKeys } = await import('../test/helpers/addons/keys.ts')

const [charts] = process.argv.slice(2)
if (charts === undefined) throw new Error('name the folder with the charts')
const target = path.join(root, 'test', 'fixtures', 'addon-keys')
mkdirSync(target, { recursive: true })
const addons = JSON.parse(readFileSync(path.join(root, 'templates/addons/catalogue.json'), 'utf8'))
const scratch = mkdtempSync(path.join(tmpdir(), 'addon-keys-'))
try {
  for (const [name, addon] of Object.entries(addons)) {
    const { folder, missing } = prepareChart(charts, addon, path.join(scratch, name))
    const keys = { ...knownKeys(folder), ...Object.fromEntries(missing.map((each) => [each, '*'])) }
    writeFileSync(path.join(target, `${name}.json`), `${JSON.stringify({ chart: addon.chart, version: addon.version, keys })}\n`)
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
console.log(`Written: ${Object.keys(addons).length} files in ${path.relative(root, target)}`)
