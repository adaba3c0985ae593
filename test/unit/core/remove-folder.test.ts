import { chmod, chown, mkdir, mkdtemp, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { removeFolder } from '../../../src/lib/core/remove-folder.js'

/** Somebody whom rights hold back: root is not. */
const NOBODY = 65_534

test('a folder goes, also with folders in it that nobody may enter', async () => {
  // Not in the folder of the tests, which only its owner may enter.
  const parent = await mkdtemp('/tmp/platform-remove-')
  const folder = path.join(parent, 'cache')
  const inner = path.join(folder, 'repository')
  await mkdir(path.join(inner, 'objects'), { recursive: true })
  await writeFile(path.join(inner, 'objects', 'one'), '')
  const isRoot = process.getuid?.() === 0
  if (isRoot)
    for (const each of [parent, folder, inner, path.join(inner, 'objects'), path.join(inner, 'objects', 'one')])
      await chown(each, NOBODY, NOBODY)
  await chmod(inner, 0o000)
  if (isRoot) process.seteuid?.(NOBODY)
  try {
    await removeFolder(folder)
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
  await expect(stat(folder)).rejects.toThrow('ENOENT')
  await removeFolder(folder)
  await removeFolder(parent)
})
