import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Check } from '../../src/lib/tools/doctor.js'
import type { InstalledTool } from '../../src/lib/tools/install-tools.js'
import type { ToolStatus } from '../../src/lib/tools/list-tools.js'

const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-doctor-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

interface Result {
  code: number
  stdout: string
  stderr: string
}

async function platform(args: string[], env: Record<string, string> = {}): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { cwd: folder, env: { ...process.env, NO_COLOR: '1', ...env } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

/** A machine on which nothing is installed but what every Debian has, and no network could help. */
const bare = (): Record<string, string> => ({ PATH: '/nonexistent', HOME: folder, XDG_CACHE_HOME: path.join(folder, 'cache') })

test('doctor --json prints one document with every check', async () => {
  const { code, stdout } = await platform(['doctor', '--json'])
  const { checks } = JSON.parse(stdout) as { checks: Check[] }
  expect(checks.map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      'node',
      'tool/terraform',
      'tool/fakecloud',
      'tool/terraform-provider-aws',
      'cache',
      'disk',
      'configuration',
      'sandbox',
    ]),
  )
  expect(code).toBe(checks.some(({ status }) => status === 'fail') ? 1 : 0)
  expect(checks.find(({ id }) => id === 'tool/terraform')).toMatchObject({ status: 'ok', fix: null })
})

test('doctor on a bare machine fails and says how to get what is missing', async () => {
  const { code, stdout, stderr } = await platform(['doctor'], bare())
  expect(code).toBe(1)
  expect(stdout).toMatch(/tool\/terraform +FAIL +not found/)
  expect(stderr).toContain('platform tools install terraform')
})

test('tools list --json tells where each tool was found', async () => {
  const { code, stdout } = await platform(['tools', 'list', '--json'])
  expect(code).toBe(0)
  const terraform = (JSON.parse(stdout) as ToolStatus[]).find(({ name }) => name === 'terraform')
  expect(terraform).toMatchObject({ need: 'required', found: { version: expect.stringMatching(/^1\.\d+\.\d+/) as string } })
})

test('tools install --dry-run plans every way and makes no folder', async () => {
  const { code, stdout } = await platform(['tools', 'install', '--dry-run', '--json', 'fakecloud'], bare())
  expect(code).toBe(0)
  expect(JSON.parse(stdout) as InstalledTool[]).toEqual([
    { name: 'fakecloud', status: 'planned', version: '0.51.0', source: 'download, then cargo', path: null },
  ])
  await expect(stat(path.join(folder, 'cache', 'platform', 'tools'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('tools install of an unknown tool is wrong use and names the nearest one', async () => {
  const { code, stdout } = await platform(['tools', 'install', 'terrafrom', '--json'])
  expect(code).toBe(64)
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: 'BadFlag', next: expect.arrayContaining(['platform tools install terraform']) as string[] },
  })
})
