import { execa } from 'execa'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = process.cwd()
// The loader has a thread of its own: what it writes must be out before the process ends.
const LOADER = `import { register } from 'node:module'
register('data:text/javascript,' + encodeURIComponent(\`import { appendFileSync } from 'node:fs'
export async function load(url, context, next) { appendFileSync(process.env.LOADED_FILES, url + '\\\\n'); return next(url, context) }\`))`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-start-'))
  await writeFile(path.join(folder, 'loader.mjs'), LOADER)
  await writeFile(path.join(folder, 'platform.yaml'), 'kind: Platform\nname: acme\ntarget: sandbox\nregion: eu-west-1\n')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What a command reads at its start: files of dist/, and the libraries inside of them. */
async function loadedBy(...args: string[]): Promise<{ files: string[]; libraries: string[] }> {
  const list = path.join(folder, args.join('-').replaceAll(/\W+/g, '-'))
  const bin = path.join(ROOT, 'bin', 'run.js')
  await execa(process.execPath, ['--import', pathToFileURL(path.join(folder, 'loader.mjs')).href, bin, ...args], {
    cwd: folder,
    env: { LOADED_FILES: list },
    reject: false,
  })
  const root = pathToFileURL(`${ROOT}/`).href
  const urls = (await readFile(list, 'utf8')).trim().split('\n')
  const files = [...new Set(urls.filter((url) => url.startsWith(root)).map((url) => url.slice(root.length)))]
  const { outputs } = JSON.parse(await readFile('dist/metafile.json', 'utf8')) as { outputs: Record<string, { inputs: object }> }
  const inputs = files.flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}))
  const libraries = inputs.flatMap((input) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? [])
  return { files, libraries: [...new Set(libraries)] }
}

const HEAVY = /^(?:@aws-sdk|@smithy|@inquirer|listr2|execa|tar|yauzl)(?:\/|$)/

test('--version reads almost nothing, and no library', async () => {
  const { files, libraries } = await loadedBy('--version')
  expect(files).toContain('dist/lib/cli/main.js')
  expect(files.length).toBeLessThanOrEqual(5)
  expect(libraries.filter((name) => name !== 'picocolors')).toEqual([])
})

test('--help reads oclif, and nothing of what commands work with', async () => {
  const { libraries } = await loadedBy('--help')
  expect(libraries).toContain('@oclif/core')
  expect(libraries.filter((name) => HEAVY.test(name) || ['zod', 'yaml', 'typescript', 'minimatch', 'tinyglobby'].includes(name))).toEqual(
    [],
  )
})

test.each([
  ['config', 'validate'],
  ['run', 'list'],
  ['completion', 'bash'],
])('%s %s reads no AWS SDK, prompts or task list', async (...args) => {
  const { libraries } = await loadedBy(...args)
  expect(libraries).toContain('@oclif/core')
  expect(libraries.filter((name) => HEAVY.test(name))).toEqual([])
})
