import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeControlPlaneFiles } from '../../../../src/lib/sandbox/clusters/api-server-files.js'
import { clusterFolders, sharedFolder } from '../../../../src/lib/sandbox/clusters/cluster-folders.js'
import {
  clusterRecords,
  endpointOf,
  keptClusters,
  readClusterRecord,
  writeClusterRecord,
} from '../../../../src/lib/sandbox/clusters/cluster-record.js'
import { emulatedVersion } from '../../../../src/lib/sandbox/clusters/emulated-version.js'
import { clientNames, type ClusterPki, type EtcdPki } from '../../../../src/lib/sandbox/clusters/pki.js'
import {
  apiServerArguments,
  controllerManagerArguments,
  etcdArguments,
  etcdPrefix,
  kwokArguments,
  schedulerArguments,
  type ControlPlaneSettings,
} from '../../../../src/lib/sandbox/clusters/process-arguments.js'
import { sandboxFolders } from '../../../../src/lib/sandbox/folders.js'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'platform-clusters-'))))
afterAll(() => rm(folder, { recursive: true }))

const pair = (name: string) => ({ certificate: `/pki/${name}.crt`, key: `/pki/${name}.key` })
const etcdPki: EtcdPki = { authority: '/etcd/ca.crt', server: pair('etcd'), client: pair('etcd-client') }
const pki: ClusterPki = {
  authority: 'PEM',
  files: {
    authority: pair('ca'),
    server: pair('server'),
    serviceAccountKey: '/pki/sa.key',
    clients: { admin: pair('admin'), 'controller-manager': pair('cm'), scheduler: pair('scheduler'), egress: pair('egress'), kwok: pair('kwok') },
  },
}
const settings: ControlPlaneSettings = {
  name: 'dev',
  port: 20_001,
  etcd: { endpoint: 'https://127.0.0.1:20002', pki: etcdPki },
  pki,
  config: '/config',
  logs: '/logs',
  serviceCidr: '172.20.0.0/16',
  issuer: 'https://oidc.eks.eu-west-1.amazonaws.com/id/X',
}

describe('what the programs are started with', () => {
  test('the API server listens on this machine only, and keeps its objects below a prefix of its own', () => {
    const args = apiServerArguments(settings)
    expect(args).toEqual(expect.arrayContaining(['--bind-address=127.0.0.1', '--secure-port=20001', '--etcd-prefix=/clusters/dev']))
    expect(etcdPrefix('dev-2')).not.toContain(`${etcdPrefix('dev')}/`)
  })

  test('the API server knows users as EKS does, and keeps tokens for as long as Kubernetes does', () => {
    const args = apiServerArguments(settings)
    expect(args).toEqual(
      expect.arrayContaining([
        '--authentication-token-webhook-config-file=/config/authentication-webhook.json',
        '--authentication-token-webhook-version=v1',
        '--authorization-config=/config/authorization.json',
        '--authentication-config=/config/authentication.json',
        `--service-account-issuer=${settings.issuer}`,
      ]),
    )
    expect(args.join(' ')).not.toContain('cache-ttl')
  })

  test('every change is audited', () => {
    expect(apiServerArguments(settings)).toEqual(
      expect.arrayContaining(['--audit-policy-file=/config/audit-policy.json', '--audit-log-path=/logs/audit.log']),
    )
  })

  test('no admission webhook is called: nobody would answer', () => {
    expect(apiServerArguments(settings)).toContain('--disable-admission-plugins=MutatingAdmissionWebhook,ValidatingAdmissionWebhook')
  })

  test('all three emulate the version of an older cluster', () => {
    const older = { ...settings, emulatedVersion: '1.34' }
    for (const args of [apiServerArguments(older), controllerManagerArguments(older, '/k'), schedulerArguments(older, '/k')])
      expect(args).toContain('--emulated-version=1.34')
    expect(apiServerArguments(settings).join()).not.toContain('emulated')
  })

  test('the others listen nowhere', () => {
    expect(controllerManagerArguments(settings, '/k')).toContain('--secure-port=0')
    expect(schedulerArguments(settings, '/k')).toContain('--secure-port=0')
    expect(kwokArguments('/k', '/stages').join()).not.toMatch(/server-address|node-port/)
  })

  test('etcd wants a certificate of everybody, and does not wait for the disk', () => {
    const args = etcdArguments({ pki: etcdPki, data: '/data', clientPort: 1, peerPort: 2 })
    expect(args).toEqual(expect.arrayContaining(['--client-cert-auth', '--peer-client-cert-auth', '--unsafe-no-fsync', '--data-dir=/data']))
    for (const arg of args.filter((each) => each.includes('://'))) expect(arg).toContain('https://127.0.0.1:')
  })
})

