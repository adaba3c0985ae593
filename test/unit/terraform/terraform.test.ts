import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../../../src/lib/core/errors.js'
import { execProgram } from '../../../src/lib/core/exec.js'
import type { Ports } from '../../../src/lib/core/ports.js'
import { Terraform } from '../../../src/lib/terraform/terraform.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-terraform-'))
})
afterEach(async () => rm(folder, { recursive: true }))

/** A Terraform whose program is this shell script. */
async function terraformThat(script: string): Promise<Terraform> {
  const program = path.join(folder, 'terraform')
  await writeFile(program, `#!/bin/sh\n${script}\n`)
  await chmod(program, 0o755)
  const ports: Pick<Ports, 'exec' | 'processes' | 'signal'> = {
    exec: execProgram,
    processes: {} as Ports['processes'],
    signal: new AbortController().signal,
  }
  return new Terraform(ports, { program, folder, env: { PATH: process.env['PATH'] ?? '' } })
}

const SECRET = 'hunter2-in-the-state'

describe('calls whose output is not redacted', () => {
  const calls: Array<[string, (terraform: Terraform) => Promise<unknown>]> = [
    ['showPlan', (terraform) => terraform.showPlan('x.tfplan')],
    ['outputs', (terraform) => terraform.outputs()],
    ['stateResources', (terraform) => terraform.stateResources('aws_vpc')],
    ['untaint', (terraform) => terraform.untaint('aws_vpc.this')],
    ['stateRemove', (terraform) => terraform.stateRemove(['aws_vpc.this'])],
  ]

  it.each(calls)('%s repeats nothing of it when Terraform is killed', async (_name, call) => {
    const error = await call(await terraformThat(`echo '{"value":"${SECRET}"'; kill -KILL $$`)).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(UserError)
    expect(inspect(error, { depth: null })).not.toContain(SECRET)
  })

  it.each(calls.slice(0, 3))('%s repeats nothing of it when it is not JSON', async (_name, call) => {
    const error = await call(await terraformThat(`echo '${SECRET}'`)).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'ToolFailed', message: expect.stringMatching(/not JSON/) as string })
    expect(inspect(error, { depth: null })).not.toContain(SECRET)
  })
})

it.each(['null', '7', '"text"', '[1,', ''])('takes a plan that reads %j for no JSON of Terraform', async (printed) => {
  const error = await (await terraformThat(`printf '%s' '${printed}'`)).showPlan('x.tfplan').catch((e: unknown) => e)
  expect(error).toMatchObject({ code: 'ToolFailed', next: [expect.stringContaining('platform doctor')] })
})

it('gives the outputs that are not sensitive', async () => {
  const outputs = { vpc_id: { value: 'vpc-1', sensitive: false }, key: { value: SECRET, sensitive: true } }
  expect(await (await terraformThat(`echo '${JSON.stringify(outputs)}'`)).outputs()).toEqual({ vpc_id: 'vpc-1' })
})

it.each([
  ['init', (terraform: Terraform) => terraform.init()],
  ['validate', (terraform: Terraform) => terraform.validate()],
  ['state rm', (terraform: Terraform) => terraform.stateRemove(['aws_vpc.this'])],
])('explains why %s failed', async (call, run) => {
  const terraform = await terraformThat('echo "Error: api error ExpiredToken: The provided token has expired." >&2; exit 1')
  const error = await run(terraform).catch((e: unknown) => e)
  expect(error).toMatchObject({ code: 'NoCredentials', message: `terraform ${call} failed in ${folder}.` })
  expect((error as UserError).next.join()).toContain('Renew')
})
