import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/lib/core/clock.js'
import { execProgram } from '../../src/lib/core/exec.js'
import { toJsonText } from '../../src/lib/core/files.js'
import { awsProvider } from '../../src/lib/tools/catalogue.js'
import { clusterTools } from '../../src/lib/tools/catalogue-cluster.js'
import { writeCliConfig } from '../../src/lib/tools/cli-config.js'
import { findInCache, findOnPath } from '../../src/lib/tools/locate.js'
import { probeTool } from '../../src/lib/tools/probe.js'
import { ensureProviderMirror } from '../../src/lib/tools/provider-install.js'
import { resolveSpec, resolveTool, type ToolPorts } from '../../src/lib/tools/resolve-tool.js'
import type { ToolSpec } from '../../src/lib/tools/tool-spec.js'

const onPath = async (name: string): Promise<boolean> => (await findOnPath(process.env, name)).length > 0
const [hasApt, hasGo, hasPython, hasTabulate] = await Promise.all(['apt-get', 'go', 'python3', 'tabulate'].map(onPath))

/** What earlier installs of this user left: building Kubernetes takes too long for a test. */
const inCache = await Promise.all(
  Object.values<ToolSpec>(clusterTools).map(async (spec) =>
    (await findInCache(process.env, spec.name, spec.version)).map((file) => ({ name: spec.name, spec, file })),
  ),
)

let folder: string
let ports: ToolPorts
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-tools-e2e-'))
  ports = {
    exec: execProgram,
    clock: systemClock,
    signal: new AbortController().signal,
    env: { ...process.env, XDG_CACHE_HOME: path.join(folder, 'cache') },
    ask: {
      interactive: false,
      confirm: async () => Promise.reject(new Error('asked')),
      input: async () => Promise.reject(new Error('asked')),
      select: async () => Promise.reject(new Error('asked')),
    },
  }
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

function tool(spec: Pick<ToolSpec, 'name' | 'version' | 'probe' | 'install'>): ToolSpec {
  return { purpose: 'is small', need: 'optional', range: '*', byHand: [], ...spec }
}

test('the real Terraform initialises with the real provider from the mirror', async () => {
  const terraform = await resolveTool(ports, 'terraform', { install: true })
  const mirror = await ensureProviderMirror(ports, { terraformPath: terraform.path })
  const project = await mkdtemp(path.join(folder, 'project-'))
  const requirement = { terraform: { required_providers: { aws: { source: awsProvider.source } } } }
  await writeFile(path.join(project, 'main.tf.json'), toJsonText(requirement))
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, TF_CLI_CONFIG_FILE: await writeCliConfig(ports, { mirror }) }
  const { stdout, stderr } = await execProgram(terraform.path, ['init', '-no-color'], { cwd: project, env })
  expect(stdout).toContain(`Installed ${awsProvider.source}`)
  // A CLI configuration that Terraform does not like is only a warning there.
  expect(`${stdout}${stderr}`).not.toContain('CLI configuration')
})

describe('package clients install for real, into the cache only', () => {
  test.skipIf(!hasApt)('a Debian package with its libraries, unpacked', async () => {
    const spec = tool({
      name: 'unpacked-jq',
      version: '1.6.0',
      probe: { args: ['--version'], pattern: /jq-(\S+)/ },
      install: { debian: { packages: ['jq', 'libjq1', 'libonig5'], program: 'usr/bin/jq' } },
    })
    const jq = await resolveSpec(ports, spec, { install: true })
    expect(jq).toMatchObject({ source: 'debian', path: expect.stringContaining(path.join(folder, 'cache')) as string })
    expect((await execProgram(jq.path, ['-c', '.a'], { input: '{"a":[1]}' })).stdout).toBe('[1]\n')
    // It must run with its own library, not with one that the machine happens to have.
    const { stdout } = await execProgram('/bin/sh', ['-x', jq.path, '--version'], { okCodes: [0] }).then(({ stderr }) => ({
      stdout: stderr,
    }))
    expect(stdout).toMatch(/LD_LIBRARY_PATH=\S*root\/usr\/lib/)
    expect(await resolveSpec(ports, spec, { install: false })).toMatchObject({ source: 'cache', path: jq.path })
  })

  test.skipIf(!hasGo).each([
    ['go install', undefined],
    ['a build in a copy of the module', []],
  ])('a Go program by %s', async (how, modEdits) => {
    const name = modEdits ? 'copied-tomljson' : 'tomljson'
    const spec = tool({
      name,
      version: '2.2.4',
      probe: { args: [] },
      install: { go: { module: 'github.com/pelletier/go-toml/v2', package: './cmd/tomljson', ...(modEdits && { modEdits }) } },
    })
    const compiled: string[] = []
    const found = await resolveSpec(ports, spec, { install: true, progress: (detail) => compiled.push(detail) })
    expect(found.source, how).toBe('go')
    expect((await execProgram(found.path, [], { input: 'a = 1\n' })).stdout.replaceAll(/\s/g, '')).toBe('{"a":1}')
    expect(compiled.at(-1)).toMatch(/go-toml|fetching/)
  })

  // One on PATH would be taken, and nothing installed.
  test.skipIf(!hasPython || hasTabulate)('a Python program', async () => {
    const spec = tool({ name: 'tabulate', version: '0.9.0', probe: { args: ['--help'] }, install: { pip: { requirement: 'tabulate' } } })
    const found = await resolveSpec(ports, spec, { install: true })
    expect(found).toMatchObject({ source: 'pip', version: '0.9.0' })
    expect((await execProgram(found.path, [], { input: 'a b\n' })).stdout).toContain('a')
  })
})

describe('the programs of a cluster', () => {
  test.each(inCache.flat())('$name in the cache tells its version', async ({ spec, file }) => {
    expect(await probeTool(ports, spec, file, spec.range)).toEqual({ ok: true, version: path.basename(path.dirname(path.dirname(file))) })
  })
})
