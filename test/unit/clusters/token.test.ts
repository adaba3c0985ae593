import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cachedToken } from '../../../src/lib/cli/cached-token.js'
import type { ExecCredential } from '../../../src/lib/clusters/exec-credential.js'
import { TokenCache } from '../../../src/lib/clusters/token-cache.js'
import { signOnce } from '../../../src/lib/clusters/token-lock.js'
import { parseTokenFlags, tokenFlags, tokenRequest } from '../../../src/lib/clusters/token-request.js'
import { clusterToken } from '../../../src/lib/clusters/token.js'
import { fakeClock } from '../../helpers/fake-clock.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-token-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

const request = tokenRequest('acme-dev', 'eu-west-1', { endpoint: 'http://127.0.0.1:4566' })
const ports = (clock = fakeClock(new Date().toISOString()), extra: Record<string, string> = {}) => ({
  clock,
  env: { XDG_CACHE_HOME: folder, HOME: folder, ...extra },
  signal: new AbortController().signal,
})
const urlOf = ({ status }: ExecCredential) => new URL(Buffer.from(status.token.replace('k8s-aws-v1.', ''), 'base64url').toString())

describe('a token', () => {
  test('is a URL signed as botocore signs it', async () => {
    // From botocore 1.43: SigV4QueryAuth with expires=60 at this moment, and these keys.
    const clock = fakeClock('2026-11-25T08:00:00Z')
    const env = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'not-a-secret', AWS_SESSION_TOKEN: 'a+session/token==' }
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    const credential = await clusterToken(ports(clock, env), tokenRequest('acme-dev', 'eu-west-1'))
    expect(credential.status.expirationTimestamp).toBe('2026-11-25T08:14:00Z')
    const url = urlOf(credential)
    expect(url.origin).toBe('https://sts.eu-west-1.amazonaws.com')
    expect(Object.fromEntries(url.searchParams)).toEqual(BOTOCORE)
  })

  test('goes to the region of the cluster, in China too', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'not-a-secret' }
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    const credential = await clusterToken(ports(undefined, env), tokenRequest('acme-dev', 'cn-north-1'))
    expect(urlOf(credential).host).toBe('sts.cn-north-1.amazonaws.com.cn')
  })

  test('of a sandbox leaves this machine for nothing', async () => {
    await expect(clusterToken(ports(), { ...request, endpoint: 'http://sandbox.example.com' })).rejects.toMatchObject({
      code: 'EndpointNotLocal',
    })
  })
})

