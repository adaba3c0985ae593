import { CreateRouteTableCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2'
import fc from 'fast-check'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Project } from '../../src/lib/config/project.js'
import { terraformVariables } from '../../src/lib/roots/environment-values.js'
import { sharedTerraformVariables } from '../../src/lib/roots/shared-values.js'
import { copyOfTemplates, findBinary, placeOfRoot, startEmulator, writeJson, type Binary, type Emulator } from '../e2e/modules/workbench.js'
import { arbitraryTexts, configurationOf, ENVIRONMENT_NAME, MANAGEMENT, SEED } from '../helpers/arbitrary-configuration.js'
import { settingsAt } from '../helpers/sandbox.js'

/** Each costs some seconds; every night brings other ones. */
const RUNS = 6

let emulator: Emulator
let terraform: Binary
let templates: string
let managementVpc: string
beforeAll(async () => {
  emulator = await startEmulator()
  terraform = (await findBinary('terraform'))!
  templates = await copyOfTemplates()
  for (const root of ['eks', 'shared']) await run(root, 'init', '-input=false')
  managementVpc = await managementNetwork()
})
afterAll(() => emulator.stop())

const run = (root: string, ...args: string[]) =>
  terraform.run(path.join(templates, placeOfRoot(root)), args, { endpoint: emulator.endpoint, okCodes: [0, 1] })

/** The network of `hub`, as its root would have made it. */
async function managementNetwork(): Promise<string> {
  const ec2 = new EC2Client(settingsAt(emulator.endpoint))
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: MANAGEMENT.cidr }))
  const vpcId = Vpc?.VpcId ?? ''
  for (const index of [0, 1, 2]) {
    const Tags = [{ Key: 'platform:resource', Value: `network/route-table/private/${index}` }]
    await ec2.send(new CreateRouteTableCommand({ VpcId: vpcId, TagSpecifications: [{ ResourceType: 'route-table', Tags }] }))
  }
  return vpcId
}

/** What Terraform says against a plan with these values, or undefined. */
async function refusal(root: 'eks' | 'shared', values: Record<string, unknown>): Promise<string | undefined> {
  await writeJson(path.join(templates, placeOfRoot(root)), 'terraform.tfvars.json', values)
  const { exitCode, stderr } = await run(root, 'plan', '-no-color', '-input=false', '-lock=false')
  return exitCode === 0 ? undefined : stderr
}

function environmentValues(project: Project): Record<string, unknown> {
  const outputs = new Map([[MANAGEMENT.name, { vpc_id: managementVpc, vpc_cidr: MANAGEMENT.cidr }]])
  return terraformVariables(project, project.environments.get(ENVIRONMENT_NAME)!, outputs)
}

describe(`any configuration that is accepted (FAST_CHECK_SEED=${SEED})`, () => {
  test('is planned by the real Terraform: an environment, and what environments share', async () => {
    let planned = 0
    await fc.assert(
      fc.asyncProperty(arbitraryTexts(), async (texts) => {
        let project
        try {
          project = configurationOf(texts).project
        } catch {
          return
        }
        planned += 1
        expect(await refusal('eks', environmentValues(project))).toBeUndefined()
        expect(await refusal('shared', sharedTerraformVariables(project))).toBeUndefined()
      }),
      // Looking for a smaller example would take the night.
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    )
    expect(planned).toBeGreaterThan(RUNS / 2)
  })
})
