import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { assertWritable, readTextIfExists, resolveInside, toJsonText, writeFileAtomic } from '../../../src/lib/core/files.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-files-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

describe('assertWritable', () => {
  test('takes a file that is there, and one whose folders are still to be made', async () => {
    await writeFile(path.join(folder, 'file'), 'x')
    await assertWritable(path.join(folder, 'file'))
    await assertWritable(path.join(folder, 'a', 'b', 'file'))
    expect(await readdir(folder)).toEqual(['file'])
  })

  test('refuses a folder, and what would lie below a file', async () => {
    await writeFile(path.join(folder, 'file'), 'x')
    for (const file of [folder, path.join(folder, 'file', 'report.md')])
      await expect(assertWritable(file)).rejects.toMatchObject({ code: 'FileNotWritable', details: { file } })
  })
})

describe('writeFileAtomic', () => {
  test('makes folders, replaces what was there and leaves nothing else behind', async () => {
    const file = path.join(folder, 'a', 'b', 'file.json')
    await writeFileAtomic(file, 'one')
    await writeFileAtomic(file, 'two')
    expect(await readFile(file, 'utf8')).toBe('two')
    expect(await readdir(path.dirname(file))).toEqual(['file.json'])
  })

  test('a reader never sees half of a file', async () => {
    const file = path.join(folder, 'file')
    const texts = ['a'.repeat(200_000), 'b'.repeat(200_000)]
    await writeFileAtomic(file, texts[0]!)
    const writing = (async () => {
      for (let round = 0; round < 10; round += 1) await writeFileAtomic(file, texts[round % 2]!)
    })()
    for (let round = 0; round < 50; round += 1) expect(texts).toContain(await readFile(file, 'utf8'))
    await writing
  })

  test('sets the mode', async () => {
    const file = path.join(folder, 'secret')
    await writeFileAtomic(file, 'x', { mode: 0o600 })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test('says which file cannot be written', async () => {
    await writeFile(path.join(folder, 'file'), '')
    const file = path.join(folder, 'file', 'below')
    await expect(writeFileAtomic(file, 'x')).rejects.toMatchObject({ code: 'FileNotWritable', details: { file } })
  })
})

test('toJsonText ends with a newline', () => {
  expect(toJsonText({ a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}\n')
})

test('readTextIfExists refuses a file that is too large, unless the caller wants any size', async () => {
  const file = path.join(folder, 'large')
  const limit = 16 * 1024 * 1024
  await writeFile(file, '')
  await truncate(file, limit)
  expect(await readTextIfExists(file)).toHaveLength(limit)
  await truncate(file, limit + 1)
  await expect(readTextIfExists(file)).rejects.toMatchObject({ code: 'FileNotReadable', details: { file, size: limit + 1 } })
  expect(await readTextIfExists(file, { maxBytes: Infinity })).toHaveLength(limit + 1)
})

test('readTextIfExists gives undefined for what is not there, and fails for what cannot be read', async () => {
  expect(await readTextIfExists(path.join(folder, 'none'))).toBeUndefined()
  await writeFile(path.join(folder, 'file'), 'text')
  expect(await readTextIfExists(path.join(folder, 'file', 'below'))).toBeUndefined()
  expect(await readTextIfExists(path.join(folder, 'file'))).toBe('text')
  await expect(readTextIfExists(folder)).rejects.toMatchObject({ code: 'FileNotReadable' })
})

describe('resolveInside', () => {
  test('joins paths inside of the root, also of files that do not exist yet', async () => {
    expect(await resolveInside(folder, 'a/new/file')).toBe(path.join(folder, 'a', 'new', 'file'))
    expect(await resolveInside(folder, '.')).toBe(folder)
    expect(await resolveInside(folder, 'a/../b')).toBe(path.join(folder, 'b'))
  })

  test.each(['..', '../x', 'a/../../x', '/etc/passwd'])('refuses %s', async (relative) => {
    await expect(resolveInside(folder, relative)).rejects.toMatchObject({ code: 'PathOutsideRepository' })
  })

  test('refuses a symlink that leads outside, also below it', async () => {
    await symlink(tmpdir(), path.join(folder, 'out'))
    await expect(resolveInside(folder, 'out')).rejects.toMatchObject({ code: 'PathOutsideRepository' })
    await expect(resolveInside(folder, 'out/new/file')).rejects.toMatchObject({ code: 'PathOutsideRepository' })
  })

  test('follows a symlink that stays inside', async () => {
    await mkdir(path.join(folder, 'real'))
    await symlink('real', path.join(folder, 'link'))
    expect(await resolveInside(folder, 'link/file')).toBe(path.join(folder, 'link', 'file'))
  })

  test('a folder whose name begins like the root is outside', async () => {
    const sibling = `${folder}-sibling`
    await mkdir(sibling)
    try {
      await expect(resolveInside(folder, `../${path.basename(sibling)}`)).rejects.toMatchObject({ code: 'PathOutsideRepository' })
    } finally {
      await chmod(sibling, 0o700)
      await rm(sibling, { recursive: true })
    }
  })
})
