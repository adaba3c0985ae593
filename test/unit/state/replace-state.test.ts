import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { summariseState } from '../../../src/lib/aws/state-document.js'
import type { Run } from '../../../src/lib/roots/run.js'
import { replaceState } from '../../../src/lib/state/replace-state.js'
import { fakeAws } from '../../helpers/fake-aws.js'
import { fakeS3, type FakeBucket } from '../../helpers/fake-s3.js'

const state = (serial: number, lineage = 'l-1'): string =>
  `{"version": 4, "terraform_version": "1.11.4", "serial": ${serial}, "lineage": "${lineage}", "outputs": {}, "resources": [{"mode": "managed", "instances": [{}]}]}`

let repository: string
let bucket: FakeBucket
beforeEach(async () => {
  repository = await mkdtemp(path.join(tmpdir(), 'platform-replace-'))
  bucket = { owner: '111122223333', region: 'eu-west-1', objects: new Map() }
})
afterEach(async () => rm(repository, { recursive: true, force: true }))

/** Replaces the state, with a Terraform that refuses what the real one refuses. */
async function replace(current: string | undefined, text: string, arrives = true, instead = current): Promise<number> {
  if (current !== undefined) bucket.objects.set('key', { body: current, etag: '"1"' })
  const journal = { folderOf: () => path.join(repository, 'run') }
  const run = { repository, record: { environment: 'dev', runId: 'r' }, journal } as unknown as Run
  const { clients } = fakeAws(fakeS3('111122223333', 'eu-west-1', new Map([['bucket', bucket]])))
  const statePush = async (file: string): Promise<void> => {
    const there = summariseState(bucket.objects.get('key')?.body ?? '')
    const pushed = await readFile(file, 'utf8')
    const { serial = 0, lineage } = summariseState(pushed)
    expect({ lineage, newer: serial > (there.serial ?? 0) }).toEqual({ lineage: there.lineage, newer: true })
    if (arrives) bucket.objects.set('key', { body: pushed, etag: '"2"' })
  }
  const access = { clients, bucket: 'bucket', key: 'key', folder: 'infra/environments/dev' }
  return replaceState(run, { state: access, terraform: { statePush }, text, instead })
}

it.each([
  ['an older version', state(7), state(3), 8, 'l-1'],
  ['a version of another lineage', state(7, 'l-2'), state(9), 10, 'l-2'],
  ['a version where there is no state', undefined, state(3), 4, 'l-1'],
  ['a version over a damaged state', '{"half', state(3), 4, 'l-1'],
])('puts back %s under a new serial', async (_, current, text, serial, lineage) => {
  await expect(replace(current, text)).resolves.toBe(serial)
  expect(summariseState(bucket.objects.get('key')?.body ?? '')).toMatchObject({ serial, lineage, resources: 1 })
  expect(await readdir(path.join(repository, 'run'))).toEqual([])
  const kept = await readdir(path.join(repository, '.platform/states/dev')).catch(() => [])
  expect(kept).toHaveLength(current === undefined ? 0 : 1)
})

it('refuses what Terraform did not write, and notices when nothing arrives', async () => {
  await expect(replace(state(7), '{"serial": 1, "lineage": "l-1", "encrypted_data": "AAAA"}')).rejects.toMatchObject({
    code: 'StateUnreadable',
  })
  await expect(replace(state(7), state(3), false)).rejects.toMatchObject({ code: 'VerifyFailed' })
})

it('does not write over a state that came after the plan was shown', async () => {
  await expect(replace(state(8), state(3), true, state(7))).rejects.toMatchObject({ code: 'StateConflict' })
  expect(summariseState(bucket.objects.get('key')?.body ?? '')).toMatchObject({ serial: 8 })
})