describe('the cache', () => {
  test('answers until a minute before the end, and is readable by its owner alone', async () => {
    const clock = fakeClock()
    const first = await clusterToken(ports(clock), request)
    expect(await clusterToken(ports(clock), request)).toEqual(first)
    const tokens = path.join(folder, 'platform', 'tokens')
    const [name = '', ...others] = await readdir(tokens)
    expect(others).toEqual([])
    expect((await stat(path.join(tokens, name))).mode & 0o777).toBe(0o600)
    expect((await stat(tokens)).mode & 0o777).toBe(0o700)
    await clock.sleep(12.9 * 60_000)
    expect(await clusterToken(ports(clock), request)).toEqual(first)
    await clock.sleep(0.2 * 60_000)
    expect(await clusterToken(ports(clock), request)).not.toEqual(first)
  })

  test('keeps one token for each cluster, region, role, profile and endpoint, and for each identity', () => {
    const env = { XDG_CACHE_HOME: folder, HOME: folder, AWS_ACCESS_KEY_ID: 'one', AWS_SECRET_ACCESS_KEY: 'secret-1' }
    const plain = tokenRequest('acme-dev', 'eu-west-1')
    const files = [
      new TokenCache(plain, env),
      new TokenCache({ ...plain, cluster: 'acme-prod' }, env),
      new TokenCache({ ...plain, region: 'eu-central-1' }, env),
      new TokenCache({ ...plain, roleArn: 'arn:aws:iam::111122223333:role/a' }, env),
      new TokenCache({ ...plain, profile: 'work' }, env),
      new TokenCache({ ...plain, endpoint: 'http://127.0.0.1:1' }, env),
      new TokenCache(plain, { ...env, AWS_ACCESS_KEY_ID: 'two' }),
      new TokenCache(plain, { ...env, AWS_SECRET_ACCESS_KEY: 'secret-2' }),
      new TokenCache(plain, { ...env, AWS_PROFILE: 'other' }),
    ].map(({ file }) => file)
    expect(new Set(files).size).toBe(files.length)
    expect(files.join()).not.toContain('secret')
    // A sandbox has keys of its own.
    expect(new TokenCache(request, env).file).toBe(new TokenCache(request, { ...env, AWS_ACCESS_KEY_ID: 'two' }).file)
  })

  test.each<[string, (file: string) => Promise<void>]>([
    ['is no JSON', (file) => writeFile(file, '{"key":')],
    ['is empty', (file) => writeFile(file, '')],
    ['holds something else', (file) => writeFile(file, '{"key":"x","credential":{"status":{"token":7}}}')],
    ['can be read by others', (file) => chmod(file, 0o644)],
    [
      'says that its token is valid for a year',
      async (file) =>
        writeFile(file, (await readFile(file, 'utf8')).replace(/"expirationTimestamp":"\d{4}/, '"expirationTimestamp":"2999')),
    ],
    [
      'is a link',
      async (file) => {
        await writeFile(`${file}.other`, await readFile(file), { mode: 0o600 })
        await rm(file)
        await symlink(`${file}.other`, file)
      },
    ],
  ])('that %s is ignored and replaced', async (_what, damage) => {
    const clock = fakeClock()
    const first = await clusterToken(ports(clock), request)
    const { file } = new TokenCache(request, ports().env)
    await damage(file)
    await clock.sleep(1000)
    const second = await clusterToken(ports(clock), request)
    expect(second).not.toEqual(first)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await clusterToken(ports(clock), request)).toEqual(second)
  })

  test('that cannot be written is none', async () => {
    await writeFile(path.join(folder, 'platform'), 'a file in its place')
    expect((await clusterToken(ports(), request)).status.token).toMatch(/^k8s-aws-v1\./)
  })
})

describe('the way around the command line', () => {
  const words = tokenFlags(request)
  test('gives the cached token for exactly what a kubeconfig says', async () => {
    const { env } = ports()
    expect(cachedToken(words, env)).toBeUndefined()
    const credential = await clusterToken(ports(), request)
    expect(cachedToken(words, env)).toBe(JSON.stringify(credential))
    for (const others of [
      [...words, '--json'],
      ['--help', ...words],
      words.slice(0, -1),
      [...words, '--cluster', 'other'],
      ['--cluster', 'acme-dev'],
      [],
    ])
      expect(cachedToken(others, env)).toBeUndefined()
  })

  test('reads back the flags that are written', () => {
    const full = tokenRequest('a', 'eu-west-1', {
      roleArn: 'arn:aws:iam::111122223333:role/a',
      profile: 'work',
      endpoint: 'http://127.0.0.1:1',
    })
    for (const each of [request, full, tokenRequest('a', 'eu-west-1')]) expect(parseTokenFlags(tokenFlags(each))).toEqual(each)
  })
})

describe('the lock', () => {
  const lock = () => path.join(folder, 'token.lock')
  test('lets one sign and the others take its token', async () => {
    let kept: string | undefined
    let signed = 0
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        signOnce(
          { clock: { now: () => new Date(), sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) }, signal: ports().signal },
          lock(),
          () => kept,
          async () => {
            signed += 1
            await new Promise((resolve) => setTimeout(resolve, 100))
            return (kept = 'token')
          },
        ),
      ),
    )
    expect(answers).toEqual(Array.from({ length: 5 }, () => 'token'))
    expect(signed).toBe(1)
    expect(await readdir(folder)).toEqual([])
  })

  test('that nobody gives back holds nobody up for long', async () => {
    await writeFile(lock(), '')
    const { slept, ...clock } = fakeClock()
    expect(
      await signOnce(
        { clock, signal: ports().signal },
        lock(),
        () => undefined,
        async () => 'token',
      ),
    ).toBe('token')
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(2000)
    expect(await readdir(folder)).toEqual(['token.lock'])
  })

  test('of a process that was killed is taken over', async () => {
    await writeFile(lock(), '')
    await utimes(lock(), new Date(0), new Date(0))
    await signOnce(
      { clock: fakeClock(), signal: ports().signal },
      lock(),
      () => undefined,
      async () => 'token',
    )
    expect(await readdir(folder)).toEqual([])
  })
})

const BOTOCORE = {
  Action: 'GetCallerIdentity',
  Version: '2011-06-15',
  'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
  'X-Amz-Credential': 'AKIDEXAMPLE/20261125/eu-west-1/sts/aws4_request',
  'X-Amz-Date': '20261125T080000Z',
  'X-Amz-Expires': '60',
  'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
  'X-Amz-Security-Token': 'a+session/token==',
  'X-Amz-Signature': '3711510237f00ce64b0a83fbd7645e8898c5ba1f2fd856418b0b87080fcfefc5',
}
