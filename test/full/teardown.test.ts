import { CreateLoadBalancerCommand, DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DestroyResult } from '../../src/lib/roots/destroy-root.js'
import { clientsOf } from '../helpers/aws.js'
import { BootstrapBench, OPS } from '../helpers/bootstrap.js'
import { eventually } from '../helpers/sandbox.js'

let bench: BootstrapBench
beforeAll(async () => {
  bench = await BootstrapBench.create()
  await bench.environment('mgmt', 'management', '10.0.0.0/16')
  await bench.environment('dev', 'workload', '10.1.0.0/16')
  for (const name of ['mgmt', 'dev']) expect((await bench.bootstrap(name)).exitCode).toBe(0)
})
afterAll(() => bench.remove())

const destroy = (name: string) =>
  bench.repository.run('env', 'destroy', name, '--confirm', name, '--json', '--role-arn', OPS, '--timeout', '10m')

/** A load balancer as the controller makes it for a Service, which nobody but the tags tells from another one. */
async function balancerOf(cluster: string): Promise<void> {
  const clients = await clientsOf(bench.repository)
  const { Subnets = [] } = await (
    await clients.ec2()
  ).send(new DescribeSubnetsCommand({ Filters: [{ Name: 'tag:platform:environment', Values: ['dev'] }] }))
  const zones = new Map(Subnets.map(({ AvailabilityZone, SubnetId }) => [AvailabilityZone, SubnetId ?? '']))
  const Tags = [{ Key: 'elbv2.k8s.aws/cluster', Value: cluster }]
  await (await clients.loadBalancers()).send(new CreateLoadBalancerCommand({ Name: 'k8s-web', Subnets: [...zones.values()], Tags }))
}

const service = (finalizers: string[]) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'frontend', namespace: 'default', finalizers },
  spec: { type: 'LoadBalancer', ports: [{ port: 80 }], selector: { app: 'web' } },
})

test('a workload environment goes with what Kubernetes made in AWS, after a kill too, and Argo CD forgets it', async () => {
  await bench.kubectl('dev', ['apply', '-f', '-'], service([]))
  await balancerOf('acme-dev')
  const running = bench.repository.start('env', 'destroy', 'dev', '--confirm', 'dev', '--json', '--role-arn', OPS)
  await eventually(
    'the cluster has been taken out of Argo CD',
    async () => !(await bench.kubectl('mgmt', ['-n', 'argocd', 'get', 'secrets', '-o', 'name'])).includes('secret/dev'),
    120_000,
  )
  running.kill('SIGKILL')
  await running

  const result = await destroy('dev')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  expect(result.json<DestroyResult>()).toMatchObject({ destroyed: true, orphans: [] })
  const balancers = await (await (await clientsOf(bench.repository)).loadBalancers()).send(new DescribeLoadBalancersCommand({}))
  expect(balancers.LoadBalancers).toEqual([])
  expect((await execa('git', ['-C', bench.bare, 'ls-tree', '-r', '--name-only', 'main'])).stdout).not.toContain('gitops/clusters/dev')
  expect((await bench.bootstrap('mgmt')).exitCode).toBe(0)
})

test('a management environment goes too: its Argo CD is stopped, and what nobody lets go is passed over', async () => {
  await bench.kubectl('mgmt', ['apply', '-f', '-'], service([]))
  const result = await destroy('mgmt')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  expect(result.json<DestroyResult>()).toMatchObject({ destroyed: true, orphans: [] })
  expect(result.stderr).toContain('Argo CD stops syncing: done')
  expect(result.stderr).toContain('What Kubernetes made in AWS: done')
})

test('an environment that is gone can be destroyed once more, as the proof', async () => {
  const result = await destroy('dev')
  expect(result.exitCode, result.stderr + result.stdout).toBe(0)
  expect(result.json<DestroyResult>()).toMatchObject({ destroyed: true, orphans: [] })
})
