import { execa } from 'execa'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BootstrapResult } from '../../src/lib/clusters/bootstrap/bootstrap.js'
import type { UnregisterResult } from '../../src/lib/clusters/bootstrap/unregister.js'
import type { ClusterStatus } from '../../src/lib/clusters/status.js'
import { systemClock } from '../../src/lib/core/clock.js'
import { readLedger } from '../../src/lib/sandbox/clusters/process-ledger.js'
import { sandboxFolders } from '../../src/lib/sandbox/folders.js'
import { BootstrapBench, OPS } from '../helpers/bootstrap.js'
import { eventually } from '../helpers/sandbox.js'

let bench: BootstrapBench
beforeAll(async () => {
  bench = await BootstrapBench.create()
  await bench.environment('mgmt', 'management', '10.0.0.0/16')
})
afterAll(() => bench.remove())

interface Failure {
  error: { code: string; message: string; reason?: string }
}

/** The steps of a bootstrap of the management cluster, as they are named when they start. */
const STEPS = [
  ...[
    'Tools',
    'Identity of the cluster',
    'Nobody else at work',
    'Chart of Argo CD',
    'Charts of add-ons',
    'Repository',
    'Namespaces',
    'Argo CD',
    'Git credentials',
  ],
  ...['Projects', 'Root application', 'Cluster mgmt in Argo CD', 'Applications synced and healthy'],
]
const WELL = { sync: 'Synced', health: 'Healthy' }

test('a dry run shows every step and changes nothing', async () => {
  const result = await bench.bootstrap('mgmt', '--dry-run')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  const { status, steps } = result.json<BootstrapResult>()
  expect(status).toBe('planned')
  expect(Object.fromEntries(steps.map(({ id, outcome }) => [id, outcome]))).toMatchObject({
    identity: 'checked',
    git: 'planned',
    namespaces: 'planned',
    argocd: 'planned',
    projects: 'planned',
    root: 'planned',
    cluster: 'planned',
  })
  expect((await execa('git', ['status', '--short', 'gitops'], { cwd: bench.repository.directory })).stdout).toBe('')
  expect(await bench.kubectl('mgmt', ['get', 'namespaces', '-o', 'name'])).not.toContain('argocd')
})

test('a workload cluster is refused while there is no bootstrapped management cluster', async () => {
  await bench.environment('dev', 'workload', '10.1.0.0/16')
  const result = await bench.bootstrap('dev')
  expect(result.exitCode).toBe(1)
  expect(result.json<Failure>().error).toMatchObject({ code: 'ManagementMissing' })
})

test('a chart with another digest than the lock names is refused, and nothing is installed', async () => {
  await bench.lockChart(`sha256:${'0'.repeat(64)}`)
  const result = await bench.bootstrap('mgmt')
  await bench.unlockCharts()
  expect(result.exitCode).toBe(3)
  expect(result.json<Failure>().error).toMatchObject({ code: 'ChartDigestMismatch' })
  expect(await bench.kubectl('mgmt', ['get', 'namespaces', '-o', 'name'])).not.toContain('argocd')
})

