// Writes oclif.manifest.json from the compiled commands, so that platform starts without loading all of them.
import { readFileSync } from 'node:fs'
import { writeOrCheck } from './generated-file.mjs'
import { root } from './run-tool.mjs'
import './sources.mjs'

const { loadWithoutManifest } = await import('../src/lib/cli/command-config.ts')

const pjson = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
const config = await loadWithoutManifest(root, pjson)
const { commands, version } = config.plugins.get(pjson.name).manifest
const sorted = Object.fromEntries(Object.entries(commands).sort(([a], [b]) => (a < b ? -1 : 1)))

writeOrCheck({ 'oclif.manifest.json': `${JSON.stringify({ commands: sorted, version }, null, 2)}\n` }, { command: 'npm run manifest' })
