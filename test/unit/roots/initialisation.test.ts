import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Ports } from '../../../src/lib/core/ports.js'
import { readTextIfExists } from '../../../src/lib/core/files.js'
import { initialise } from '../../../src/lib/roots/initialisation.js'
import { Terraform } from '../../../src/lib/terraform/terraform.js'

const NETWORK = '../../modules/network/1.0.0'
const FETCHED = '.terraform/modules/fetched'

let repository: string
let inits: number

beforeEach(async () => {
  repository = await mkdtemp(path.join(tmpdir(), 'platform-init-'))
  inits = 0
  await write('main.tf', 'module "network" {}')
  await write('terraform.tfvars.json', '{}')
  await write(`${NETWORK}/main.tf`, 'module "subnets" {}')
  await write(`${NETWORK}/subnets/main.tf`, 'terraform {}')
  await write('../../modules/other/1.0.0/main.tf', 'terraform {}')
})
afterEach(async () => rm(repository, { recursive: true }))

/** Writes a file below the root module. */
async function write(name: string, text: string): Promise<void> {
  const file = path.join(repository, 'infra/environments/dev', name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, text)
}

/** What a real `init` leaves behind, as far as it counts here. */
async function init(): Promise<void> {
  inits += 1
  // The real one stops at what it cannot read.
  for (const name of ['.terraform/modules/modules.json', '.terraform/terraform.tfstate']) {
    const text = await readTextIfExists(path.join(repository, 'infra/environments/dev', name))
    if (text !== undefined) JSON.parse(text)
  }
  const modules = [
    { Key: '', Source: '', Dir: '.' },
    { Key: 'network', Source: NETWORK, Dir: NETWORK },
    { Key: 'network.subnets', Source: './subnets', Dir: `${NETWORK}/subnets` },
    { Key: 'fetched', Source: 'git::https://example.com/x.git', Dir: FETCHED },
  ]
  await write('.terraform/modules/modules.json', JSON.stringify({ Modules: modules }))
  await write('.terraform/providers/provider', '')
  await write(`${FETCHED}/main.tf`, '')
  await write('.terraform.lock.hcl', '# versions')
}

function run(): ReturnType<typeof initialise> {
  const ports: Pick<Ports, 'exec' | 'processes' | 'signal'> = {
    exec: async () => init().then(() => ({ exitCode: 0, stdout: '', stderr: '' })),
    processes: {} as Ports['processes'],
    signal: new AbortController().signal,
  }
  return initialise(new Terraform(ports, { program: 'terraform', folder: path.join(repository, 'infra/environments/dev'), env: {} }))
}

describe('terraform init', () => {
  it('runs once', async () => {
    expect(await run()).toEqual({ outcome: 'done' })
    expect(await run()).toEqual({ outcome: 'unchanged' })
    expect(inits).toBe(1)
  })

  it.each([
    ['the root', 'main.tf'],
    ['a file of the root in JSON', 'more.tf.json'],
    ['the backend', 'backend.tf.json'],
    ['the chosen versions', '.terraform.lock.hcl'],
    ['a local module', `${NETWORK}/versions.tf`],
    ['a local module in JSON', `${NETWORK}/versions.tf.json`],
    ['a local module inside of another', `${NETWORK}/subnets/main.tf`],
    ['a file that only OpenTofu reads', 'more.tofu'],
  ])('runs again when %s changes', async (_what, file) => {
    await run()
    await write(file, 'terraform { }')
    expect(await run()).toEqual({ outcome: 'done' })
    expect(await run()).toEqual({ outcome: 'unchanged' })
  })

  it.each([
    ['values', 'terraform.tfvars.json'],
    ['imports', 'imports.tf.json'],
    ['a README', `${NETWORK}/README.md`],
    ['a module that is not called', '../../modules/other/1.0.0/main.tf'],
  ])('does not run again when %s change', async (_what, file) => {
    await run()
    await write(file, '{ }')
    expect(await run()).toEqual({ outcome: 'unchanged' })
  })

  it('runs again when a module or the list of modules is gone, or cannot be read', async () => {
    await run()
    await rm(path.join(repository, 'infra/modules'), { recursive: true })
    expect(await run()).toEqual({ outcome: 'done' })
    await rm(path.join(repository, 'infra/environments/dev/.terraform/modules'), { recursive: true })
    expect(await run()).toEqual({ outcome: 'done' })
    await write('.terraform/modules/modules.json', '{"Modules":')
    expect(await run()).toEqual({ outcome: 'done' })
  })

  it.each([
    ['the list of modules', '.terraform/modules/modules.json'],
    ['what it notes of the backend', '.terraform/terraform.tfstate'],
  ])('runs in spite of damage to %s', async (_what, file) => {
    await write(file, '{"a":')
    expect(await run()).toEqual({ outcome: 'done' })
  })

  it('runs where .terraform is a file', async () => {
    await write('.terraform', '')
    expect(await run()).toEqual({ outcome: 'done' })
  })
})
