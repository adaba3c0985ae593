// The library registers its algorithms through decorators, which need this first.
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { webcrypto } from 'node:crypto'

const { subtle } = webcrypto
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
/** A sandbox is thrown away long before. */
const VALID_YEARS = 10

export interface Pair {
  /** PEM. */
  certificate: string
  /** PEM, PKCS #8. */
  key: string
}

export interface Subject {
  /** The user's or server's name. */
  commonName: string
  /** The user's group in Kubernetes. */
  organization?: string
}

/** A new certificate authority. */
export async function createAuthority(commonName: string): Promise<Pair> {
  const keys = await subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    serialNumber: serialNumber(),
    name: nameOf({ commonName }),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return pairOf(certificate, keys)
}

/**
 * A key and a certificate of the authority for it.
 * @param addresses IP addresses and names of a server; without any it is a certificate for a client.
 */
export async function issue(authority: Pair, subject: Subject, addresses: { ips: string[]; names: string[] } | 'client'): Promise<Pair> {
  const issuer = new x509.X509Certificate(authority.certificate)
  const signingKey = await importKey(authority.key)
  const keys = await subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const usage = addresses === 'client' ? x509.ExtendedKeyUsage.clientAuth : x509.ExtendedKeyUsage.serverAuth
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity(),
    serialNumber: serialNumber(),
    subject: nameOf(subject),
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...(addresses === 'client' ? [] : [alternativeNames(addresses)]),
    ],
  })
  return pairOf(certificate, keys)
}

function alternativeNames({ ips, names }: { ips: string[]; names: string[] }): x509.SubjectAlternativeNameExtension {
  return new x509.SubjectAlternativeNameExtension([
    ...ips.map((value) => ({ type: 'ip' as const, value })),
    ...names.map((value) => ({ type: 'dns' as const, value })),
  ])
}

function nameOf({ commonName, organization }: Subject): x509.Name {
  return new x509.Name([...(organization === undefined ? [] : [{ O: [organization] }]), { CN: [commonName] }])
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = new Date()
  // A clock that is set back a little must not make it invalid.
  const notBefore = new Date(now.getTime() - 3_600_000)
  return { notBefore, notAfter: new Date(new Date(now).setFullYear(now.getFullYear() + VALID_YEARS)) }
}

function serialNumber(): string {
  // Positive and without a leading zero, as DER wants it.
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)))
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  return subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), ALGORITHM, false, ['sign'])
}

async function pairOf(certificate: x509.X509Certificate, keys: webcrypto.CryptoKeyPair): Promise<Pair> {
  const key = x509.PemConverter.encode(await subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { certificate: `${certificate.toString('pem')}\n`, key: `${key}\n` }
}
