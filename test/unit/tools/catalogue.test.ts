import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { catalogue, toolNames } from '../../../src/lib/tools/catalogue.js'
import { clusterTools } from '../../../src/lib/tools/catalogue-cluster.js'
import { digestFor } from '../../../src/lib/tools/install/checksums.js'
import { goModules } from '../../../src/lib/tools/install/from-go-module.js'
import { waysOf } from '../../../src/lib/tools/install/install-tool.js'
import { requiredNames } from '../../../src/lib/tools/list-tools.js'
import type { GoModuleRecipe, ToolSpec } from '../../../src/lib/tools/tool-spec.js'

const specs: ToolSpec[] = toolNames.map((name) => catalogue[name])
const moduleRecipes = specs.flatMap(({ name, version, install: { go } }): Array<{ name: string; version: string; go: GoModuleRecipe }> =>
  go !== undefined && 'folder' in go ? [{ name, version, go }] : [],
)

describe('the programs of a cluster', () => {
  test('are not required, so that nobody builds Kubernetes who only wants AWS', () => {
    const names = Object.keys(clusterTools)
    expect(names).toEqual(expect.arrayContaining(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok']))
    for (const target of ['sandbox', 'aws'] as const) {
      expect(requiredNames({ target }).filter((name) => names.includes(name))).toEqual([])
    }
  })

  test('can be had without a release page, and say how long that takes', () => {
    for (const spec of Object.values<ToolSpec>(clusterTools)) {
      expect({ name: spec.name, ways: waysOf(spec).filter((way) => way !== 'download') }).not.toMatchObject({ ways: [] })
    }
  })
})

describe.each(moduleRecipes)('the Go module of $name', ({ name, version, go }) => {
  test('has the version that is promised, and a digest for it', async () => {
    const folder = path.join(goModules, go.folder)
    const goMod = await readFile(path.join(folder, 'go.mod'), 'utf8')
    const goSum = await readFile(path.join(folder, 'go.sum'), 'utf8')
    for (const program of go.programs) {
      const owner = [...goMod.matchAll(/^(?:require\s+|\t)(\S+) (v\S+)/gm)].find(([, module = '']) => program.package.startsWith(module))
      expect({ package: program.package, version: owner?.[2] }).toEqual({ package: program.package, version: `v${version}` })
      expect(goSum).toContain(`${owner?.[1] ?? ''} v${version} h1:`)
      expect(goMod).toMatch(new RegExp(`^(?:tool )?\\t?${program.package}$`, 'm'))
    }
    // A folder as replacement would not be in the package.
    expect(goMod).not.toMatch(/=> \.{0,2}\//)
  })

  test('builds the tool, and names each program as Go will name it', () => {
    expect(go.programs.map((program) => program.name)).toContain(name)
    if (go.programs.length > 1) {
      expect(go.programs.map((program) => path.posix.basename(program.package))).toEqual(go.programs.map((program) => program.name))
    }
    for (const program of go.programs) expect(catalogue).toHaveProperty([program.name])
  })
})

test('every Go module has a recipe and ships in the package', async () => {
  expect(existsSync(goModules)).toBe(true)
  expect([...new Set(moduleRecipes.map(({ go }) => go.folder))].sort()).toEqual((await readdir(goModules)).sort())
  const { files } = JSON.parse(await readFile('package.json', 'utf8')) as { files: string[] }
  expect(files).toContain('tools')
})

test('a checksum file may hold the digest alone', () => {
  const digest = 'AB'.repeat(32)
  expect(digestFor(`${digest}\n`, 'kubectl')).toBe(digest.toLowerCase())
  expect(() => digestFor(`${digest} ${digest}`, 'kubectl')).toThrow('does not list kubectl')
})

test.each([
  ['etcd', 'etcd Version: 3.6.5\nGit SHA: Not provided\nGo Version: go1.26.8\n', '3.6.5'],
  ['kube-apiserver', 'Kubernetes v1.35.4\n', '1.35.4'],
  ['kubectl', '{\n  "clientVersion": {\n    "major": "1",\n    "gitVersion": "v1.35.4",\n', '1.35.4'],
  ['kwok', 'kwok version v0.8.0 go1.26.8 (linux/amd64)\n', '0.8.0'],
] as const)('%s tells its version', (name, output, version) => {
  expect(catalogue[name].probe.pattern.exec(output)?.[1]).toBe(version)
})
