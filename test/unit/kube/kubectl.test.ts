import { readFile, stat } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { ExecOptions, ExecResult } from '../../../src/lib/core/ports.js'
import { Kubectl } from '../../../src/lib/kube/kubectl.js'
import { withTemporaryKubeconfig } from '../../../src/lib/kube/temporary-kubeconfig.js'
import { fakeClock } from '../../helpers/fake-clock.js'

interface Call {
  args: readonly string[]
  options: ExecOptions
}

function kubectl(...answers: Array<Partial<ExecResult>>): { client: Kubectl; calls: Call[] } {
  const calls: Call[] = []
  const ports = {
    exec: async (_file: string, args: readonly string[], options: ExecOptions = {}) => {
      calls.push({ args, options })
      return { exitCode: 0, stdout: '', stderr: '', ...(answers[calls.length - 1] ?? answers.at(-1)) }
    },
    env: { PATH: '/bin', KUBECONFIG: '/home/me/.kube/config', AWS_PROFILE: 'dev' },
    clock: fakeClock(),
    signal: new AbortController().signal,
  }
  return { client: new Kubectl(ports, { program: 'kubectl', kubeconfig: { file: '/t/kubeconfig', folder: '/t' } }), calls }
}

const place = { resource: 'secrets', name: 'x', namespace: 'argocd' }

describe('kubectl', () => {
  test('works with its own kubeconfig, and knows nothing of the contexts of the caller', async () => {
    const { client, calls } = kubectl({ stdout: '{"kind":"Secret"}' })
    expect(await client.get(place)).toEqual({ kind: 'Secret' })
    expect(calls[0]?.args).toEqual([
      ...['--kubeconfig=/t/kubeconfig', '--cache-dir=/t/cache', '--request-timeout=30s'],
      ...['get', 'secrets', 'x', '--namespace=argocd', '--output=json'],
    ])
    expect(calls[0]?.options).toMatchObject({ env: { PATH: '/bin', AWS_PROFILE: 'dev', KUBERC: 'off' }, secretOutput: true })
    expect(calls[0]?.options.env).not.toHaveProperty('KUBECONFIG')
  })

  test('applies on the server, as field manager platform, by pipe', async () => {
    const { client, calls } = kubectl({})
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } }
    await client.apply([object])
    expect(calls[0]?.args).toEqual(expect.arrayContaining(['--server-side', '--field-manager=platform', '--force-conflicts=false']))
    expect(JSON.parse(calls[0]?.options.input ?? '')).toEqual({ apiVersion: 'v1', kind: 'List', items: [object] })
  })

  test('what is not there is no error', async () => {
    expect(await kubectl({ exitCode: 1, stderr: 'Error from server (NotFound): secrets "x" not found' }).client.get(place)).toBeUndefined()
    const unknown = { exitCode: 1, stderr: 'error: the server doesn\'t have a resource type "applications"' }
    expect(await kubectl(unknown).client.list('applications.argoproj.io')).toEqual([])
  })

  test('asks again while the API server starts', async () => {
    const refused = {
      exitCode: 1,
      stderr: 'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
    }
    const { client, calls } = kubectl(refused, refused, { stdout: '{"kind":"Secret"}' })
    expect(await client.get(place)).toEqual({ kind: 'Secret' })
    expect(calls).toHaveLength(3)
  })

  test.each([
    ['KubernetesUnreachable', 'dial tcp 127.0.0.1:1: connect: connection refused'],
    ['WrongCluster', 'tls: failed to verify certificate: x509: certificate signed by unknown authority'],
    ['KubernetesRefused', 'error: You must be logged in to the server (Unauthorized)'],
    ['KubernetesRefused', 'Error from server (Forbidden): secrets is forbidden'],
    ['KubernetesRefused', 'error: Apply failed with 1 conflict: conflict with "helm"'],
  ])('says %s of: %s', async (code, stderr) => {
    await expect(kubectl({ exitCode: 1, stderr }).client.list('secrets')).rejects.toMatchObject({ code, reason: stderr })
  })
})

test('a kubeconfig for the time of some work is readable to its owner alone, holds no secret and vanishes', async () => {
  let seen = ''
  const server = {
    name: 'acme-dev',
    endpoint: 'https://127.0.0.1:1',
    certificateAuthority: 'Q0E=',
    token: { command: 'platform', args: ['cluster', 'token'] },
  }
  await withTemporaryKubeconfig(server, async ({ file }) => {
    seen = file
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      'current-context': 'acme-dev',
      clusters: [{ cluster: { server: 'https://127.0.0.1:1', 'certificate-authority-data': 'Q0E=' } }],
      users: [{ user: { exec: { command: 'platform', interactiveMode: 'Never' } } }],
    })
  })
  await expect(stat(seen)).rejects.toThrow('ENOENT')
})
