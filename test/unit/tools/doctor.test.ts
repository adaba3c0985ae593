import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UserError } from '../../../src/lib/core/errors.js'
import { silentReporter } from '../../../src/lib/core/report.js'
import { toolNames } from '../../../src/lib/tools/catalogue.js'
import { runDoctor, type Check } from '../../../src/lib/tools/doctor.js'
import { installTools } from '../../../src/lib/tools/install-tools.js'
import { listTools, PROVIDER_NAME } from '../../../src/lib/tools/list-tools.js'
import { createWorkbench, type Workbench } from './workbench.js'

let bench: Workbench
beforeEach(async () => {
  bench = await createWorkbench({ GIT_CONFIG_NOSYSTEM: '1' })
})
afterEach(async () => bench.dispose())

const node = { version: 'v20.20.2', range: '^20.19.0 || >=22' }

async function doctor(options: Partial<Parameters<typeof runDoctor>[1]> = {}): Promise<Map<string, Check>> {
  const { checks } = await runDoctor(bench.ports, { node, ...options })
  return new Map(checks.map((check) => [check.id, check]))
}

const terraformScript = (version: string): string => `echo '{"terraform_version": "${version}"}'`

describe('doctor', () => {
  test('has one check for each tool and for everything around them', async () => {
    const tools = [...toolNames, PROVIDER_NAME].map((name) => `tool/${name}`)
    expect([...(await doctor()).keys()]).toEqual(['node', ...tools, 'cache', 'disk', 'git-identity'])
  })

  test('tells which tool was taken, and which was not and why', async () => {
    const file = await bench.program('terraform', terraformScript('1.12.0'))
    expect((await doctor()).get('tool/terraform')).toEqual({
      id: 'tool/terraform',
      status: 'ok',
      detail: `1.12.0 from PATH, ${file}`,
      fix: null,
    })
    await bench.program('terraform', terraformScript('1.5.7'))
    const check = (await doctor()).get('tool/terraform')
    expect(check?.status).toBe('fail')
    expect(check?.detail).toMatch(/1\.5\.7.*>=1\.11\.0/)
    expect(check?.fix).toMatch(/^platform tools install terraform \(tries: download, go\)/)
  })

  test('a range and a binary in platform.yaml count', async () => {
    await bench.program('terraform', terraformScript('1.12.0'))
    const checks = await doctor({ terraform: { binary: 'tofu', version: '>=1.11.0 <2.0.0' } })
    expect(checks.get('tool/tofu')?.status).toBe('fail')
    const narrow = await doctor({ terraform: { binary: 'terraform', version: '~1.11.0' } })
    expect(narrow.get('tool/terraform')?.status).toBe('fail')
  })

  test('a missing emulator is no failure: the sandbox installs it, and target aws does not use it', async () => {
    expect((await doctor()).get('tool/fakecloud')?.status).toBe('warn')
    expect((await doctor({ target: 'aws' })).get('tool/fakecloud')?.status).toBe('ok')
  })

  test('an unsupported Node.js fails', async () => {
    expect((await doctor({ node: { ...node, version: 'v21.0.0' } })).get('node')).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('v21.0.0') as string,
    })
  })

  test('a cache folder that cannot be made fails', async () => {
    await writeFile(path.join(bench.folder, 'cache'), '')
    expect((await doctor()).get('cache')).toMatchObject({ status: 'fail', fix: expect.stringContaining('XDG_CACHE_HOME') as string })
  })

  test('an unknown author of commits is a warning', async () => {
    expect((await doctor()).get('git-identity')).toMatchObject({ status: 'warn' })
    await writeFile(path.join(bench.folder, '.gitconfig'), '[user]\n  name = Ann\n  email = ann@example.com\n')
    expect((await doctor()).get('git-identity')).toMatchObject({ status: 'ok', detail: 'Ann <ann@example.com>' })
  })

  test('a mirror that was named and is empty fails', async () => {
    const checks = await doctor({ terraform: { binary: 'terraform', version: '*', providerMirror: bench.folder } })
    expect(checks.get(`tool/${PROVIDER_NAME}`)).toMatchObject({ status: 'fail', detail: expect.stringContaining(bench.folder) as string })
  })

  test("another part's check that throws is a finding, whatever it throws; only an interrupt ends all", async () => {
    const credentials = {
      id: 'credentials',
      check: async () => Promise.reject(new UserError('NoCredentials', 'No credentials.', { next: ['aws sso login'] })),
    }
    expect((await doctor({ more: [credentials] })).get('credentials')).toEqual({
      id: 'credentials',
      status: 'fail',
      detail: 'No credentials.',
      fix: 'aws sso login',
    })
    const failing = (error: Error) => doctor({ more: [{ id: 'x', check: async () => Promise.reject(error) }] })
    expect((await failing(new TypeError('boom'))).get('x')).toMatchObject({
      status: 'fail',
      detail: 'The check itself failed: TypeError: boom',
      fix: expect.stringContaining('report') as string,
    })
    expect((await failing(Object.assign(new Error('no'), { code: 'EACCES' }))).get('x')?.fix).toContain('rights')
    await expect(failing(new UserError('Interrupted', 'Interrupted.'))).rejects.toMatchObject({ code: 'Interrupted' })
  })

  test('an unreadable configuration of Terraform is one place less to look at', async () => {
    // A folder cannot be read as a file, by root neither.
    await mkdir(path.join(bench.folder, '.terraformrc'))
    const checks = await doctor()
    expect(checks.get('node')?.status).toBe('ok')
    expect(checks.get(`tool/${PROVIDER_NAME}`)?.detail).not.toContain('.terraformrc')
  })

  test('a tool that cannot tell its version is not called supported', async () => {
    const file = await bench.program('moto_server', 'exit 0')
    expect((await doctor()).get('tool/moto_server')?.detail).toBe(`version unknown (>=5.0.0 is wanted) from PATH, ${file}`)
  })
})

describe('tools list and install', () => {
  test('list tells what is required here', async () => {
    const required = async (target: 'sandbox' | 'aws') =>
      (await listTools(bench.ports, { target })).filter(({ need }) => need === 'required').map(({ name }) => name)
    expect(await required('sandbox')).toEqual(['terraform', 'fakecloud', 'git', PROVIDER_NAME])
    expect(await required('aws')).toEqual(['terraform', 'git', PROVIDER_NAME])
  })

  test('install --dry-run plans and runs nothing', async () => {
    await bench.program('terraform', terraformScript('1.12.0'))
    await bench.program('cargo', 'touch "$HOME/cargo-ran"')
    const ports = { ...bench.ports, report: silentReporter }
    expect(await installTools(ports, ['terraform', 'fakecloud'], { dryRun: true })).toMatchObject([
      { name: 'terraform', status: 'unchanged', version: '1.12.0' },
      { name: 'fakecloud', status: 'planned', version: '0.51.0', source: 'download, then cargo', path: null },
    ])
  })

  test('install of what is there changes nothing; an unknown name gets the nearest one', async () => {
    await bench.program('terraform', terraformScript('1.12.0'))
    const ports = { ...bench.ports, report: silentReporter }
    expect(await installTools(ports, ['terraform'], { dryRun: false })).toMatchObject([{ name: 'terraform', status: 'unchanged' }])
    await expect(installTools(ports, ['terrafrom'], { dryRun: false })).rejects.toMatchObject({
      code: 'BadFlag',
      next: expect.arrayContaining(['platform tools install terraform']) as string[],
    })
  })
})
