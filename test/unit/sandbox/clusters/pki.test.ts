import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ensureClusterPki,
  ensureEtcdPki,
  readAuthority,
  type ClusterPki,
  type PairFiles,
} from '../../../../src/lib/sandbox/clusters/pki.js'

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

let folder: string
let pki: ClusterPki
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-pki-'))
  pki = await ensureClusterPki(path.join(folder, 'dev'), 'dev')
})
afterAll(() => rm(folder, { recursive: true }))

async function read(files: PairFiles): Promise<{ certificate: X509Certificate; keyFits: boolean }> {
  const certificate = new X509Certificate(await readFile(files.certificate))
  return { certificate, keyFits: certificate.checkPrivateKey(createPrivateKey(await readFile(files.key))) }
}

describe('the certificates of a cluster', () => {
  test('the authority signs itself and may sign others', async () => {
    const { certificate, keyFits } = await read(pki.files.authority)
    expect(certificate.ca).toBe(true)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.subject).toBe('CN=sandbox cluster dev')
    expect(keyFits).toBe(true)
    expect(pki.authority).toBe(await readFile(pki.files.authority.certificate, 'utf8'))
    expect(await readAuthority(path.join(folder, 'dev'))).toBe(pki.authority)
    expect(await readAuthority(path.join(folder, 'nothing'))).toBeUndefined()
  })

  test('the API server is known by its address and its names inside', async () => {
    const { certificate, keyFits } = await read(pki.files.server)
    expect(keyFits).toBe(true)
    expect(certificate.checkIssued(new X509Certificate(pki.authority))).toBe(true)
    expect(certificate.verify(new X509Certificate(pki.authority).publicKey)).toBe(true)
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(certificate.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc')
    expect(certificate.checkHost('example.com')).toBeUndefined()
    expect(certificate.keyUsage).toEqual([SERVER_AUTH])
    expect(certificate.ca).toBe(false)
  })

  test.each([
    ['admin', 'O=system:masters\nCN=platform-sandbox'],
    ['kwok', 'O=system:masters\nCN=platform-sandbox-nodes'],
    ['controller-manager', 'CN=system:kube-controller-manager'],
    ['scheduler', 'CN=system:kube-scheduler'],
  ] as const)('%s is the user that Kubernetes expects', async (name, subject) => {
    const { certificate, keyFits } = await read(pki.files.clients[name])
    expect(certificate.subject).toBe(subject)
    expect(certificate.keyUsage).toEqual([CLIENT_AUTH])
    expect(certificate.verify(new X509Certificate(pki.authority).publicKey)).toBe(true)
    expect(keyFits).toBe(true)
  })

  test('they are valid now and for years', async () => {
    const { certificate } = await read(pki.files.server)
    expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now())
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now() + 9 * 365 * 86_400_000)
  })

  test('service accounts are signed with RSA, as on EKS', async () => {
    const key = createPublicKey(await readFile(pki.files.serviceAccountKey))
    expect(key.asymmetricKeyType).toBe('rsa')
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048)
  })

  test('nobody else may read them', async () => {
    const names = await readdir(path.join(folder, 'dev'))
    expect(names).toHaveLength(15)
    for (const name of names) expect((await stat(path.join(folder, 'dev', name))).mode & 0o777).toBe(0o600)
    expect((await stat(path.join(folder, 'dev'))).mode & 0o777).toBe(0o700)
  })

  test('a second time takes what is there, and makes only what is missing', async () => {
    const before = await readFile(pki.files.server.certificate, 'utf8')
    await unlink(pki.files.clients.scheduler.certificate)
    const again = await ensureClusterPki(path.join(folder, 'dev'), 'dev')
    expect(again).toEqual(pki)
    expect(await readFile(pki.files.server.certificate, 'utf8')).toBe(before)
    expect((await read(pki.files.clients.scheduler)).keyFits).toBe(true)
  })

  test('no two clusters share an authority', async () => {
    const other = await ensureClusterPki(path.join(folder, 'other'), 'other')
    const { certificate } = await read(other.files.clients.admin)
    expect(certificate.verify(new X509Certificate(pki.authority).publicKey)).toBe(false)
  })
})

test('the certificates of etcd', async () => {
  const etcd = await ensureEtcdPki(path.join(folder, 'etcd'))
  const authority = new X509Certificate(await readFile(etcd.authority))
  const [server, client] = [await read(etcd.server), await read(etcd.client)]
  expect(server.certificate.verify(authority.publicKey)).toBe(true)
  expect(server.certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect(client.certificate.keyUsage).toEqual([CLIENT_AUTH])
  expect([server.keyFits, client.keyFits]).toEqual([true, true])
})
