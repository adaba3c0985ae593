import { afterAll, beforeAll, expect, test } from 'vitest'
import { planOfModule } from './planned.js'
import { startEmulator, type Emulator } from './workbench.js'

let emulator: Emulator
beforeAll(async () => void (emulator = await startEmulator()))
afterAll(() => emulator.stop())

/** Zones with the first letters that are left: the emulator numbers ids in the order of the letters. */
test.each([
  ['us-east-1', 3, ['us-east-1a', 'us-east-1b', 'us-east-1d']],
  ['us-west-1', 2, ['us-west-1a', 'us-west-1c']],
])('in %s, subnets are in zones where EKS has a control plane', async (region, zone_count, zones) => {
  const resources = await planOfModule(emulator, 'network', region, {
    platform: 'acme',
    environment: 'dev',
    cidr: '10.0.0.0/16',
    zone_count,
  })
  const subnets = resources.filter(({ type }) => type === 'aws_subnet')
  expect(subnets).toHaveLength(3 * zone_count)
  expect([...new Set(subnets.map(({ values }) => values['availability_zone']))].sort()).toEqual(zones)
})
