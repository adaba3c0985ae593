import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pinKey } from '../../../src/lib/tools/install/install-tool.js'
import { thisMachine } from '../../../src/lib/tools/machine.js'
import { resolveSpec } from '../../../src/lib/tools/resolve-tool.js'
import type { ToolLock, ToolPin } from '../../../src/lib/tools/tool-spec.js'
import {
  createWorkbench,
  downloadFrom,
  frob,
  frobScript,
  serve,
  serveFiles,
  sha256,
  tarOf,
  visibleFiles,
  zipOf,
  type Site,
  type Workbench,
} from './workbench.js'

let bench: Workbench
let site: Site | undefined
beforeEach(async () => {
  bench = await createWorkbench()
})
afterEach(async () => {
  await site?.close()
  site = undefined
  await bench.dispose()
})

const goodZip = zipOf([
  { name: 'LICENSE', content: 'free', mode: 0o100644 },
  { name: 'frob', content: frobScript('1.2.3') },
])

async function offer(archive: string, content: Buffer, digest = sha256(content)): Promise<Site> {
  site = await serveFiles({ [`/${archive}`]: content, '/SHA256SUMS': `${sha256('other')}  other.zip\n${digest} *${archive}\n` })
  return site
}

const install = async (where: { url: string }, archive = 'frob.zip', lock?: ToolLock) =>
  resolveSpec(bench.ports, frob({ download: downloadFrom(where, archive) }), { install: true, ...(lock && { lock }) })

async function expectNothingInstalled(): Promise<void> {
  expect(await visibleFiles(path.join(bench.cache, 'tools', 'frob'))).toEqual([])
  expect(await visibleFiles(path.join(bench.cache, 'build'))).toEqual([])
}

describe('a download that matches the checksum file', () => {
  test.each(['frob.zip', 'frob.tar.gz'])('%s is installed, runs and is found in the cache next time', async (archive) => {
    const content = archive.endsWith('.zip') ? goodZip : await tarOf(bench.folder, { frob: frobScript('1.2.3'), LICENSE: 'free' })
    const from = await offer(archive, content)
    const tool = await install(from, archive)
    expect(tool).toEqual({
      name: 'frob',
      path: path.join(bench.cache, 'tools', 'frob', '1.2.3', 'bin', 'frob'),
      version: '1.2.3',
      source: 'download',
    })
    expect((await bench.ports.exec(tool.path, [])).stdout).toBe('frob 1.2.3\n')

    const before = from.requests.length
    expect(await install(from, archive)).toMatchObject({ path: tool.path, source: 'cache' })
    expect(from.requests).toHaveLength(before)
    expect(await visibleFiles(path.join(bench.cache, 'build'))).toEqual([])
  })

  test('pins its digest for this kind of machine', async () => {
    const pins: Record<string, ToolPin> = {}
    const pin = async (key: string, value: ToolPin) => {
      pins[key] = value
    }
    await install(await offer('frob.zip', goodZip), 'frob.zip', { known: {}, pin })
    expect(pins).toEqual({ [pinKey('frob', thisMachine())]: { version: '1.2.3', source: 'download', sha256: sha256(goodZip) } })
  })

  test('is thrown away when the repository remembers another digest for this version', async () => {
    const known = { [pinKey('frob', thisMachine())]: { version: '1.2.3', source: 'download', sha256: sha256('what it was') } }
    const from = await offer('frob.zip', goodZip)
    await expect(install(from, 'frob.zip', { known, pin: async () => undefined })).rejects.toMatchObject({
      code: 'ChecksumMismatch',
      reason: expect.stringContaining('platform.lock.json') as string,
    })
    await expectNothingInstalled()
  })
})

