import {
  type Cluster,
  CreateAccessEntryCommand,
  AssociateAccessPolicyCommand,
  CreateClusterCommand,
  DescribeClusterCommand,
  waitUntilClusterActive,
} from '@aws-sdk/client-eks'
import { CreateRoleCommand } from '@aws-sdk/client-iam'
import { execa } from 'execa'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { DriftResult } from '../../src/lib/environments/fleet/drift-fleet.js'
import { argoCdManifests } from '../helpers/argocd.js'
import { clientsOf } from '../helpers/aws.js'
import { type CliResult, Repository } from '../helpers/repository.js'
import { findKubectl } from '../helpers/sandbox.js'
import { ENVIRONMENT } from '../unit/config/repository.js'

const ROLE = 'arn:aws:iam::000000000000:role/ops'
const COMMIT = { old: 'a'.repeat(40), new: 'b'.repeat(40) }

let repository: Repository
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-drift-'))
  repository = await Repository.init()
  await repository.edit('platform.yaml', (text) => `${text}\nsandbox:\n  kubernetes: true\n`)
  await write('environments/mgmt.yaml', ENVIRONMENT.replace('role: workload', 'role: management'))
  const up = await repository.run('sandbox', 'up', '--json')
  expect(up.exitCode, up.stderr).toBe(0)
  await createCluster()
  await kubectl(['create', 'namespace', 'argocd'])
  const crd = parseAllDocuments(await argoCdManifests())
    .map((document) => document.toJS() as { kind?: string; metadata?: { name?: string } } | null)
    .find((each) => each?.kind === 'CustomResourceDefinition' && each.metadata?.name === 'applications.argoproj.io')
  await kubectl(['apply', '--server-side', '-f', '-'], crd)
  await kubectl(['wait', '--for=condition=Established', 'crd/applications.argoproj.io', '--timeout=60s'])
})
afterAll(async () => {
  await repository.remove()
  await rm(folder, { recursive: true, force: true })
})

async function write(name: string, text: string): Promise<void> {
  const file = path.join(repository.directory, name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, text)
}

/** The cluster alone: what Terraform makes beside it plays no part here. */
async function createCluster(): Promise<Cluster> {
  const clients = await clientsOf(repository)
  const trust = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'sts:AssumeRole' }
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] })
  await (await clients.iam()).send(new CreateRoleCommand({ RoleName: 'ops', AssumeRolePolicyDocument }))
  const eks = await clients.eks()
  const of = { clusterName: 'acme-mgmt', principalArn: ROLE }
  await eks.send(
    new CreateClusterCommand({
      name: of.clusterName,
      version: '1.35',
      roleArn: 'arn:aws:iam::000000000000:role/cluster',
      resourcesVpcConfig: { subnetIds: ['subnet-1', 'subnet-2'] },
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
    }),
  )
  await waitUntilClusterActive({ client: eks, maxWaitTime: 240, minDelay: 0.5, maxDelay: 0.5 }, { name: of.clusterName })
  await eks.send(new CreateAccessEntryCommand(of))
  const policyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'
  await eks.send(new AssociateAccessPolicyCommand({ ...of, policyArn, accessScope: { type: 'cluster' } }))
  const { cluster } = await eks.send(new DescribeClusterCommand({ name: of.clusterName }))
  if (!cluster) throw new Error('no cluster')
  return cluster
}

async function kubectl(args: readonly string[], input?: unknown): Promise<void> {
  const kubeconfig = path.join(folder, 'config')
  const { exitCode, stderr } = await repository.run(
    'cluster',
    'kubeconfig',
    'mgmt',
    '--kubeconfig',
    kubeconfig,
    '--role-arn',
    ROLE,
    '--use',
  )
  expect(exitCode, stderr).toBe(0)
  await execa(await findKubectl(), [`--kubeconfig=${kubeconfig}`, ...args], {
    ...(input !== undefined && { input: JSON.stringify(input) }),
  })
}

/** An Application as Argo CD leaves it behind a manual sync. */
async function put(name: string, { sync, compared }: { sync: 'Synced' | 'OutOfSync'; compared: string }): Promise<void> {
  const source = { repoURL: 'http://127.0.0.1/git/acme.git', targetRevision: 'main', path: 'gitops/apps/shop' }
  const destination = { server: 'https://kubernetes.default.svc', namespace: 'shop' }
  await kubectl(['apply', '-f', '-'], {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: { project: 'default', source, destination },
    status: {
      sync: { status: sync, revision: compared, comparedTo: { source, destination } },
      health: { status: 'Healthy' },
      history: [{ id: 0, revision: COMMIT.old, source, deployedAt: '2026-01-01T00:00:00Z' }],
      resources: [{ group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web', status: sync }],
    },
  })
}

async function drift(...flags: string[]): Promise<CliResult & { of: DriftResult['environments'][number] | undefined }> {
  const result = await repository.run('env', 'drift', 'mgmt', '--json', ...flags)
  return { ...result, of: result.json<DriftResult>().environments[0] }
}

test('applications in a real cluster are part of the verdict', async () => {
  await put('shop', { sync: 'OutOfSync', compared: COMMIT.new })
  // Nothing says yet that Argo CD runs this environment.
  expect((await drift('--role-arn', ROLE)).of).toMatchObject({ argocdState: 'not-bootstrapped', argocd: [] })

  await write('gitops/clusters/mgmt/cluster.yaml', 'kind: Secret\n')
  const pending = await drift('--role-arn', ROLE)
  expect(pending.exitCode, pending.stderr).toBe(0)
  expect(pending.of).toMatchObject({ argocdState: 'compared', argocd: [{ application: 'shop', state: 'pending', sync: 'OutOfSync' }] })

  await put('shop', { sync: 'OutOfSync', compared: COMMIT.old })
  const changed = await drift('--role-arn', ROLE)
  expect(changed.exitCode, changed.stderr).toBe(2)
  expect(changed.of).toMatchObject({
    verdict: 'drifted',
    argocd: [{ application: 'shop', state: 'drifted', resources: [{ kind: 'Deployment', name: 'web' }] }],
  })
  const table = await repository.run('env', 'drift', 'mgmt', '--role-arn', ROLE)
  expect(table.stdout).toMatch(/mgmt\s+drifted\s+application shop\s+drifted: out of sync \(Deployment web\)/)

  await put('shop', { sync: 'Synced', compared: COMMIT.old })
  const clean = await drift('--role-arn', ROLE)
  expect(clean.of).toMatchObject({ argocdState: 'compared', argocd: [] })
})
