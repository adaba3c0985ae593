import { parse } from '@cdktn/hcl2json'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { canBeFound } from '../../../../src/lib/aws/existing/existing-resources.js'

const TEMPLATES = fileURLToPath(new URL('../../../../templates/', import.meta.url))

/** The types of resources of AWS in the modules that are of now. */
async function typesInUse(): Promise<string[]> {
  const { modules } = JSON.parse(await readFile(path.join(TEMPLATES, 'manifest.json'), 'utf8')) as { modules: Record<string, string> }
  const folders = Object.entries(modules).map(([name, version]) => path.join(TEMPLATES, 'terraform/modules', name, version))
  const types = new Set<string>()
  for (const folder of folders) {
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.tf'))) {
      const { resource = {} } = (await parse(file, await readFile(path.join(folder, file), 'utf8'))) as { resource?: object }
      Object.keys(resource).forEach((type) => types.add(type))
    }
  }
  return [...types].filter((type) => type.startsWith('aws_')).sort()
}

test('everything that the modules make can be looked for when the state has lost it', async () => {
  const types = await typesInUse()
  expect(types).toEqual(expect.arrayContaining(['aws_vpc', 'aws_cloudtrail', 'aws_db_instance', 'aws_lb', 'aws_budgets_budget']))
  expect(types.filter((type) => !canBeFound(type))).toEqual([])
})
