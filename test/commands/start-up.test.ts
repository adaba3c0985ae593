import { execa } from 'execa'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = process.cwd()
const TRACE = `process.on('exit', () => require('node:fs').writeFileSync(process.env.LOADED_FILES,
  JSON.stringify({ files: Object.keys(require.cache), ofNode: process.moduleLoadList })))`
const ENVIRONMENT = ['apiVersion: platform/v1alpha1', 'kind: Environment', 'role: workload', 'network:', '  cidr: 10.0.0.0/16', '']

interface Outputs {
  outputs: Record<string, { bytes: number; inputs: Record<string, { bytesInOutput: number }>; imports: Array<{ path: string }> }>
}

let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'platform-start-')))
  await writeFile(path.join(folder, 'trace.cjs'), TRACE)
  await writeFile(
    path.join(folder, 'platform.yaml'),
    'apiVersion: platform/v1alpha1\nkind: Platform\nname: acme\ntarget: aws\nregion: eu-west-1\naccounts:\n  main:\n    id: "123456789012"\n',
  )
  await mkdir(path.join(folder, 'environments'))
  await writeFile(path.join(folder, 'environments', 'dev.yaml'), ENVIRONMENT.join('\n'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What a command reads at its start: files of dist/, their size, the libraries inside of them, and the parts of Node. */
async function loadedBy(
  ...args: string[]
): Promise<{ files: string[]; kilobytes: number; libraries: string[]; sources: string[]; ofNode: string[] }> {
  const list = path.join(folder, `${args.join('-').replaceAll(/\W+/g, '-')}.json`)
  const bin = path.join(ROOT, 'bin', 'run.js')
  // Without credentials, so that a command for AWS ends before it calls anybody.
  const env = { PATH: process.env['PATH'], HOME: folder, LOADED_FILES: list, AWS_EC2_METADATA_DISABLED: 'true' }
  await execa(process.execPath, ['--require', path.join(folder, 'trace.cjs'), bin, ...args], {
    cwd: folder,
    env,
    extendEnv: false,
    reject: false,
  })
  const loaded = JSON.parse(await readFile(list, 'utf8')) as { files: string[]; ofNode: string[] }
  const files = loaded.files.map((file) => path.relative(ROOT, file)).filter((file) => !file.startsWith('..'))
  const { outputs } = await bundled()
  const inputs = files.flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}))
  const libraries = inputs.flatMap((input) => libraryOf(input) ?? [])
  return {
    files,
    kilobytes: files.reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0) / 1000,
    libraries: [...new Set(libraries)],
    sources: inputs,
    ofNode: loaded.ofNode.flatMap((name) => /^NativeModule (\w+)$/.exec(name)?.[1] ?? []),
  }
}

async function bundled(): Promise<Outputs> {
  return JSON.parse(await readFile('dist/metafile.json', 'utf8')) as Outputs
}

function libraryOf(input: string): string | undefined {
  return /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1]
}

const HEAVY = /^(?:@aws-sdk|@smithy|@inquirer|listr2|execa|tar|yauzl)(?:\/|$)/
/** Each takes some milliseconds. */
const HEAVY_OF_NODE = ['child_process', 'worker_threads', 'crypto', 'http', 'https', 'perf_hooks']

test('--version reads almost nothing, and no library', async () => {
  const { files, libraries } = await loadedBy('--version')
  expect(files).toContain('dist/lib/cli/main.cjs')
  expect(files.length).toBeLessThanOrEqual(5)
  expect(libraries.filter((name) => name !== 'picocolors')).toEqual([])
})

test('--help reads oclif, and nothing of what commands work with', async () => {
  const { libraries, ofNode, kilobytes } = await loadedBy('--help')
  expect(libraries).toContain('@oclif/core')
  expect(libraries.filter((name) => HEAVY.test(name) || ['zod', 'yaml', 'typescript', 'minimatch', 'tinyglobby'].includes(name))).toEqual(
    [],
  )
  expect(ofNode.filter((name) => HEAVY_OF_NODE.includes(name))).toEqual([])
  expect(kilobytes).toBeLessThan(450)
})

