import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { copyImage, imageDigest } from '../../../src/lib/registry/images.js'
import { checkLayout, sweepLayout } from '../../../src/lib/registry/layout.js'
import { Regctl } from '../../../src/lib/registry/regctl.js'
import { registryError } from '../../../src/lib/registry/registry-error.js'

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'registry-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

function fakeRegctl(answers: (args: readonly string[]) => { exitCode?: number; stdout?: string; stderr?: string }) {
  const calls: Array<{ args: readonly string[]; input: string | undefined; env: Readonly<Record<string, string>> | undefined }> = []
  const regctl = new Regctl(
    {
      env: { HOME: '/home/one', REGCTL_CONFIG: '/else', DOCKER_CONFIG: '/docker' },
      signal: new AbortController().signal,
      exec: async (_, args, options) => {
        calls.push({ args, input: options?.input, env: options?.env })
        return { exitCode: 0, stdout: '', stderr: '', ...answers(args) }
      },
    },
    { program: 'regctl', folder, login: { host: 'ecr.example.org', user: 'AWS', password: 'secret' } },
  )
  return { regctl, calls }
}

describe('Regctl', () => {
  it('speaks no TLS on this machine, logs in where it is told to, and reads no other configuration', async () => {
    const { regctl, calls } = fakeRegctl(() => ({ stdout: 'sha256:1\n' }))
    await regctl.configure(['127.0.0.1:5000', 'quay.io'])
    expect(JSON.parse(await readFile(path.join(folder, 'regctl.json'), 'utf8'))).toEqual({
      hosts: {
        '127.0.0.1:5000': { hostname: '127.0.0.1:5000', tls: 'disabled' },
        'quay.io': { hostname: 'quay.io' },
        'ecr.example.org': { hostname: 'ecr.example.org', user: 'AWS', pass: 'secret' },
      },
    })
    expect(await imageDigest(regctl, 'quay.io/one:1')).toBe('sha256:1')
    expect(calls[0]?.env).toEqual({
      HOME: '/home/one',
      DOCKER_CONFIG: '/docker',
      REGCTL_CONFIG: path.join(folder, 'regctl.json'),
      LC_ALL: 'C',
    })
  })

  it('tells what is missing from what failed', async () => {
    const missing = fakeRegctl(() => ({ exitCode: 1, stderr: 'failed to request manifest head x: request failed: not found [http 404]: ' }))
    expect(await imageDigest(missing.regctl, 'one:1')).toBeUndefined()
    const silent = fakeRegctl(() => ({ exitCode: 1, stderr: 'dial tcp: lookup quay.io: no such host' }))
    await expect(imageDigest(silent.regctl, 'one:1')).rejects.toMatchObject({ code: 'RegistryUnreachable' })
  })
})

describe('registryError', () => {
  it.each([
    ['write blob: no space left on device', 'DiskFull'],
    ['unauthorized [http 401]', 'RegistryRefused'],
    ['response status code 403: denied: no permission', 'RegistryRefused'],
    ['toomanyrequests: You have reached your pull rate limit', 'RegistryRefused'],
    ['dial tcp 127.0.0.1:9: connect: connection refused', 'RegistryUnreachable'],
    ['tls: failed to verify certificate: x509: unknown authority', 'RegistryUnreachable'],
    ['MANIFEST_UNKNOWN', 'ImageNotFound'],
    ['digest mismatch, expected sha256:1', 'MirrorDigestMismatch'],
    ['something else', 'ToolFailed'],
  ])('%s', (stderr, code) => {
    expect(registryError(stderr, 'copy one').code).toBe(code)
  })
})

describe('copyImage', () => {
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      { digest: 'sha256:1', size: 1, platform: { os: 'linux', architecture: 'amd64' } },
      { digest: 'sha256:2', size: 1, platform: { os: 'linux', architecture: 'arm64' } },
      { digest: 'sha256:3', size: 1, platform: { os: 'unknown', architecture: 'unknown' } },
    ],
  })

  it('copies an image as it is when all platforms are wanted', async () => {
    const { regctl, calls } = fakeRegctl(() => ({}))
    const copied = await copyImage(
      regctl,
      { repository: 'quay.io/one', digest: 'sha256:9' },
      { repository: 'r.example.org/one', tag: '1' },
      undefined,
    )
    expect(copied).toBe('sha256:9')
    expect(calls.map(({ args }) => args)).toEqual([['image', 'copy', '--force-recursive', 'quay.io/one@sha256:9', 'r.example.org/one:1']])
  })

  it('writes a list of the chosen platforms, which is the same each time', async () => {
    const { regctl, calls } = fakeRegctl((args) => (args[1] === 'get' ? { stdout: index } : {}))
    const from = { repository: 'quay.io/one', digest: 'sha256:9' }
    const copied = await copyImage(regctl, from, { repository: 'r.example.org/one', tag: '1' }, ['linux/arm64'])
    const put = calls.at(-1)
    expect(put?.args.slice(0, 3)).toEqual(['manifest', 'put', 'r.example.org/one:1'])
    expect(copied).toBe(digestOf(put?.input ?? ''))
    expect(calls.filter(({ args }) => args[1] === 'copy').map(({ args }) => args[3])).toEqual(['quay.io/one@sha256:2'])
    await expect(copyImage(regctl, from, { repository: 'r.example.org/one', tag: '1' }, ['linux/s390x'])).rejects.toMatchObject({
      code: 'ImageNotFound',
      details: { known: ['linux/amd64', 'linux/arm64'] },
    })
  })
})

describe('an image layout', () => {
  async function blob(text: string): Promise<string> {
    const digest = digestOf(text)
    await mkdir(path.join(folder, 'blobs/sha256'), { recursive: true })
    await writeFile(path.join(folder, 'blobs/sha256', digest.slice(7)), text)
    return digest
  }

  it('is compared file by file', async () => {
    const layer = await blob('layer')
    const config = await blob('{}')
    const manifest = await blob(JSON.stringify({ config: { digest: config, size: 2 }, layers: [{ digest: layer, size: 5 }] }))
    const list = await blob(JSON.stringify({ manifests: [{ digest: manifest, size: 1 }] }))
    const whole = await checkLayout(folder, list)
    expect([whole.damaged, whole.missing, whole.bytes > 7]).toEqual([[], [], true])

    const file = path.join(folder, 'blobs/sha256', layer.slice(7))
    await writeFile(file, 'other')
    expect((await checkLayout(folder, list)).damaged).toEqual([{ file, expected: layer, found: digestOf('other') }])
    await rm(file)
    expect((await checkLayout(folder, list)).missing).toEqual([layer])
    expect((await checkLayout(folder, 'sha256:../../etc/passwd')).missing).toEqual(['sha256:../../etc/passwd'])
  })

  it('is swept of half-written files only', async () => {
    const layer = await blob('layer')
    await writeFile(path.join(folder, 'blobs/sha256', `${layer.slice(7)}.123.tmp`), 'half')
    expect(await sweepLayout(folder)).toBe(1)
    expect(await readdir(path.join(folder, 'blobs/sha256'))).toEqual([layer.slice(7)])
    expect(await sweepLayout(path.join(folder, 'none'))).toBe(0)
  })
})
