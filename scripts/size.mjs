// Tells how much an installed platform takes on the disk, and what is biggest in it: npm run size.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { METAFILE } from './bundle.mjs'
import { packageFolder } from './licences.mjs'
import { root } from './run-tool.mjs'

const [{ size, unpackedSize, files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], { cwd: root }))
const { outputs } = JSON.parse(readFileSync(`${root}/${METAFILE}`, 'utf8'))

const kinds = sum(
  files,
  ({ path }) => (path.startsWith('dist/') ? (path.endsWith('.map') ? 'source maps' : 'dist') : path.split('/')[0]),
  'size',
)
const inputs = Object.values(outputs).flatMap(({ inputs }) =>
  Object.entries(inputs).map(([path, { bytesInOutput }]) => ({ path, bytesInOutput })),
)
const libraries = sum(inputs, ({ path }) => packageFolder(path)?.replace(/^.*node_modules\//, '') ?? 'platform itself', 'bytesInOutput')

console.log(`installed ${megabytes(unpackedSize)}, as a package ${megabytes(size)}`)
print('Biggest parts', kinds, 6)
print('Biggest libraries in dist', libraries, 12)

function sum(items, groupOf, field) {
  const sums = new Map()
  for (const item of items) sums.set(groupOf(item), (sums.get(groupOf(item)) ?? 0) + item[field])
  return [...sums].sort(([, a], [, b]) => b - a)
}

function print(title, rows, count) {
  console.log(`\n${title}`)
  for (const [name, bytes] of rows.slice(0, count)) console.log(`${megabytes(bytes).padStart(10)}  ${name}`)
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(2)} MB`
}
