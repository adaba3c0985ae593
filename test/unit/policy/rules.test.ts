import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ruleFiles } from '../../../src/lib/policy/rules.js'

let directory: string
let policies: string
beforeEach(async () => {
  directory = await realpath(await mkdtemp(path.join(tmpdir(), 'platform-policy-')))
  policies = path.join(directory, 'policies')
  await mkdir(policies)
})
afterEach(async () => rm(directory, { recursive: true, force: true }))

test('the rules of a repository are its Rego files, without their tests', async () => {
  for (const name of ['b.rego', 'a.rego']) await writeFile(path.join(policies, name), '# A rule.\npackage platform # ours\n')
  for (const name of ['a_test.rego', 'README.md', 'a.rego.bak']) await writeFile(path.join(policies, name), 'package nothing')
  expect((await ruleFiles(directory)).own).toEqual([path.join(policies, 'a.rego'), path.join(policies, 'b.rego')])
})

test('a repository needs none', async () => {
  await rm(policies, { recursive: true })
  expect((await ruleFiles(directory)).own).toEqual([])
})

test.each([
  ['of another package', async (file: string) => writeFile(file, 'package platforms\n'), 'PolicyInvalid'],
  ['of no package', async (file: string) => writeFile(file, '# package platform\n'), 'PolicyInvalid'],
  ['that is a folder', async (file: string) => mkdir(file), 'PolicyInvalid'],
  ['that is a link to nowhere', async (file: string) => symlink('none', file), 'PolicyInvalid'],
  ['that leads out of the repository', async (file: string) => symlink(tmpdir(), file), 'PathOutsideRepository'],
])('a rule %s is refused', async (_what, make, code) => {
  await make(path.join(policies, 'own.rego'))
  await expect(ruleFiles(directory)).rejects.toMatchObject({ code })
})
