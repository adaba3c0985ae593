// Makes dist/: a file for each command, and shared chunks for what several of them need, read only when a command needs them.
// As is usual with bundles, development dependencies become part of dist/; any other dependency would stay outside and be installed.
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import { toCommonJs } from './commonjs.mjs'
import { thirdPartyLicences } from './licences.mjs'
import { lighterLibraries } from './lighter-libraries.mjs'
import { root } from './run-tool.mjs'
import { usedExportsOfClients } from './used-exports.mjs'

const OUT = 'dist'
/** Which file holds what, for the tests of size and start-up. Not shipped. */
export const METAFILE = `${OUT}/metafile.json`
const LICENCES = `${OUT}/THIRD-PARTY-LICENCES.txt`

/** What is started or loaded by its path: the two programs, and what oclif loads. */
const PROGRAMS = ['src/lib/cli/main.ts', 'src/lib/sandbox/supervisor-main.ts']
const LOADED_BY_OCLIF = ['src/lib/cli/help.ts', 'src/lib/cli/command-not-found.ts']

/** oclif asks for them only where a command line runs from its sources. */
const NEVER_LOADED = ['typescript', 'ts-node', 'tsx', 'pnpapi', 'source-map-support']

/** Bundles, and removes what earlier builds left. */
export async function bundle() {
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [...PROGRAMS, ...LOADED_BY_OCLIF, ...sourcesIn('src/commands')],
    outbase: 'src',
    outdir: OUT,
    outExtension: { '.js': '.cjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    // Only ES modules can be split; `toCommonJs` makes of them what Node loads faster.
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // The sources of packages as ES modules: what nobody uses of them is left out.
    mainFields: ['module', 'main'],
    external: [...Object.keys({ ...dependencies, ...optionalDependencies }), ...NEVER_LOADED],
    minifySyntax: true,
    minifyWhitespace: true,
    // Errors are told apart by the names of their classes.
    keepNames: true,
    legalComments: 'none',
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
    plugins: [lighterLibraries, usedExportsOfClients(path.join(root, 'src'))],
    write: false,
  })
  for (const { file, text } of await toCommonJs(outputFiles)) {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  writeFileSync(path.join(root, METAFILE), JSON.stringify(metafile))
  writeFileSync(path.join(root, LICENCES), thirdPartyLicences(Object.keys(metafile.inputs)))
  removeOthers(new Set([...Object.keys(metafile.outputs), METAFILE, LICENCES]))
}

function sourcesIn(folder) {
  return readdirSync(path.join(root, folder), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`)
}

/** Commands that were removed would still be found, and chunks pile up. */
function removeOthers(kept) {
  const entries = readdirSync(path.join(root, OUT), { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    const file = path.join(entry.parentPath, entry.name)
    if (entry.isFile() && !kept.has(path.relative(root, file).split(path.sep).join('/'))) rmSync(file)
  }
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(entry.parentPath, entry.name))
  for (const folder of folders.sort().reverse()) if (readdirSync(folder).length === 0) rmdirSync(folder)
}
