import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { readManifest } from '../../src/lib/templates/shipped.js'
import { VALID, validated } from '../e2e/modules/validated.js'
import { copyOfTemplates, findBinary } from '../e2e/modules/workbench.js'

const terraform = (await findBinary('terraform'))!
const { modules } = await readManifest()
let copy: string
beforeAll(async () => (copy = await copyOfTemplates()))

// The default suite looks at them through the roots that use them.
test.each(Object.entries(modules))('the module %s is valid by itself, without a warning', async (name, version) => {
  const folder = path.join(copy, 'modules', name, version)
  // It needs the provider of another account.
  if (name === 'connectivity') await writeFile(path.join(folder, 'provider.tf'), 'provider "aws" {\n  alias = "management"\n}\n')
  expect(await validated(terraform, folder)).toEqual(VALID)
})
