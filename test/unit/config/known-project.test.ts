import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { type KnownProjects, loadKnownProject } from '../../../src/lib/config/known-project.js'
import { loadProject } from '../../../src/lib/config/load.js'
import { ENVIRONMENT, PLATFORM, repository } from './repository.js'

const DEV = 'environments/dev.yaml'

let directory: string
let known: KnownProjects
beforeEach(async () => {
  directory = await repository({ [DEV]: ENVIRONMENT })
  known = { env: { HOME: path.join(directory, 'home') }, folder: path.join(directory, 'cache', 'configurations'), build: 'one' }
})

/** Changes what is kept, so that it can be told whether it was used. @returns a function that says so */
async function mark(): Promise<(options?: Partial<KnownProjects>) => Promise<boolean>> {
  await loadKnownProject(directory, known)
  const [name = ''] = await readdir(known.folder)
  const file = path.join(known.folder, name)
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('"small"', '"marked"'))
  return async (options = {}) => {
    const project = await loadKnownProject(directory, { ...known, ...options })
    return (project.environments.get('dev')?.preset as string) === 'marked'
  }
}

test('what was checked is the same when it comes from the copy', async () => {
  const checked = await loadProject(directory, { env: known.env })
  expect(await loadKnownProject(directory, known)).toEqual(checked)
  expect(await loadKnownProject(directory, known)).toEqual(checked)
  expect(await readdir(known.folder)).toHaveLength(1)
})

test('the copy is used while nothing has changed, also from a folder below', async () => {
  const isUsed = await mark()
  expect(await isUsed()).toBe(true)
  await mkdir(path.join(directory, 'infra'))
  expect((await loadKnownProject(path.join(directory, 'infra'), known)).directory).toBe(directory)
})

test.each([
  ['a file of an environment', async () => writeFile(path.join(directory, DEV), `${ENVIRONMENT}tags:\n  team: one\n`)],
  ['platform.yaml', async () => writeFile(path.join(directory, 'platform.yaml'), `${PLATFORM}tags:\n  team: one\n`)],
  ['one more environment', async () => writeFile(path.join(directory, 'environments/test.yaml'), ENVIRONMENT.replace('10.0.', '10.1.'))],
  [
    'the user configuration',
    async () => {
      await mkdir(path.join(directory, 'home/.config/platform'), { recursive: true })
      await writeFile(path.join(directory, 'home/.config/platform/config.yaml'), 'preset: small\n')
    },
  ],
])('%s changes: it is checked again', async (_what, change) => {
  const isUsed = await mark()
  await change()
  expect(await isUsed()).toBe(false)
})

test('another variable, or another build of platform: it is checked again', async () => {
  const isUsed = await mark()
  expect(await isUsed({ env: { ...known.env, PLATFORM_REGION: 'eu-central-1' } })).toBe(false)
  const again = await mark()
  expect(await again({ build: 'two' })).toBe(false)
})

test('a mistake is told each time, and its file is not kept', async () => {
  await writeFile(path.join(directory, DEV), `${ENVIRONMENT}colour: red\n`)
  for (let time = 0; time < 2; time++) {
    await expect(loadKnownProject(directory, known)).rejects.toMatchObject({ code: 'InvalidConfiguration' })
  }
  await expect(readdir(known.folder)).rejects.toThrow('ENOENT')
})

test.each(['', '{', 'null', '{"decides":{}}', '[]'])('a damaged copy (%j) is made again', async (text) => {
  await loadKnownProject(directory, known)
  const [name = ''] = await readdir(known.folder)
  await writeFile(path.join(known.folder, name), text)
  expect((await loadKnownProject(directory, known)).platform.name).toBe('acme')
  expect(await readFile(path.join(known.folder, name), 'utf8')).toContain('"acme"')
})

test('a folder that cannot be written to is no hindrance', async () => {
  await writeFile(path.join(directory, 'cache'), 'a file')
  expect((await loadKnownProject(directory, known)).platform.name).toBe('acme')
})

test('sources, which have no build, keep nothing', async () => {
  await loadKnownProject(directory, { ...known, build: undefined })
  await expect(readdir(known.folder)).rejects.toThrow('ENOENT')
})

test('copies of repositories that nobody looked at for long are removed', async () => {
  await mkdir(known.folder, { recursive: true })
  const old = path.join(known.folder, 'old.json')
  await writeFile(old, '{}')
  await utimes(old, new Date('2020-01-01'), new Date('2020-01-01'))
  await loadKnownProject(directory, known)
  expect(await readdir(known.folder)).not.toContain('old.json')
})
