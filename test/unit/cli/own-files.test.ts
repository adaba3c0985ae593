import { execa } from 'execa'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'platform-own-files-')))
  await mkdir(path.join(folder, 'dist', 'chunks'), { recursive: true })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Runs `dist/main.cjs`, in a process of its own because Node's loader is changed, and takes what it prints as JSON. */
async function run(files: Record<string, string>): Promise<unknown> {
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text)
  const start = `
    import { readFileSync } from 'node:fs'
    import { createRequire } from 'node:module'
    import { compileFunction } from 'node:vm'
    import { loadOwnFiles } from ${JSON.stringify(path.resolve('src/lib/cli/own-files.ts'))}
    const compile = (file) => compileFunction(readFileSync(file, 'utf8'), ['exports', 'require', 'module', '__filename', '__dirname'])
    loadOwnFiles(${JSON.stringify(path.join(folder, 'dist'))}, compile)
    createRequire(import.meta.url)(${JSON.stringify(path.join(folder, 'dist', 'main.cjs'))})`
  await writeFile(path.join(folder, 'start.mjs'), start)
  const { stdout } = await execa(process.execPath, ['--import', import.meta.resolve('tsx'), path.join(folder, 'start.mjs')])
  return JSON.parse(stdout)
}

const print = (expression: string): string => `process.stdout.write(JSON.stringify(${expression}))`

test('files run once, know where they lie, and share what they export', async () => {
  const result = await run({
    'dist/main.cjs': `const one = require('./chunks/one.cjs'); const two = require('./chunks/two.cjs'); ${print('[one === two.one, one.runs, one.folder.endsWith("chunks")]')}`,
    'dist/chunks/one.cjs': `globalThis.runs = (globalThis.runs ?? 0) + 1; exports.runs = globalThis.runs; exports.folder = __dirname`,
    'dist/chunks/two.cjs': `exports.one = require('./one.cjs')`,
  })
  expect(result).toEqual([true, 1, true])
})

test('files that need each other see what is there already', async () => {
  const result = await run({
    'dist/main.cjs': `const one = require('./chunks/one.cjs'); ${print('[one.early, one.seenByTwo]')}`,
    'dist/chunks/one.cjs': `exports.early = 'early'; exports.seenByTwo = require('./two.cjs').seen`,
    'dist/chunks/two.cjs': `exports.seen = require('./one.cjs').early`,
  })
  expect(result).toEqual(['early', 'early'])
})

test('a file that fails says why each time', async () => {
  const result = await run({
    'dist/main.cjs': `const say = () => { try { return require('./chunks/bad.cjs') } catch (error) { return error.message } }; ${print('[say(), say()]')}`,
    'dist/chunks/bad.cjs': `exports.half = true; throw new Error('why')`,
  })
  expect(result).toEqual(['why', 'why'])
})

test('parts of Node, and what is found by its place, come as always', async () => {
  const result = await run({
    'outside.cjs': `module.exports = 'outside'`,
    'dist/main.cjs': print(
      `[require('node:path').sep.length, require(require('node:path').join(__dirname, '..', 'outside.cjs')), require.resolve('node:fs'), typeof require.cache]`,
    ),
  })
  expect(result).toEqual([1, 'outside', 'node:fs', 'object'])
})
