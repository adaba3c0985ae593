// Bundles src/ and the libraries it uses into dist/, writes their licences beside it, and refreshes the command manifest.
import { existsSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { bundle } from './bundle.mjs'
import { node, root, runLoud } from './run-tool.mjs'

await bundle()

// A published package always has a manifest; a checkout may have none yet, and then it is made by `node scripts/manifest.mjs`.
if (existsSync(path.join(root, 'oclif.manifest.json')) && !(await runLoud(node('scripts/manifest.mjs')))) process.exit(1)
