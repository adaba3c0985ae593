import { generateKeyPair } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { readTextIfExists, writeFileAtomic } from '../../core/files.js'
import type { Pair, Subject } from './certificates.js'

/** Paths of a key and its certificate. */
export interface PairFiles {
  certificate: string
  key: string
}

export interface ClusterPki {
  /** PEM of the authority, for clients. */
  authority: string
  files: {
    authority: PairFiles
    server: PairFiles
    serviceAccountKey: string
    clients: Record<ClientName, PairFiles>
  }
}

/** The programs that talk to a cluster as themselves, and who they are there. */
const CLIENTS = {
  // The group that Kubernetes itself lets do everything. Only the sandbox has this key.
  admin: { commonName: 'platform-sandbox', organization: 'system:masters' },
  'controller-manager': { commonName: 'system:kube-controller-manager' },
  scheduler: { commonName: 'system:kube-scheduler' },
  // What the API server shows where it looks for its nodes.
  egress: { commonName: 'platform-sandbox-egress' },
  kwok: { commonName: 'platform-sandbox-nodes', organization: 'system:masters' },
} as const satisfies Record<string, Subject>

export type ClientName = keyof typeof CLIENTS
export const clientNames = Object.keys(CLIENTS) as ClientName[]
/** Users that EKS does not have. */
export const OWN_USERS: readonly string[] = [CLIENTS.admin.commonName, CLIENTS.kwok.commonName]

/** Makes the keys and certificates of a cluster, or takes those that are there. All are for their owner only. */
export async function ensureClusterPki(folder: string, cluster: string): Promise<ClusterPki> {
  const authority = await ensureAuthority(folder, `sandbox cluster ${cluster}`.slice(0, 64))
  const server = await ensureIssued(
    folder,
    'server',
    authority.pair,
    { commonName: 'kube-apiserver' },
    {
      ips: ['127.0.0.1'],
      names: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'],
    },
  )
  const clients = {} as Record<ClientName, PairFiles>
  for (const name of clientNames) clients[name] = await ensureIssued(folder, name, authority.pair, CLIENTS[name], 'client')
  const serviceAccountKey = await ensureServiceAccountKey(path.join(folder, 'service-accounts.key'))
  return { authority: authority.pair.certificate, files: { authority: authority.files, server, serviceAccountKey, clients } }
}

/** PEM of the authority of a cluster whose keys and certificates were made before. */
export async function readAuthority(folder: string): Promise<string | undefined> {
  return readTextIfExists(filesOf(folder, 'ca').certificate)
}

export interface EtcdPki {
  authority: string
  server: PairFiles
  client: PairFiles
}

/** The same for the etcd of the sandbox: without a key, no other user of this machine reads what is in the clusters. */
export async function ensureEtcdPki(folder: string): Promise<EtcdPki> {
  const authority = await ensureAuthority(folder, 'sandbox etcd')
  return {
    authority: authority.files.certificate,
    server: await ensureIssued(folder, 'server', authority.pair, { commonName: 'etcd' }, { ips: ['127.0.0.1'], names: ['localhost'] }),
    client: await ensureIssued(folder, 'client', authority.pair, { commonName: 'kube-apiserver' }, 'client'),
  }
}

async function ensureAuthority(folder: string, commonName: string): Promise<{ pair: Pair; files: PairFiles }> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const files = filesOf(folder, 'ca')
  const pair = await ensurePair(files, async () => (await import('./certificates.js')).createAuthority(commonName))
  return { pair, files }
}

async function ensureIssued(
  folder: string,
  name: string,
  authority: Pair,
  subject: Subject,
  addresses: { ips: string[]; names: string[] } | 'client',
): Promise<PairFiles> {
  const files = filesOf(folder, name)
  await ensurePair(files, async () => (await import('./certificates.js')).issue(authority, subject, addresses))
  return files
}

async function ensurePair(files: PairFiles, make: () => Promise<Pair>): Promise<Pair> {
  const [certificate, key] = await Promise.all([readTextIfExists(files.certificate), readTextIfExists(files.key)])
  if (certificate !== undefined && key !== undefined) return { certificate, key }
  const pair = await make()
  await writeFileAtomic(files.key, pair.key, { mode: 0o600 })
  // Last: a crash in between leaves a pair that is made again.
  await writeFileAtomic(files.certificate, pair.certificate, { mode: 0o600 })
  return pair
}

/** EKS signs the tokens of service accounts with RSA. */
async function ensureServiceAccountKey(file: string): Promise<string> {
  if ((await readTextIfExists(file)) === undefined) {
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
    await writeFileAtomic(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), { mode: 0o600 })
  }
  return file
}

function filesOf(folder: string, name: string): PairFiles {
  return { certificate: path.join(folder, `${name}.crt`), key: path.join(folder, `${name}.key`) }
}
