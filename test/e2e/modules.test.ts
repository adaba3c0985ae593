import { cp, readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from '@cdktn/hcl2json'
import { beforeAll, describe, expect, test } from 'vitest'
import { execProgram } from '../../src/lib/core/exec.js'
import { readManifest, templatesFolder } from '../../src/lib/templates/shipped.js'
import { existingRoot, existingRootValues, moduleValues, rootValues } from './modules/bad-values.js'
import { shared, sharedRootValues, trail } from './modules/shared-values.js'
import { small } from './modules/values.js'
import { VALID, validated } from './modules/validated.js'
import { copyOfTemplates, findBinary, placeOfRoot, temporaryFolder, writeJson, type Binary } from './modules/workbench.js'

const terraform = (await findBinary('terraform'))!
const tofu = await findBinary('tofu')
const manifest = await readManifest()
const folders = [
  ...Object.entries(manifest.modules).map(([name, version]) => `modules/${name}/${version}`),
  ...Object.keys(manifest.roots).map(placeOfRoot),
]
const inRoot = (folder: string): boolean =>
  Object.values(manifest.roots).some((root) => root.modules.some((name) => folder.startsWith(`modules/${name}/`)))

test('the READMEs of the modules follow from their code', async () => {
  const script = fileURLToPath(new URL('../../scripts/module-docs.mjs', import.meta.url))
  await execProgram(process.execPath, [script, '--check'])
})

describe.each([terraform, tofu].filter((binary) => binary !== undefined))('$name', (binary: Binary) => {
  let copy: string
  beforeAll(async () => (copy = await copyOfTemplates()))

  test('finds every file formatted', async () => {
    await binary.run(copy, ['fmt', '-check', '-recursive'])
  })

  // A root brings its modules along. Each of them alone is in test/full.
  test.each(folders.filter((folder) => !inRoot(folder)))('finds %s valid, without a warning', async (folder) => {
    expect(await validated(binary, path.join(copy, folder))).toEqual(VALID)
  })
})

interface Variable {
  description?: string
  type?: string
  validation?: Array<{ error_message: string }>
}

async function variablesIn(folder: string): Promise<Record<string, Variable>> {
  const blocks = (await parse('variables.tf', await readFile(path.join(folder, 'variables.tf'), 'utf8'))) as {
    variable: Record<string, Variable[]>
  }
  return Object.fromEntries(Object.entries(blocks.variable).map(([name, [variable]]) => [name, variable ?? {}]))
}

/** The rules that refuse the values, by variable. Only `variables.tf` is read, so neither provider nor AWS is needed. */
async function refusedBy(folder: string, values: Record<string, unknown>): Promise<Record<string, string[]>> {
  const bench = await temporaryFolder('values')
  await cp(path.join(folder, 'variables.tf'), path.join(bench, 'variables.tf'))
  await writeJson(bench, 'terraform.tfvars.json', values)
  const { stdout } = await terraform.run(bench, ['plan', '-json', '-input=false'], { okCodes: [0, 1] })
  const refused: Record<string, string[]> = {}
  for (const line of stdout.trim().split('\n')) {
    const { diagnostic } = JSON.parse(line) as { diagnostic?: { detail: string; snippet: { code: string } } }
    if (!diagnostic) continue
    const variable = /^\s*"(\w+)":/.exec(diagnostic.snippet.code)?.[1]
    if (variable === undefined) throw new Error(line)
    ;(refused[variable] ??= []).push(diagnostic.detail)
  }
  return refused
}

describe.each([
  ...Object.entries(manifest.modules).map(([name, version]) => ({ name, folder: `modules/${name}/${version}`, ...moduleValues[name]! })),
  { name: 'root eks', folder: `roots/eks/${manifest.roots['eks']!.version}`, good: small, bad: rootValues },
  {
    name: 'root eks-existing',
    folder: `roots/eks-existing/${manifest.roots['eks-existing']!.version}`,
    good: existingRoot,
    bad: existingRootValues,
  },
  { name: 'root shared', folder: `roots/shared/${manifest.roots['shared']!.version}`, good: { ...shared, trail }, bad: sharedRootValues },
])('variables of $name', ({ folder, good, bad }) => {
  const directory = path.join(templatesFolder(), 'terraform', folder)

  test('are typed and described, and so are the outputs', async () => {
    for (const [name, variable] of Object.entries(await variablesIn(directory))) {
      expect(variable.type, name).toMatch(/^\$\{/)
      expect(variable.description, name).toMatch(/\S.*\.$/)
    }
    const outputs = (await parse('outputs.tf', await readFile(path.join(directory, 'outputs.tf'), 'utf8'))) as {
      output: Record<string, Variable[]>
    }
    for (const [name, [output]] of Object.entries(outputs.output)) expect(output?.description, name).toMatch(/\S.*\.$/)
  })

  test('accept good values', async () => {
    expect(await refusedBy(directory, good)).toEqual({})
  })

  test('refuse bad values, and each rule refuses one of them', async () => {
    const rules = Object.entries(await variablesIn(directory)).flatMap(([name, { validation = [] }]) =>
      validation.map((rule) => `${name}: ${rule.error_message}`),
    )
    const met = new Set<string>()
    // The n-th bad value of every variable at once: each run costs a start of Terraform.
    const rounds = Math.max(...Object.values(bad).map((values) => values.length))
    for (let round = 0; round < rounds; round += 1) {
      const wrong = Object.entries(bad).flatMap(([name, values]) => (round < values.length ? [[name, values[round]] as const] : []))
      const refused = await refusedBy(directory, { ...good, ...Object.fromEntries(wrong) })
      for (const [name, value] of wrong) expect(refused[name], `${name} = ${JSON.stringify(value)}`).toBeDefined()
      for (const [name, details] of Object.entries(refused)) {
        for (const detail of details)
          for (const rule of rules) if (rule.startsWith(`${name}: `) && detail.includes(rule.slice(name.length + 2))) met.add(rule)
      }
    }
    expect([...met].sort()).toEqual(rules.sort())
  })
})

test('no file names a time, a random value or another provider', async () => {
  const terraformFolder = path.join(templatesFolder(), 'terraform')
  const files = (await readdir(terraformFolder, { recursive: true })).filter((file) => file.endsWith('.tf'))
  expect(files.length).toBeGreaterThan(20)
  for (const file of files) {
    const text = await readFile(path.join(terraformFolder, file), 'utf8')
    expect(text, file).not.toMatch(
      /\b(?:timestamp|plantimestamp|uuid|uuidv5|bcrypt)\(|source\s*=\s*"hashicorp\/(?!aws")|_region\.\w+\.name\b/,
    )
  }
})