describe('a download that cannot be trusted', () => {
  test('with a wrong checksum is thrown away, and no other way is tried', async () => {
    const from = await offer('frob.zip', goodZip, sha256('something else'))
    await bench.program('cargo', 'touch "$HOME/cargo-ran"')
    const spec = frob({ download: downloadFrom(from, 'frob.zip'), cargo: { crate: 'frob', env: {} } })
    await expect(resolveSpec(bench.ports, spec, { install: true })).rejects.toMatchObject({ code: 'ChecksumMismatch', exitCode: 3 })
    expect(await visibleFiles(bench.folder)).not.toContain('cargo-ran')
    await expectNothingInstalled()
  })

  test.each([
    [
      'an entry above the folder',
      zipOf([
        { name: 'frob', content: frobScript('1.2.3') },
        { name: '../../evil', content: 'x' },
      ]),
    ],
    ['an absolute entry', zipOf([{ name: '/tmp/platform-evil', content: 'x' }])],
    ['a backslash', zipOf([{ name: '..\\evil', content: 'x' }])],
    ['a symlink', zipOf([{ name: 'frob', content: '/bin/sh', mode: 0o120777 }])],
    ['half of its bytes', goodZip.subarray(0, goodZip.length / 2)],
    ['no program', zipOf([{ name: 'README', content: 'x' }])],
    ['a program of another version', zipOf([{ name: 'frob', content: frobScript('0.1.0') }])],
    [
      'more content than expected',
      zipOf([
        { name: 'frob', content: 'x'.repeat(600_000) },
        { name: 'more', content: 'x'.repeat(600_000) },
      ]),
    ],
  ])('with %s installs nothing', async (_what, archive) => {
    const from = await offer('frob.zip', archive)
    await expect(
      resolveSpec(bench.ports, frob({ download: { ...downloadFrom(from, 'frob.zip'), maxArchiveBytes: 4_000_000 } }), { install: true }),
    ).rejects.toMatchObject({ code: 'ToolInstallFailed' })
    await expectNothingInstalled()
    expect(await visibleFiles(bench.cache)).not.toContain('evil')
    expect(await visibleFiles('/tmp')).not.toContain('platform-evil')
  })

  test('with a symlink in a tar installs nothing', async () => {
    await symlink('/bin/sh', path.join(bench.folder, 'frob'))
    const { stdout } = await bench.ports.exec('/bin/sh', ['-c', `tar -C '${bench.folder}' -czf - frob | base64`])
    const from = await offer('frob.tar.gz', Buffer.from(stdout, 'base64'))
    await expect(install(from, 'frob.tar.gz')).rejects.toMatchObject({
      code: 'ToolInstallFailed',
      reason: expect.stringContaining('not a plain file') as string,
    })
    await expectNothingInstalled()
  })

  test('that is larger than expected is stopped, whatever the server declares', async () => {
    site = await serve((request, response) => {
      if (request.url === '/SHA256SUMS') response.end(`${sha256('x')}  frob.zip\n`)
      else {
        const pour = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        }
        response.on('drain', pour)
        pour()
      }
    })
    await expect(install(site)).rejects.toMatchObject({
      code: 'ToolInstallFailed',
      reason: expect.stringContaining('larger than 1 MiB') as string,
    })
    await expectNothingInstalled()
  })
})

describe('a server that is no help', () => {
  test('a refused connection is told at once', async () => {
    const closed = await serveFiles({})
    await closed.close()
    const started = Date.now()
    await expect(install(closed)).rejects.toMatchObject({
      code: 'ToolInstallFailed',
      reason: expect.stringContaining('refused the connection') as string,
    })
    expect(Date.now() - started).toBeLessThan(2000)
  })

  test('one that accepts and says nothing is given up in 2 s', async () => {
    site = await serve(() => undefined)
    const started = Date.now()
    await expect(install(site)).rejects.toMatchObject({ reason: expect.stringContaining('did not answer within 2 s') as string })
    const took = Date.now() - started
    expect(took).toBeGreaterThan(1500)
    expect(took).toBeLessThan(2500)
  })

  test('a connection cut in the middle is a failed download', async () => {
    site = await serve((request, response) => {
      if (request.url === '/SHA256SUMS') response.end(`${sha256(goodZip)}  frob.zip\n`)
      else {
        response.writeHead(200, { 'content-length': goodZip.length })
        response.write(goodZip.subarray(0, 20), () => response.destroy())
      }
    })
    await expect(install(site)).rejects.toMatchObject({ code: 'ToolInstallFailed' })
    await expectNothingInstalled()
  })

  test('an unlisted file and a 404 are told', async () => {
    site = await serveFiles({ '/SHA256SUMS': `${sha256('x')}  other.zip\n` })
    await expect(install(site)).rejects.toMatchObject({ reason: expect.stringContaining('does not list frob.zip') as string })
    await expect(install(site, 'frob.tar.gz')).rejects.toMatchObject({
      reason: expect.stringContaining('does not list frob.tar.gz') as string,
    })
    await expect(install({ url: `${site.url}/nowhere` })).rejects.toMatchObject({ reason: expect.stringContaining('404') as string })
  })
})