test('killed when each step starts, the same command finishes, also a release that was stuck', async () => {
  const killed: string[] = []
  for (const step of STEPS) if (await bench.killAt('mgmt', step)) killed.push(step)
  expect(killed.length).toBeGreaterThan(8)
  // Helm itself may have gone on and finished: make sure that a release is stuck in its first install.
  const name = 'sh.helm.release.v1.argo-cd.v1'
  const secret = JSON.parse(await bench.kubectl('mgmt', ['-n', 'argocd', 'get', 'secret', name, '-o', 'json'])) as {
    metadata: { labels: Record<string, string> }
    data: { release: string }
  }
  const record = gunzipSync(Buffer.from(Buffer.from(secret.data.release, 'base64').toString(), 'base64')).toString()
  const stuck = gzipSync(record.replace(/"status":"[a-z-]+"/, '"status":"pending-install"')).toString('base64')
  secret.metadata.labels['status'] = 'pending-install'
  secret.data.release = Buffer.from(stuck).toString('base64')
  await bench.kubectl('mgmt', ['replace', '-f', '-'], secret)

  const result = await bench.bootstrap('mgmt')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  const { status, argocd, applications, steps } = result.json<BootstrapResult>()
  expect(status).toBe('bootstrapped')
  expect(argocd).toMatchObject({ cluster: 'acme-mgmt', version: '10.1.1' })
  expect(argocd.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(applications).toEqual(['addons', 'argo-cd-mgmt', 'clusters', 'projects', 'root'].map((each) => ({ name: each, ...WELL })))
  expect(steps.find(({ id }) => id === 'argocd')?.detail).toContain('after a repair')
  expect(await bench.kubectl('mgmt', ['get', 'lease', '-n', 'kube-system', '-o', 'name'])).not.toContain('platform-bootstrap')
})

test('a second run finds everything as it should be', async () => {
  const begun = performance.now()
  const result = await bench.bootstrap('mgmt')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  expect(result.json<BootstrapResult>()).toMatchObject({ status: 'unchanged' })
  expect(performance.now() - begun).toBeLessThan(60_000)
})

test('nothing secret is written to Git or printed', async () => {
  const password = await bench.kubectl('mgmt', [
    ...['-n', 'argocd', 'get', 'secret', 'argocd-initial-admin-secret', '-o', 'jsonpath={.data.password}'],
  ])
  expect(password).not.toBe('')
  const plain = Buffer.from(password, 'base64').toString()
  const { stdout, stderr } = await bench.repository.run('cluster', 'bootstrap', 'mgmt', '--yes', '--role-arn', OPS)
  expect(stdout + stderr).not.toContain(plain)
  expect(stderr).toContain('argocd-initial-admin-secret')
  const cluster = await readFile(path.join(bench.repository.directory, 'gitops/clusters/mgmt/cluster.yaml'), 'utf8')
  expect(cluster).not.toMatch(/token|password|bearer/i)
})

test('edits of the user stay', async () => {
  await bench.repository.edit('gitops/projects/platform.yaml', (text) =>
    text.replace('What the platform itself brings', 'Ours: what it brings'),
  )
  const result = await bench.bootstrap('mgmt')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  expect(await readFile(path.join(bench.repository.directory, 'gitops/projects/platform.yaml'), 'utf8')).toContain('Ours: what it brings')
  expect(await bench.kubectl('mgmt', ['-n', 'argocd', 'get', 'appproject', 'platform', '-o', 'jsonpath={.spec.description}'])).toContain(
    'Ours',
  )
})

test('the current context of the caller does not count', async () => {
  const kubeconfig = path.join(bench.repository.directory, '..', 'elsewhere')
  await bench.succeed('cluster', 'kubeconfig', 'dev', '--kubeconfig', kubeconfig, '--role-arn', OPS, '--use')
  const args = ['cluster', 'bootstrap', 'mgmt', '--yes', '--json', '--role-arn', OPS]
  const result = await bench.repository.runWith({ env: { KUBECONFIG: kubeconfig, HELM_KUBECONTEXT: 'acme-dev' } }, ...args)
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  expect(result.json<BootstrapResult>().status).toBe('unchanged')
  expect(await bench.kubectl('dev', ['get', 'namespaces', '-o', 'name'])).not.toContain('argocd')
})

test('a workload cluster is registered, and Argo CD works in it under its own role', async () => {
  const result = await bench.bootstrap('dev')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  expect(result.json<BootstrapResult>()).toMatchObject({ status: 'bootstrapped', cluster: 'acme-dev', argocd: { cluster: 'acme-mgmt' } })
  await push({ 'gitops/trial/web.yaml': { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'hello' }, data: { a: 'b' } } })
  await bench.kubectl('mgmt', ['apply', '-f', '-'], application('trial', 'gitops/trial'))
  await eventually('the object is in the other cluster', async () => (await inDev('trial', 'configmap')).includes('hello'), 120_000)
  const status = (await bench.succeed('cluster', 'status', 'dev', '--json', '--role-arn', OPS)).json<ClusterStatus>()
  expect(status.api.applications).toMatchObject([{ name: 'trial', cluster: 'dev' }])
})

test('the second registration changes nothing, and unregistering keeps what runs', async () => {
  const again = await bench.succeed('cluster', 'register', 'dev', '--yes', '--json', '--role-arn', OPS)
  expect(again.json<BootstrapResult>().status).toBe('unchanged')
  const gone = (await bench.succeed('cluster', 'unregister', 'dev', '--yes', '--json', '--role-arn', OPS)).json<UnregisterResult>()
  expect(gone).toMatchObject({ status: 'unregistered', kept: ['trial'] })
  expect(await bench.kubectl('mgmt', ['-n', 'argocd', 'get', 'secrets', '-o', 'name'])).not.toContain('secret/dev')
  expect(await inDev('trial', 'configmap')).toContain('hello')
  const { stdout } = await execa('git', ['-C', bench.bare, 'ls-tree', '-r', '--name-only', 'main'])
  expect(stdout).not.toContain('gitops/clusters/dev')
  const back = await bench.succeed('cluster', 'register', 'dev', '--yes', '--json', '--role-arn', OPS)
  expect(back.json<BootstrapResult>().status).toBe('registered')
})

