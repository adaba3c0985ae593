import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { AssociateAccessPolicyCommand, CreateAccessEntryCommand, CreateClusterCommand, waitUntilClusterActive } from '@aws-sdk/client-eks'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Console } from '../../../src/lib/monitoring/consoles.js'
import { clientsOf } from '../../helpers/aws.js'
import { Repository } from '../../helpers/repository.js'
import { eventually, findKubectl } from '../../helpers/sandbox.js'

let repository: Repository
let kubectl: string
let kubeconfig: string

beforeAll(async () => {
  kubectl = await findKubectl()
  repository = await Repository.init()
  await repository.edit('platform.yaml', (text) => `${text}\nsandbox:\n  kubernetes: true\n`)
  kubeconfig = path.join(repository.directory, '.platform', 'kubeconfig')
  await mkdir(path.join(repository.directory, 'environments'), { recursive: true })
  await writeFile(
    path.join(repository.directory, 'environments', 'mgmt.yaml'),
    'apiVersion: platform/v1alpha1\nkind: Environment\nrole: management\nnetwork:\n  cidr: 10.0.0.0/16\n',
  )
})
afterAll(async () => repository.remove())

/** A real API server, made as Terraform would, without waiting for the rest of an environment. */
async function createCluster(): Promise<void> {
  const eks = await (await clientsOf(repository)).eks()
  await eks.send(
    new CreateClusterCommand({
      name: 'acme-mgmt',
      version: '1.35',
      roleArn: 'arn:aws:iam::000000000000:role/cluster',
      resourcesVpcConfig: { subnetIds: ['subnet-1', 'subnet-2'] },
      accessConfig: { authenticationMode: 'API' },
    }),
  )
  await waitUntilClusterActive({ client: eks, maxWaitTime: 120, minDelay: 0.2, maxDelay: 1 }, { name: 'acme-mgmt' })
  const who = { clusterName: 'acme-mgmt', principalArn: 'arn:aws:iam::000000000000:root' }
  await eks.send(new CreateAccessEntryCommand(who))
  const policyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'
  await eks.send(new AssociateAccessPolicyCommand({ ...who, policyArn, accessScope: { type: 'cluster' } }))
  await eventually(
    'the API server to let us in',
    async () =>
      (await repository.run('cluster', 'status', 'mgmt', '--json')).json<{ api?: { authorized: boolean } }>().api?.authorized === true,
    120_000,
  )
  const written = await repository.run('cluster', 'kubeconfig', 'mgmt', '--kubeconfig', kubeconfig)
  expect(written.stderr).not.toContain('Error')
}

const apply = async (args: readonly string[], object: object) =>
  execa(kubectl, ['--kubeconfig', kubeconfig, ...args, '-f', '-'], { input: JSON.stringify(object) })

const ingress = (name: string, host: string, labels: Record<string, string>) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: 'monitoring', labels },
  spec: {
    // The sandbox gives no address to an Ingress of this class.
    ingressClassName: 'another',
    tls: [{ hosts: [host] }],
    rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }] } }],
  },
})

test('before there is a cluster, both commands say what makes one', async () => {
  for (const command of [['console'], ['monitor', 'status']]) {
    const { exitCode, stderr } = await repository.run(...command)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('Error [ClusterNotFound]')
    expect(stderr).toContain('platform env create mgmt')
  }
})

test('against a real API server, what is missing is named step by step', async () => {
  await createCluster()
  const empty = await repository.run('monitor', 'status')
  expect(empty.exitCode).toBe(1)
  expect(empty.stderr).toContain('There is no Prometheus in its namespace monitoring.')

  await apply(['apply'], { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'monitoring' } })
  const labels = { app: 'kube-prometheus-stack-prometheus' }
  await apply(['apply'], {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kube-prometheus-stack-prometheus', namespace: 'monitoring', labels },
    spec: { selector: labels, ports: [{ name: 'http-web', port: 9090 }] },
  })
  const withoutPods = await repository.run('monitor', 'status', '--json')
  expect(withoutPods.exitCode).toBe(1)
  expect(withoutPods.json()).toMatchObject({
    error: {
      code: 'MonitoringUnreachable',
      reason: 'The API server: no pod behind the Service monitoring/kube-prometheus-stack-prometheus answers.',
    },
  })
})

test('console lists what leads into the cluster, and tells an address from the want of one', async () => {
  await apply(['apply'], ingress('stack-grafana', 'grafana.example.com', { 'app.kubernetes.io/name': 'grafana' }))
  await apply(['apply'], ingress('wiki', 'wiki.example.com', { 'platform/console': 'wiki' }))
  await apply(['replace', '--subresource=status'], {
    ...ingress('wiki', 'wiki.example.com', { 'platform/console': 'wiki' }),
    status: { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }] } },
  })
  const { consoles } = (await repository.run('console', '--json')).json<{ consoles: Console[] }>()
  expect(consoles.map(({ name }) => name)).toEqual(['argocd', 'grafana', 'kibana', 'jaeger', 'rancher', 'sonarqube', 'wiki'])
  expect(consoles.find(({ name }) => name === 'grafana')).toMatchObject({ url: null, source: 'Ingress monitoring/stack-grafana' })
  expect((await repository.run('console')).stdout).toMatch(/grafana +none: its load balancer has no address yet/)

  const wiki = await repository.run('console', 'wiki')
  expect({ exitCode: wiki.exitCode, stdout: wiki.stdout }).toEqual({ exitCode: 0, stdout: 'https://wiki.example.com/' })
  const grafana = await repository.run('console', 'grafana')
  expect(grafana.exitCode).toBe(1)
  expect(grafana.stderr).toContain('Error [ConsoleMissing]')
})

test('console refuses to open a browser where there is no terminal, and names that it does not know', async () => {
  for (const args of [['grafana', '--open'], ['--open'], ['grafna']]) {
    const { exitCode, stderr } = await repository.run('console', ...args)
    expect(exitCode).toBe(64)
    expect(stderr).toContain('Error [BadFlag]')
    expect(stderr).toContain('Next:')
  }
})
