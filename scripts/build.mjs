// Compiles src/ to dist/, drops compiled files whose source is gone, and refreshes the command manifest.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { node, root, runLoud, tool } from './run-tool.mjs'

if (!(await runLoud(tool('tsc', '-p', 'tsconfig.json')))) process.exit(1)

const dist = path.join(root, 'dist')
for (const file of readdirSync(dist, { recursive: true })) {
  const source = path.join(root, 'src', file.replace(/\.js(\.map)?$/, '.ts'))
  if (/\.js(\.map)?$/.test(file) && !existsSync(source)) rmSync(path.join(dist, file))
}

// Without a manifest oclif loads every command to find one: slower, but right.
if (existsSync(path.join(root, 'oclif.manifest.json')) && !(await runLoud(node('scripts/manifest.mjs')))) process.exit(1)
