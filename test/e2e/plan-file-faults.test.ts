import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PlanResult } from '../../src/lib/roots/plan-root.js'
import type { ErrorDocument } from '../../src/lib/ui/error-view.js'
import { clientsOf } from '../helpers/aws.js'
import { Repository, type CliResult } from '../helpers/repository.js'
import { ENVIRONMENT } from '../unit/config/repository.js'

let repository: Repository
let plan: Buffer
beforeAll(async () => {
  repository = await Repository.init()
  await mkdir(inRepository('environments'), { recursive: true })
  await writeFile(inRepository('environments/dev.yaml'), ENVIRONMENT)
  await writeFile(inRepository('environments/test.yaml'), ENVIRONMENT.replace('10.0.', '10.1.'))
  const { planFile } = (await repository.run('env', 'plan', 'dev', '--json')).json<PlanResult>()
  plan = await readFile(planFile)
})
afterAll(async () => repository.remove())

const inRepository = (...parts: string[]): string => path.join(repository.directory, ...parts)
const apply = (file: string, environment = 'dev') => repository.run('env', 'apply', environment, '--plan', file, '--yes', '--json')

function errorOf(result: CliResult): ErrorDocument['error'] {
  expect(result.stderr).not.toMatch(/^\s+at /m)
  return result.json<ErrorDocument>().error
}

/** The plan with some bytes in its middle exchanged. */
function damaged(): Buffer {
  const copy = Buffer.from(plan)
  return copy.fill(0xa5, 3000, 5000)
}

describe('a plan file', () => {
  test.each<[what: string, content: () => Buffer | string, why: RegExp]>([
    ['cut off', () => plan.subarray(0, 20_000), /zip/],
    ['damaged in its middle', damaged, /flate|zip|checksum/],
    ['empty', () => '', /empty|plan file/],
    ['text', () => 'Plan: 3 to add', /plan file|neither/],
  ])('that is %s is refused by apply and by the policy check, with the reason and the way on', async (what, content, why) => {
    const file = `${what.replaceAll(' ', '-')}.tfplan`
    await writeFile(inRepository(file), content())
    const applied = await apply(file)
    expect(applied.exitCode).toBe(64)
    expect(errorOf(applied)).toMatchObject({ code: 'BadFlag', next: ['Make one: platform env plan dev'] })
    expect(errorOf(applied).reason).toMatch(why)
    const checked = await repository.run('policy', 'check', file, '--json')
    expect(checked.exitCode).toBe(64)
    expect(errorOf(checked)).toMatchObject({ code: 'PlanUnreadable', next: expect.arrayContaining([expect.anything()]) as string[] })
    expect(errorOf(checked).reason).toMatch(why)
  })

  test('of another environment is not applied to this one', async () => {
    await writeFile(inRepository('dev.tfplan'), plan)
    const result = await apply('dev.tfplan', 'test')
    expect(result.exitCode).toBe(3)
    expect(errorOf(result)).toMatchObject({ code: 'PlanChanged', reason: expect.stringContaining('environment: dev') as string })
  })

  test('that is older than the state is not applied, and a new one is asked for', async () => {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3')
    const state = { version: 4, terraform_version: '1.11.0', serial: 7, lineage: 'of-somebody', outputs: {}, resources: [] }
    await (
      await (await clientsOf(repository)).s3()
    ).send(
      new PutObjectCommand({
        Bucket: 'acme-state-000000000000-eu-west-1',
        Key: 'environments/dev/terraform.tfstate',
        Body: JSON.stringify({ ...state, check_results: null }),
      }),
    )
    await writeFile(inRepository('old.tfplan'), plan)
    const result = await apply('old.tfplan')
    expect(result.exitCode).toBe(1)
    expect(errorOf(result)).toMatchObject({ code: 'ApplyFailed', next: [expect.stringContaining('Make a new plan')] })
    expect((await repository.run('env', 'list', '--json')).json()).toMatchObject([{ name: 'dev' }, { status: 'absent' }])
  })
})
