import { execa } from 'execa'
import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const BIN = path.resolve('bin/run.js')

let cache: string
let compiled: string
beforeEach(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'platform-compiled-'))
  compiled = path.join(cache, 'platform', 'compiled', `${process.version}-${process.arch}`)
})
afterEach(() => rm(cache, { recursive: true, force: true }))

async function help(env: Record<string, string> = {}): Promise<void> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [BIN, '--help'], {
    env: { PATH: process.env['PATH'], XDG_CACHE_HOME: cache, ...env },
    extendEnv: false,
    reject: false,
  })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toContain('FIRST STEPS')
}

async function largest(): Promise<string> {
  const files = await Promise.all(
    (await readdir(compiled)).map(async (name) => ({ name, size: (await stat(path.join(compiled, name))).size })),
  )
  return path.join(compiled, files.sort((a, b) => b.size - a.size)[0]!.name)
}

test('what was compiled is kept for the next start, which writes nothing', async () => {
  await help()
  const file = await largest()
  const { size, mtimeMs, mode } = await stat(file)
  expect(size).toBeGreaterThan(50_000)
  expect(mode & 0o077).toBe(0)
  await help()
  expect((await stat(file)).mtimeMs).toBe(mtimeMs)
  expect((await readdir(compiled)).filter((name) => !name.endsWith('.cjs'))).toEqual([])
})

test('what was damaged is compiled and written anew', async () => {
  await help()
  const file = await largest()
  const { size } = await stat(file)
  await writeFile(file, 'damaged')
  await help()
  expect((await stat(file)).size).toBeGreaterThan(size / 2)
})

test('eight at the same time do not disturb each other', async () => {
  await Promise.all(Array.from({ length: 8 }, () => help()))
  await help()
})

test.skipIf(process.platform === 'win32')('a folder that others may write to is not used', async () => {
  await mkdir(compiled, { recursive: true })
  await chmod(compiled, 0o777)
  await help()
  expect(await readdir(compiled)).toEqual([])
})

test('a cache that cannot be written does not disturb', async () => {
  await writeFile(path.join(cache, 'platform'), '')
  await help()
})

test('NODE_DISABLE_COMPILE_CACHE switches it off, as in Node itself', async () => {
  await help({ NODE_DISABLE_COMPILE_CACHE: '1' })
  expect(await readdir(cache)).toEqual([])
})

test('what has not been written for long is removed when something new comes', async () => {
  const old = path.join(cache, 'platform', 'compiled', 'v1.0.0-x64', 'old.cjs')
  await mkdir(path.dirname(old), { recursive: true })
  await writeFile(old, '')
  await utimes(old, new Date('2020-01-01'), new Date('2020-01-01'))
  await help()
  expect(await readdir(path.dirname(old))).toEqual([])
})