describe('faults', () => {
  test('an API server that is started anew in the middle', async () => {
    await bench.kubectl('mgmt', ['-n', 'argocd', 'delete', 'appproject', 'apps-dev', '--wait=false'])
    const running = bench.bootstrap('mgmt')
    await systemClock.sleep(2500)
    process.kill(await processOf('kube-apiserver', 'acme-mgmt'), 'SIGKILL')
    const result = await running
    expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  })

  test('two at once: the second is told who is at work', async () => {
    const [one, other] = await Promise.all([bench.bootstrap('mgmt'), bench.bootstrap('dev')])
    const failed = [one, other].filter(({ exitCode }) => exitCode !== 0)
    expect(failed.length, one.stdout + other.stdout).toBe(1)
    expect(failed[0]?.json<Failure>().error).toMatchObject({ code: 'RunInProgress' })
  })

  test('a push that is refused says what the server said, and loses nothing', async () => {
    const hook = path.join(bench.bare, 'hooks', 'pre-receive')
    await mkdir(path.dirname(hook), { recursive: true })
    await writeFile(hook, '#!/bin/sh\necho "protected branch: pull requests only" >&2\nexit 1\n')
    await chmod(hook, 0o755)
    await bench.repository.edit('gitops/projects/apps-dev.yaml', (text) => `${text}# ours\n`)
    const result = await bench.bootstrap('mgmt')
    await chmod(hook, 0o644)
    expect(result.exitCode).not.toBe(0)
    expect(result.json<Failure>().error).toMatchObject({ code: 'GitRefused' })
    expect(result.stdout).toContain('protected branch: pull requests only')
    expect((await bench.bootstrap('mgmt')).exitCode).toBe(0)
  })

  test('a Git server that does not answer is named, and nothing local is lost', async () => {
    const before = await bench.repository.edit('platform.yaml', (text) =>
      text.replace('\ngit:\n', '\ngit:\n  url: http://127.0.0.1:9/none.git\n'),
    )
    const result = await bench.bootstrap('mgmt')
    await bench.repository.edit('platform.yaml', () => before)
    expect(result.exitCode).toBe(1)
    expect(result.json<Failure>().error).toMatchObject({ code: 'GitUnreachable' })
    const again = await bench.bootstrap('mgmt')
    expect(again.exitCode, again.stderr + again.stdout).toBe(0)
  })

  test('an application that never gets healthy is named with its object and the last events', async () => {
    const pod = { containers: [{ name: 'web', image: 'registry.invalid/web:1', resources: { requests: { cpu: '900' } } }] }
    const labels = { app: 'huge' }
    const spec = { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } }
    await push({ 'gitops/huge/web.yaml': { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'huge' }, spec } })
    await bench.kubectl('mgmt', ['apply', '-f', '-'], application('huge', 'gitops/huge'))
    const result = await bench.bootstrap('dev', '--timeout', '60s')
    await bench.kubectl('mgmt', ['-n', 'argocd', 'delete', 'application', 'huge'])
    expect(result.exitCode, result.stderr).toBe(1)
    const { error } = result.json<Failure>()
    expect(error.code).toBe('NotHealthy')
    expect(error.reason).toContain('Deployment huge/huge')
    expect(error.reason).toContain('FailedScheduling')
  })

  test('an Argo CD that does not answer is told by what waits', async () => {
    const controller = await processOf('argocd-application-controller', 'acme-mgmt')
    process.kill(controller, 'SIGSTOP')
    try {
      await push({ 'gitops/trial/more.yaml': { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'more' } } })
      const result = await bench.bootstrap('mgmt', '--timeout', '45s')
      expect(result.json<Failure>().error).toMatchObject({ code: 'NotHealthy' })
    } finally {
      process.kill(controller, 'SIGCONT')
    }
  })
})

/** The process of a program that works for a cluster of this sandbox: its command line or its environment names both. */
async function processOf(program: string, cluster: string): Promise<number> {
  for (const { pid } of await readLedger(sandboxFolders(bench.repository.directory).clusterProcesses)) {
    const text = (await readFile(`/proc/${pid}/cmdline`, 'utf8')) + (await readFile(`/proc/${pid}/environ`, 'utf8'))
    if (text.includes(program) && text.includes(`/clusters/${cluster}/`)) return pid
  }
  throw new Error(`no ${program} of ${cluster}`)
}

async function inDev(namespace: string, kind: string): Promise<string> {
  return bench.kubectl('dev', ['-n', namespace, 'get', kind, '-o', 'name'])
}

function application(name: string, folder: string): unknown {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'apps-dev',
      source: { repoURL: bench.url, targetRevision: 'main', path: folder },
      destination: { name: 'dev', namespace: name },
      syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'] },
    },
  }
}

async function push(files: Readonly<Record<string, unknown>>): Promise<void> {
  const { directory: cwd } = bench.repository
  for (const [name, object] of Object.entries(files)) {
    await execa('mkdir', ['-p', path.dirname(path.join(cwd, name))])
    await writeFile(path.join(cwd, name), JSON.stringify(object))
  }
  await execa('git', ['add', '--', ...Object.keys(files)], { cwd })
  await execa(
    'git',
    ['-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '-m', 'Add', '--', ...Object.keys(files)],
    { cwd },
  )
  await execa('git', ['push', '--quiet', bench.url, 'HEAD:main'], { cwd })
}