test.each([
  ['config', 'validate'],
  ['run', 'list'],
  ['completion', 'bash'],
])('%s %s reads no AWS SDK, prompts or task list, and starts no program', async (...args) => {
  const { libraries, ofNode } = await loadedBy(...args)
  expect(libraries).toContain('@oclif/core')
  expect(libraries.filter((name) => HEAVY.test(name))).toEqual([])
  // The ids of runs are random.
  expect(ofNode.filter((name) => HEAVY_OF_NODE.includes(name) && (name !== 'crypto' || args[0] !== 'run'))).toEqual([])
})

test('a command with one AWS client reads that client, and no more than it needs', async () => {
  const { libraries, kilobytes, ofNode } = await loadedBy('state', 'history', 'dev')
  expect(libraries.filter((name) => name.startsWith('@aws-sdk/client-'))).toEqual(['@aws-sdk/client-s3'])
  expect(libraries.filter((name) => ['@inquirer', 'listr2', 'execa', 'cli-table3', 'write-file-atomic'].includes(name))).toEqual([])
  expect(ofNode).not.toContain('worker_threads')
  expect(kilobytes).toBeLessThan(1500)
})

test('a configuration that was checked before is not checked again, so the libraries for it are not read', async () => {
  await loadedBy('state', 'history', 'dev')
  const { libraries, kilobytes } = await loadedBy('state', 'history', 'dev')
  expect(libraries.filter((name) => ['zod', 'yaml'].includes(name))).toEqual([])
  expect(kilobytes).toBeLessThan(1150)
})

test('of an AWS client only the commands that platform calls are there, and of zod no foreign languages', async () => {
  const { outputs } = await bundled()
  const sizes = new Map<string, number>()
  for (const { inputs } of Object.values(outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      if (bytesInOutput > 0) sizes.set(input, (sizes.get(input) ?? 0) + bytesInOutput)
    }
  }
  const ec2 = [...sizes].filter(([input]) => libraryOf(input) === '@aws-sdk/client-ec2')
  expect(ec2.map(([input]) => path.basename(input))).toContain('DescribeVpcsCommand.js')
  expect(ec2.map(([input]) => path.basename(input))).not.toContain('RunInstancesCommand.js')
  expect(ec2.reduce((sum, [, bytes]) => sum + bytes, 0)).toBeLessThan(250_000)
  const languages = [...sizes.keys()].flatMap((input) => /\/zod\/v4\/locales\/(.*)\.js$/.exec(input)?.[1] ?? [])
  expect(languages).toEqual(['en'])
})

const CATALOGUE = 'templates/addons/catalogue.json'

test.each([['--version'], ['--help'], ['cluster', 'token', '--cluster', 'acme-dev', '--region', 'eu-west-1']])(
  'the catalogue of add-ons is not read: %s',
  async (...args) => {
    expect((await loadedBy(...args)).sources).not.toContain(CATALOGUE)
  },
)

test('another catalogue is another build: what was checked with the old one is checked again', async () => {
  const { outputs } = await bundled()
  const holding = (source: string): string[] => Object.keys(outputs).filter((file) => source in (outputs[file]?.inputs ?? {}))
  const [checker = ''] = holding('src/lib/config/known-project.ts')
  // Each file is named after its content, in which the names of the files that it imports stand.
  const reached = new Set([checker])
  for (const file of reached) for (const { path: next } of outputs[file]?.imports ?? []) if (next in outputs) reached.add(next)
  expect(holding(CATALOGUE).length).toBeGreaterThan(0)
  for (const file of holding(CATALOGUE)) {
    expect(reached).toContain(file)
    expect(path.basename(file)).toMatch(/-[A-Z0-9]{8}\.cjs$/)
  }
})
