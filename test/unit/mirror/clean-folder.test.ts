import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { assertNoRepository, removeEmptyLockFolders } from '../../../src/lib/mirror/clean-folder.js'
import { pullMirror } from '../../../src/lib/mirror/pull.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mirror-folder-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

it('keeps what a repository has in .platform', async () => {
  await mkdir(path.join(folder, '.platform/locks'), { recursive: true })
  await writeFile(path.join(folder, '.platform/state.json'), '{}')
  await removeEmptyLockFolders(folder)
  expect(await readdir(path.join(folder, '.platform'))).toEqual(['state.json'])
})

it('takes empty folders of locks away, and does not mind when there are none', async () => {
  await mkdir(path.join(folder, '.platform/locks'), { recursive: true })
  await removeEmptyLockFolders(folder)
  await removeEmptyLockFolders(folder)
  expect(await readdir(folder)).toEqual([])
})

it('refuses the folder of a repository before it touches anything', async () => {
  await expect(assertNoRepository(folder)).resolves.toBeUndefined()
  await writeFile(path.join(folder, 'platform.yaml'), 'kind: Platform\n')
  await mkdir(path.join(folder, '.platform'))
  await writeFile(path.join(folder, '.platform/state.json'), '{}')
  const context = { project: { platform: { name: 'acme' } } } as unknown as Parameters<typeof pullMirror>[0]
  const wish = { folder } as unknown as Parameters<typeof pullMirror>[1]
  await expect(pullMirror(context, wish)).rejects.toMatchObject({ code: 'BadFlag' })
  expect(await readFile(path.join(folder, '.platform/state.json'), 'utf8')).toBe('{}')
})
