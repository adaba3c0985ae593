import { execa } from 'execa'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, realpath, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const LIMIT_MB = 60

let folder: string
let installed: string

/** Installs as a user would: nothing of this project is in reach, and nothing may be fetched. */
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'platform-package-')))
  // The build that the tests run with is the one that is packed.
  const { stdout } = await execa('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder])
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  await execa('npm', ['install', '--prefix', folder, '--offline', path.join(folder, filename)], { cwd: folder })
  installed = path.join(folder, 'node_modules', 'platform-cli')
})

afterAll(() => rm(folder, { recursive: true, force: true }))

function platform(...args: string[]) {
  const program = path.join(folder, 'node_modules', '.bin', 'platform')
  return execa(program, args, { cwd: folder, env: { PATH: process.env['PATH'] ?? '', HOME: folder }, extendEnv: false, reject: false })
}

test('the installed package works: version, help, a new repository and its configuration', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
  expect((await platform('--version')).stdout).toContain(`platform ${version} `)
  expect((await platform('--help')).stdout).toContain('platform env create dev')
  expect(await platform('init', 'acme', '--target', 'sandbox', '--yes')).toMatchObject({ exitCode: 0 })
  const { exitCode, stdout } = await platform('config', 'validate', '-C', 'acme', '--json')
  expect({ exitCode, ...(JSON.parse(stdout) as object) }).toMatchObject({ exitCode: 0, valid: true, platform: 'acme' })
  expect((await platform('env', 'plan', 'nowhere', '-C', 'acme')).stderr).toContain('Error [')
})

test('it brings what it needs, with the licences of its libraries, and no development files', async () => {
  expect((await readdir(path.join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual(['platform-cli'])
  const licences = await readFile(path.join(installed, 'dist', 'THIRD-PARTY-LICENCES.txt'), 'utf8')
  for (const name of ['@oclif/core', '@aws-sdk/client-s3', 'zod', 'execa']) expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'))
  for (const name of ['src', 'test', 'scripts', 'dist/metafile.json']) expect(existsSync(path.join(installed, name))).toBe(false)
})

test(`it takes less than ${LIMIT_MB} MB`, async () => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.tgz'))
  const sizes = await Promise.all(files.map(async (entry) => (await stat(path.join(entry.parentPath, entry.name))).size))
  const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6
  expect(megabytes).toBeGreaterThan(1)
  expect(megabytes).toBeLessThan(LIMIT_MB)
})
