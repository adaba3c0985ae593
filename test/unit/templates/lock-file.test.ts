import { mkdir, mkdtemp, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { digestOf, readLock, updateLock } from '../../../src/lib/templates/lock-file.js'

let directory: string
let file: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'platform-lock-'))
  file = path.join(directory, 'platform.lock.json')
})

const DIGEST = digestOf('x')

describe('readLock', () => {
  test('gives an empty lock where there is none', async () => {
    expect(await readLock(directory)).toEqual({ schemaVersion: 1, files: {}, tools: {} })
  })

  test.each([
    ['text that is not JSON', '{"schemaVersion": 1,', /It is not JSON/],
    ['the marks of a merge conflict', '{\n<<<<<<< HEAD\n"schemaVersion": 1\n=======\n}\n>>>>>>> other\n', /merge conflict/],
    ['a list', '[]', /The whole file/],
    ['an empty file', '', /It is not JSON/],
    ['a newer schema', '{"schemaVersion": 3}', /^schemaVersion: must be 1 or 2; a newer version/],
    ['a digest of another kind', '{"schemaVersion": 1, "files": {"a": "md5:1"}}', /^files\.a: must be sha256/],
    ['a tool without a version', '{"schemaVersion": 1, "tools": {"terraform": {"source": "path"}}}', /^tools\.terraform\.version/],
  ])('refuses %s', async (_what, text, reason) => {
    await writeFile(file, text)
    await expect(readLock(directory)).rejects.toMatchObject({
      code: 'LockFileInvalid',
      reason: expect.stringMatching(reason) as string,
      next: [expect.stringContaining('git checkout HEAD -- platform.lock.json'), expect.stringMatching(/never committed, delete platform\.lock\.json/)],
    })
  })

  test('refuses a link that leads outside the repository', async () => {
    const outside = path.join(await mkdtemp(path.join(tmpdir(), 'platform-outside-')), 'lock.json')
    await writeFile(outside, '{"schemaVersion": 1}')
    await symlink(outside, file)
    await expect(readLock(directory)).rejects.toMatchObject({ code: 'PathOutsideRepository' })
  })
})

describe('updateLock', () => {
  test('sorts keys and keeps what it does not know', async () => {
    await writeFile(
      file,
      JSON.stringify({
        tools: { terraform: { version: '1.11.4', source: 'path', note: 'ours' } },
        schemaVersion: 1,
        extra: { b: 1, a: 2 },
        templates: { version: '0.0.1', channel: 'stable' },
      }),
    )
    await updateLock(directory, (lock) => {
      lock.files['z'] = DIGEST
      lock.files['a'] = DIGEST
      lock.tools['git'] = { version: '2.39', source: 'path' }
    })
    expect(await readFile(file, 'utf8')).toBe(
      `${JSON.stringify(
        {
          extra: { a: 2, b: 1 },
          files: { a: DIGEST, z: DIGEST },
          schemaVersion: 1,
          templates: { channel: 'stable', version: '0.0.1' },
          tools: { git: { source: 'path', version: '2.39' }, terraform: { note: 'ours', source: 'path', version: '1.11.4' } },
        },
        null,
        2,
      )}\n`,
    )
  })

  test('does not touch the file when nothing changes', async () => {
    await updateLock(directory, (lock) => void (lock.files['a'] = DIGEST))
    await utimes(file, 1000, 1000)
    await updateLock(directory, (lock) => void (lock.files['a'] = DIGEST))
    expect((await stat(file)).mtimeMs).toBe(1_000_000)
  })

  test('loses nothing when many write at once', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `file-${index}`)
    await Promise.all(names.map((name) => updateLock(directory, (lock) => void (lock.files[name] = DIGEST))))
    expect(Object.keys((await readLock(directory)).files)).toHaveLength(names.length)
  })

  test('leaves a corrupt lock as it is', async () => {
    await writeFile(file, 'corrupt')
    await expect(updateLock(directory, () => undefined)).rejects.toMatchObject({ code: 'LockFileInvalid' })
    expect(await readFile(file, 'utf8')).toBe('corrupt')
  })

  test('says that it cannot write when its folder is in the way', async () => {
    await mkdir(path.join(directory, '.platform'))
    await writeFile(path.join(directory, '.platform/locks'), '')
    await expect(updateLock(directory, () => undefined)).rejects.toMatchObject({ code: 'FileNotWritable' })
  })
})

test('line ends do not change a digest, text does', () => {
  expect(digestOf('a\r\nb\r\n')).toBe(digestOf('a\nb\n'))
  expect(digestOf('a\nb')).not.toBe(digestOf('a\nb\n'))
})
