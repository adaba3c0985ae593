import { execa } from 'execa'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const MIB = 1024 * 1024
const BIN = path.resolve('bin/run.js')
const JSON_OF_10_MB = JSON.stringify({ schemaVersion: 1, note: 'x'.repeat(10 * MIB) })
const RUN = '01m88z65397d0r32wt8enw5r6d'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-large-'))
  const platform = ['apiVersion: platform/v1alpha1', 'kind: Platform', 'name: acme', 'target: aws', 'region: eu-west-1', 'accounts:']
  await writeFile(path.join(folder, 'platform.yaml'), [...platform, '  main:', '    id: "123456789012"', ''].join('\n'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test.each([
  ['platform.lock.json', JSON_OF_10_MB, ['template', 'verify'], 0, ''],
  ['platform.lock.json', 'x'.repeat(10 * MIB), ['template', 'verify'], 64, 'LockFileInvalid'],
  ['platform.lock.json', 'x'.repeat(17 * MIB), ['template', 'verify'], 1, 'FileNotReadable'],
  [`.platform/runs/${RUN}/run.json`, JSON_OF_10_MB, ['run', 'list'], 0, ''],
  [`.platform/runs/${RUN}/run.json`, JSON_OF_10_MB, ['run', 'show', RUN], 64, 'RunNotFound'],
  ['environments/dev.yaml', 'a'.repeat(10 * MIB), ['config', 'validate'], 64, 'InvalidConfiguration'],
])('%s of many megabytes (%#) ends soon, and never with a stack', { timeout: 60_000 }, async (file, text, args, code, error) => {
  const place = path.join(folder, file)
  await mkdir(path.dirname(place), { recursive: true })
  await writeFile(place, text)
  try {
    const env = { PATH: process.env['PATH'], HOME: folder }
    const ended = await execa(process.execPath, [BIN, ...args], { cwd: folder, env, extendEnv: false, reject: false, timeout: 30_000 })
    expect(ended.stderr).not.toMatch(/^\s+at /m)
    expect({ code: ended.exitCode, error: /Error \[(\w+)\]/.exec(ended.stderr)?.[1] ?? '' }).toEqual({ code, error })
    // What is shown is for reading.
    expect(ended.stderr.length + ended.stdout.length).toBeLessThan(5000)
  } finally {
    await rm(place)
  }
})
