import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { runCli } from '../helpers/repository.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-init-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
})

interface Result {
  name: string
  directory: string
  target: string
  files: string[]
}

test('makes the folder NAME, which is valid, and refuses to do it again', async () => {
  const first = await runCli(['init', 'acme', '--target', 'sandbox', '--json'], { cwd: folder })
  expect(first.exitCode).toBe(0)
  const { files, ...rest } = first.json<Result>()
  expect(rest).toEqual({ name: 'acme', directory: path.join(folder, 'acme'), target: 'sandbox' })
  expect(files).toEqual(expect.arrayContaining(['platform.yaml', 'README.md', '.gitignore', '.schemas/environment.schema.json']))
  expect((await runCli(['config', 'validate'], { cwd: path.join(folder, 'acme') })).exitCode).toBe(0)
  const second = await runCli(['init', 'acme', '--json'], { cwd: folder })
  expect(second.exitCode).toBe(64)
  expect(second.json()).toMatchObject({ error: { code: 'FolderNotEmpty' } })
})

test('uses an empty folder given by -C, and refuses one with files', async () => {
  const empty = path.join(folder, 'empty')
  await mkdir(empty)
  const result = await runCli(['init', 'acme', '-C', empty, '--json'], { cwd: folder })
  expect(result.json<Result>().directory).toBe(empty)
  await writeFile(path.join(folder, 'notes.txt'), '')
  const { exitCode, stderr } = await runCli(['init', 'acme', '-C', '.'], { cwd: folder })
  expect(exitCode).toBe(64)
  expect(stderr).toMatch(/FolderNotEmpty[^]*notes\.txt/)
})

test('--dry-run lists the files and writes none', async () => {
  const { exitCode, stdout } = await runCli(['init', 'acme', '--dry-run'], { cwd: folder })
  expect(exitCode).toBe(0)
  expect(stdout).toContain(path.join(folder, 'acme/platform.yaml'))
  expect(await readdir(folder)).toEqual([])
})

test('without a terminal names the flag that is missing', async () => {
  const result = await runCli(['init', 'acme', '--target', 'aws', '--json'], { cwd: folder })
  expect(result.exitCode).toBe(64)
  expect(result.json()).toMatchObject({ error: { code: 'InputNeeded', details: { flag: '--account' } } })
  expect(await readdir(folder)).toEqual([])
})

test('says at once that OpenShift cannot be built yet, and makes the repository all the same', async () => {
  const { exitCode, stderr } = await runCli(['init', 'acme', '--architecture', 'openshift'], { cwd: folder })
  expect(exitCode).toBe(0)
  expect(stderr).toContain('cannot build OpenShift yet')
  expect(stderr).not.toContain('env create dev')
  expect((await runCli(['init', 'other'], { cwd: folder })).stderr).not.toContain('OpenShift')
})
