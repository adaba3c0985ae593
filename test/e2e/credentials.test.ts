import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Repository } from '../helpers/repository.js'
import { ENVIRONMENT } from '../unit/config/repository.js'

let repository: Repository
beforeAll(async () => {
  repository = await Repository.init()
  await mkdir(path.join(repository.directory, 'environments'), { recursive: true })
  await writeFile(path.join(repository.directory, 'environments/dev.yaml'), ENVIRONMENT)
})
afterAll(async () => repository.remove())

const CREATE = ['env', 'create', 'dev', '--yes', '--json']
const edit = (from: string, to: string) => repository.edit('platform.yaml', (text) => text.replace(from, to))

test('of another account than the configured one are refused before anything is made', async () => {
  await edit('"000000000000"', '"111122223333"')
  const result = await repository.run(...CREATE)
  expect(result.exitCode).toBe(3)
  expect(result.json()).toMatchObject({
    error: {
      code: 'WrongAccount',
      message: 'The credentials belong to account 000000000000, but the configuration says 111122223333.',
      next: expect.arrayContaining([expect.stringContaining('AWS_PROFILE')]) as string[],
    },
  })
  expect((await repository.run('state', 'history', 'dev', '--json')).json()).toMatchObject({ versions: [] })
  await edit('"111122223333"', '"000000000000"')
})

test('that are nowhere are asked for, and AWS is not', async () => {
  await edit('target: sandbox', 'target: aws')
  const home = path.join(repository.directory, '..', 'home')
  await mkdir(home)
  // The last link of the chain is the service of an EC2 instance, whose address answers on some networks.
  const env = { HOME: home, AWS_EC2_METADATA_DISABLED: 'true', XDG_CACHE_HOME: cacheOf(process.env) }
  const result = await repository.runWith({ env }, ...CREATE)
  expect(result.exitCode).toBe(1)
  expect(result.json()).toMatchObject({
    error: { code: 'NoCredentials', next: expect.arrayContaining([expect.stringContaining('aws sso login')]) as string[] },
  })
  expect(result.stderr).not.toContain('State bucket')
})

/** Where the installed tools are: they are not what is missing here. */
function cacheOf({ XDG_CACHE_HOME, HOME }: NodeJS.ProcessEnv): string {
  return XDG_CACHE_HOME ?? path.join(HOME ?? '', '.cache')
}
