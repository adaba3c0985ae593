import type { Cluster } from '@aws-sdk/client-eks'
import { execa } from 'execa'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeCommitPlace, endOfPassword, signCodeCommit } from '../../src/lib/aws/codecommit-password.js'
import { gitPasswordObjects, PASSWORD_SCRIPT } from '../../src/lib/clusters/bootstrap/git-password.js'
import { gitCredentials, namespaceObject } from '../../src/lib/clusters/bootstrap/objects.js'
import { createCluster, createUser, makeAdmin } from '../helpers/eks-clusters.js'
import { kubectlAs, type Identity } from '../helpers/kubectl.js'
import { eventually, findKubectl, SANDBOX_REGION, TestSandbox } from '../helpers/sandbox.js'

const URL_OF_GIT = 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/acme'
const place = codeCommitPlace(URL_OF_GIT)!
const role = { accessKeyId: 'ASIATESTONLY', secretAccessKey: 'secret', sessionToken: 'a/session+token==' }

let sandbox: TestSandbox
let cluster: Cluster
let admin: Identity & { arn: string }
let as: ReturnType<typeof kubectlAs>

beforeAll(async () => {
  sandbox = await TestSandbox.create()
  await sandbox.up({ kubernetes: true })
  as = kubectlAs(await findKubectl(), sandbox.directory, sandbox.endpoint, SANDBOX_REGION)
  admin = await createUser(sandbox, 'admin')
  cluster = await createCluster(sandbox, 'management', 1)
  await makeAdmin(sandbox, 'management', admin.arn)
  const objects = [
    namespaceObject('argocd'),
    gitCredentials({ url: URL_OF_GIT, branch: 'main' }, { username: 'old', password: 'old' }),
    ...gitPasswordObjects(place),
  ]
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
  const apply = async () => (await as(cluster, admin, ['apply', '--server-side', '-f', '-'], list)).exitCode === 0
  await eventually('the objects of the job', apply, 120_000)
}, 600_000)
afterAll(() => sandbox.remove())

const secret = async (): Promise<Record<string, string>> => {
  const { stdout } = await as(cluster, admin, ['get', 'secret', 'platform-git', '-n', 'argocd', '-o', 'json'])
  const { data } = JSON.parse(stdout) as { data: Record<string, string> }
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
}

/** Runs the script as the pod would: with its service account, and with the credentials that Pod Identity gives. */
async function runScript(secretName: string) {
  const folder = path.join(sandbox.directory, 'service-account')
  await mkdir(folder, { recursive: true })
  const { stdout: token } = await as(cluster, admin, ['create', 'token', 'argocd-git-credentials', '-n', 'argocd'])
  await writeFile(path.join(folder, 'token'), token.trim())
  await writeFile(path.join(folder, 'ca.crt'), Buffer.from(cluster.certificateAuthority?.data ?? '', 'base64'))
  const { hostname, port } = new URL(cluster.endpoint ?? '')
  return execa('bash', ['-c', PASSWORD_SCRIPT], {
    reject: false,
    all: true,
    extendEnv: false,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      AWS_REGION: place.region,
      AWS_DEFAULT_REGION: place.region,
      AWS_ACCESS_KEY_ID: role.accessKeyId,
      AWS_SECRET_ACCESS_KEY: role.secretAccessKey,
      AWS_SESSION_TOKEN: role.sessionToken,
      GIT_HOST: place.host,
      GIT_PATH: `v1/repos/${place.name}`,
      NAMESPACE: 'argocd',
      SECRET: secretName,
      SERVICE_ACCOUNT_FOLDER: folder,
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
    },
  })
}

test('the job writes a password that AWS would take, signed as platform signs it', { timeout: 120_000 }, async () => {
  const { exitCode, all } = await runScript('platform-git')
  expect(exitCode, all).toBe(0)
  const { username = '', password = '', url, type } = await secret()
  expect({ url, type }).toEqual({ url: URL_OF_GIT, type: 'git' })
  const end = endOfPassword(password)
  expect(end!.getTime() - Date.now()).toBeGreaterThan(10 * 60_000)
  expect({ username, password }).toEqual(signCodeCommit(place, role, new Date(end!.getTime() - 15 * 60_000)))
  expect(all).not.toContain(password)
})

test('the job may change no other Secret, and read none', { timeout: 120_000 }, async () => {
  const { exitCode, all } = await runScript('another')
  expect(exitCode).not.toBe(0)
  expect(all).toContain('403')
  const may = async (...words: string[]) =>
    (
      await as(cluster, admin, ['auth', 'can-i', ...words, '-n', 'argocd', '--as=system:serviceaccount:argocd:argocd-git-credentials'])
    ).stdout.trim()
  expect(await may('patch', 'secrets/platform-git')).toBe('yes')
  expect(await may('get', 'secrets/platform-git')).toBe('no')
  expect(await may('patch', 'secrets/argocd-secret')).toBe('no')
})
