import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pushErroredState, reportErroredState } from '../../../src/lib/roots/errored-state.js'
import type { Run } from '../../../src/lib/roots/run.js'
import { fakeAws } from '../../helpers/fake-aws.js'
import { fakeS3, type FakeBucket } from '../../helpers/fake-s3.js'

const FOLDER = 'infra/environments/dev'
const state = (serial: number, lineage = 'l-1', resources = '[]'): string =>
  `{\n  "version": 4,\n  "terraform_version": "1.11.4",\n  "serial": ${serial},\n  "lineage": "${lineage}",\n  "outputs": {},\n  "resources": ${resources}\n}\n`
const ONE = '[{"mode": "managed", "instances": [{}]}]'

let repository: string
let bucket: FakeBucket
let pushed: string[]
let messages: string[]
beforeEach(async () => {
  repository = await mkdtemp(path.join(tmpdir(), 'platform-errored-'))
  await mkdir(path.join(repository, FOLDER), { recursive: true })
  bucket = { owner: '111122223333', region: 'eu-west-1', objects: new Map() }
  pushed = []
  messages = []
})
afterEach(async () => rm(repository, { recursive: true, force: true }))

const file = (): string => path.join(repository, FOLDER, 'errored.tfstate')
const copies = async (): Promise<string[]> => readdir(path.join(repository, '.platform/states/dev')).catch(() => [])
const exists = (name: string): Promise<boolean> =>
  stat(name).then(
    () => true,
    () => false,
  )

function scene(current?: string) {
  if (current !== undefined) bucket.objects.set('key', { body: current, etag: '"1"' })
  const report = { emit: (event: { type: string; message?: string }) => messages.push(`${event.type}: ${event.message ?? ''}`) }
  const run = { repository, record: { environment: 'dev' }, ports: { report } } as unknown as Run
  const { clients } = fakeAws(fakeS3('111122223333', 'eu-west-1', new Map([['bucket', bucket]])))
  const access = { clients, bucket: 'bucket', key: 'key', folder: FOLDER }
  const push = () =>
    pushErroredState(run, access, {
      statePush: async (from) => {
        pushed.push(await readFile(from, 'utf8'))
      },
    })
  return { run, access, push }
}

it('does nothing without one', async () => {
  await expect(scene(state(1)).push()).resolves.toBeUndefined()
  expect(pushed).toEqual([])
})

it('is copied, closed to others, when a run fails, and a second one does not overwrite the first', async () => {
  const { run, access } = scene()
  await writeFile(file(), state(2), { mode: 0o644 })
  await reportErroredState(run, access)
  await writeFile(file(), state(3))
  await reportErroredState(run, access)
  await reportErroredState(run, access)
  expect(await copies()).toHaveLength(2)
  for (const copy of await copies()) expect((await stat(path.join(repository, '.platform/states/dev', copy))).mode & 0o777).toBe(0o600)
  expect((await stat(file())).mode & 0o777).toBe(0o600)
  expect(messages[0]).toContain('warning: Terraform could not save its state')
})

it.each([
  ['where there is none', undefined],
  ['over an older one', state(1)],
])('is pushed %s, and taken away', async (_, current) => {
  await writeFile(file(), state(2, 'l-1', ONE))
  await expect(scene(current).push()).resolves.toContain('serial 2, 1 resources')
  expect(pushed).toEqual([state(2, 'l-1', ONE)])
  expect(await exists(file())).toBe(false)
  expect(await copies()).toHaveLength(1)
})

it('that a full disk left empty or cut off is not called saved, and an empty one is taken away', async () => {
  const { run, access, push } = scene()
  for (const text of [state(2).slice(0, 50), '']) {
    await writeFile(file(), text)
    await reportErroredState(run, access)
    expect(messages.at(-1)).toContain('not even in infra/environments/dev/errored.tfstate')
  }
  await expect(push()).resolves.toBeUndefined()
  expect(pushed).toEqual([])
  expect(await exists(file())).toBe(false)
})

it('that had arrived already, under a serial that Terraform gave it, is only taken away', async () => {
  await writeFile(file(), state(2, 'l-1', ONE))
  await scene(state(3, 'l-2', ONE)).push()
  expect(pushed).toEqual([])
  expect(await exists(file())).toBe(false)
})

describe('one that cannot be pushed stays, and says what to do', () => {
  it.each([
    ['a state that has moved on', state(2, 'l-1', ONE), 'StateConflict'],
    ['another lineage', state(1, 'other', ONE), 'StateConflict'],
    ['a damaged state in the bucket', '{"half', 'StateUnreadable'],
  ])('because of %s', async (_, current, code) => {
    await writeFile(file(), state(2))
    await expect(scene(current).push()).rejects.toMatchObject({ code, next: expect.arrayContaining([expect.any(String)]) as unknown })
    expect(pushed).toEqual([])
    expect(await readFile(file(), 'utf8')).toBe(state(2))
  })

  it('because it is damaged itself', async () => {
    await writeFile(file(), state(2).slice(0, 50))
    await expect(scene(state(1)).push()).rejects.toMatchObject({
      code: 'StateUnreadable',
      message: expect.stringContaining('errored') as unknown,
    })
    expect(await exists(file())).toBe(true)
  })
})
