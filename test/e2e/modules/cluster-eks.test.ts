import { afterAll, beforeAll, expect, test } from 'vitest'
import { moduleValues } from './bad-values.js'
import { planOfModule } from './planned.js'
import { startEmulator, type Emulator } from './workbench.js'

let emulator: Emulator
beforeAll(async () => void (emulator = await startEmulator()))
afterAll(() => emulator.stop())

test('every ARN is one of the partition, also where nobody named one', async () => {
  const values = JSON.stringify(moduleValues['cluster-eks']!.good).replaceAll('arn:aws:', 'arn:aws-us-gov:')
  const resources = await planOfModule(emulator, 'cluster-eks', 'us-gov-west-1', JSON.parse(values) as Record<string, unknown>)
  const arns = JSON.stringify(resources).match(/arn:aws[a-z-]*:/g) ?? []
  expect(arns.length).toBeGreaterThan(50)
  expect([...new Set(arns)]).toEqual(['arn:aws-us-gov:'])
  for (const controller of ['cert-manager', 'external-dns']) {
    const policy = resources.find(({ address }) => address === `aws_iam_role_policy.controller["${controller}"]`)
    expect(policy?.values['policy']).toContain('arn:aws-us-gov:route53:::hostedzone/*')
  }
})

test('names stay within what AWS takes, however long they are, and differ', async () => {
  const good = moduleValues['cluster-eks']!.good
  const [group] = Object.values(good['node_groups'] as Record<string, object>)
  const node_groups = Object.fromEntries(['a', 'b'].map((letter) => [`${'n'.repeat(53)}${letter}`, group]))
  const resources = await planOfModule(emulator, 'cluster-eks', 'eu-west-1', { ...good, name: 'c'.repeat(100), node_groups })
  const lengths = { aws_launch_template: ['name', 125], aws_eks_node_group: ['node_group_name', 63] } as const
  for (const [kind, [field, longest]] of Object.entries(lengths)) {
    const names = resources.filter(({ type }) => type === kind).map(({ values }) => String(values[field]))
    expect(new Set(names).size).toBe(2)
    for (const name of names) expect(name.length).toBeLessThanOrEqual(longest)
  }
})
