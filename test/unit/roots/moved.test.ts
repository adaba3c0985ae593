import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Project } from '../../../src/lib/config/project.js'
import { refuseMoved } from '../../../src/lib/roots/moved.js'
import type { Root } from '../../../src/lib/roots/root.js'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'platform-moved-'))
})
afterEach(async () => rm(directory, { recursive: true, force: true }))

const project = (): Project => ({ directory, platform: { name: 'acme' } }) as Project
const root = {
  name: 'dev',
  folder: 'infra/environments/dev',
  region: 'eu-west-1',
  account: { id: '111122223333' },
  commands: { origins: 'platform config show dev --origins' },
} as Root

async function made(values: unknown): Promise<void> {
  const folder = path.join(directory, 'infra/environments/dev')
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'terraform.tfvars.json'), typeof values === 'string' ? values : JSON.stringify(values))
}

it('lets pass what is new, unchanged or unreadable', async () => {
  await refuseMoved(project(), root)
  await made({ region: 'eu-west-1', account_id: '111122223333' })
  await refuseMoved(project(), root)
  await made('{')
  await refuseMoved(project(), root)
})

it.each([
  [{ region: 'us-east-1', account_id: '111122223333' }, 'region'],
  [{ region: 'eu-west-1', account_id: '444455556666' }, 'account'],
  [{ platform: 'old', region: 'eu-west-1', account_id: '111122223333' }, 'platform'],
])('refuses an environment that was made as %j', async (values, what) => {
  await made(values)
  await expect(refuseMoved(project(), root)).rejects.toMatchObject({
    code: 'EnvironmentMoved',
    message: expect.stringContaining(what) as string,
  })
})