describe('the version that is emulated', () => {
  test.each([
    ['1.34', '1.35.4', '1.34'],
    ['1.32', '1.35.4', '1.32'],
    ['1.35', '1.35.4', undefined],
    ['1.36', '1.35.4', undefined],
    ['1.31', '1.35.4', undefined],
    ['', '1.35.4', undefined],
    ['1.34', 'unknown', undefined],
  ])('a cluster of %s on programs of %s: %s', (cluster, program, expected) => {
    expect(emulatedVersion(cluster, program)).toBe(expected)
  })
})

describe('files', () => {
  const webhooks = { tokenUrl: 'http://127.0.0.1:9/s3cret/dev/token', accessUrl: 'http://127.0.0.1:9/s3cret/dev/access' }
  const json = async (name: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(path.join(folder, 'config', name), 'utf8')) as Record<string, unknown>

  beforeAll(async () => {
    await writeControlPlaneFiles({ folder: path.join(folder, 'config'), endpoint: 'https://127.0.0.1:1', pki, webhooks, egressPort: 1 })
  })

  test('RBAC comes before access policies', async () => {
    const { authorizers } = (await json('authorization.json')) as {
      authorizers: Array<{ type: string; webhook?: Record<string, unknown> }>
    }
    expect(authorizers.map(({ type }) => type)).toEqual(['Node', 'RBAC', 'Webhook'])
    expect(authorizers[2]?.webhook).toMatchObject({ failurePolicy: 'NoOpinion', authorizedTTL: '5m0s', unauthorizedTTL: '30s' })
  })

  test('the webhooks are called by addresses that only their owner may read', async () => {
    for (const [name, url] of [
      ['authentication-webhook.json', webhooks.tokenUrl],
      ['access-webhook.json', webhooks.accessUrl],
    ] as const) {
      expect(await json(name)).toMatchObject({ clusters: [{ cluster: { server: url } }] })
      expect((await stat(path.join(folder, 'config', name))).mode & 0o777).toBe(0o600)
    }
  })

  test('without a name one may only ask for the health', async () => {
    expect(await json('authentication.json')).toMatchObject({
      anonymous: { enabled: true, conditions: [{ path: '/livez' }, { path: '/readyz' }, { path: '/healthz' }] },
    })
  })

  test('secrets never come into the audit log with their content', async () => {
    const { rules } = (await json('audit-policy.json')) as {
      rules: Array<Record<string, unknown> & { level: string; resources?: Array<{ group: string; resources?: string[] }> }>
    }
    // The first rule that fits any user's change of a secret.
    const narrow = ['users', 'userGroups', 'verbs', 'namespaces', 'nonResourceURLs']
    const forSecrets = rules.find(
      (rule) =>
        !narrow.some((key) => key in rule) &&
        (rule.resources?.some(({ group, resources }) => group === '' && (resources?.includes('secrets') ?? true)) ?? true),
    )
    expect(forSecrets?.level).toBe('Metadata')
    expect(rules[0]).toEqual({ level: 'None', users: ['platform-sandbox', 'platform-sandbox-nodes'] })
  })

  test('each program has a kubeconfig with its own certificate', async () => {
    for (const client of clientNames) {
      expect(await json(`${client}.kubeconfig`)).toMatchObject({
        clusters: [{ cluster: { server: 'https://127.0.0.1:1', 'certificate-authority': '/pki/ca.crt' } }],
        users: [{ user: { 'client-certificate': pki.files.clients[client].certificate } }],
      })
    }
  })
})

describe('the record of a cluster', () => {
  test('is read as it was written', async () => {
    const folders = sandboxFolders(folder)
    const place = clusterFolders(folders, 'dev')
    const record = { schemaVersion: 1 as const, name: 'dev', region: 'eu-west-1', port: 20_003 }
    await writeClusterRecord(place.record, record)
    expect(await readClusterRecord(place.record)).toEqual(record)
    expect(endpointOf(record)).toBe('https://127.0.0.1:20003')
    expect(await clusterRecords(folders)).toEqual([record])
    expect((await stat(place.record)).mode & 0o777).toBe(0o600)
  })

  test('what all clusters share is no cluster', async () => {
    const folders = sandboxFolders(folder)
    await writeClusterRecord(path.join(sharedFolder(folders, 'etcd'), 'cluster.json'), { schemaVersion: 1, name: 'x', region: '', port: 1 })
    expect(await keptClusters(folders)).toEqual(['dev'])
  })

  test.each(['../dev', '_etcd', '', 'a/b', '.'])('%j is no name of a folder', (name) => {
    expect(() => clusterFolders(sandboxFolders(folder), name)).toThrow('is no name of a cluster')
  })

  test('one that cannot be understood is none', async () => {
    expect(await readClusterRecord(path.join(folder, 'config', 'authorization.json'))).toBeUndefined()
  })
})
