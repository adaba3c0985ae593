import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCli } from '../helpers/repository.js'
import { ENVIRONMENT, repository } from '../unit/config/repository.js'

const DEV = 'environments/dev.yaml'

describe('config validate', () => {
  test('says that all is well', async () => {
    const directory = await repository({ [DEV]: ENVIRONMENT })
    const result = await runCli(['config', 'validate', '--json'], { cwd: directory })
    expect(result.exitCode).toBe(0)
    expect(result.json()).toEqual({ valid: true, directory, platform: 'acme', environments: ['dev'] })
  })

  test('lists every problem for people, with exit code 64', async () => {
    const directory = await repository({ [DEV]: `${ENVIRONMENT.replace('workload', 'worklod')}preste: small\n` })
    const { exitCode, stdout, stderr } = await runCli(['config', 'validate'], { cwd: directory })
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' })
    expect(stderr).toContain('Error [InvalidConfiguration]: The configuration has 2 problems.')
    expect(stderr).toMatch(/environments\/dev\.yaml:3:7\s+role: .*Did you mean workload\?/)
    expect(stderr).toMatch(/environments\/dev\.yaml:6:1\s+preste: .*Did you mean preset\?/)
  })

  test('lists them for machines', async () => {
    const directory = await repository({ [DEV]: ENVIRONMENT.replace('/16', '/21') })
    const result = await runCli(['config', 'validate', '--json'], { cwd: directory })
    expect(result.exitCode).toBe(64)
    expect(result.json()).toMatchObject({
      error: { code: 'InvalidConfiguration', details: { problems: [{ file: DEV, line: 5, column: 9, field: 'network.cidr' }] } },
    })
  })

  test('outside of a repository says how to get one', async () => {
    const directory = await repository({})
    await rm(path.join(directory, 'platform.yaml'))
    const { exitCode, stderr } = await runCli(['config', 'validate'], { cwd: directory })
    expect(exitCode).toBe(64)
    expect(stderr).toMatch(/NotARepository[^]*platform init/)
  })
})

describe('config show', () => {
  test('tells where values come from, and variables count', async () => {
    const directory = await repository({ [DEV]: ENVIRONMENT })
    const result = await runCli(['config', 'show', 'dev', '--origins', '--json'], { cwd: directory, env: { PLATFORM_REGION: 'us-east-1' } })
    expect(result.json()).toMatchObject({
      values: { name: 'dev', region: 'us-east-1', network: { cidr: '10.0.0.0/16' } },
      origins: { region: 'environment variable PLATFORM_REGION', 'network.cidr': `${DEV}:5`, 'network.zones': 'preset small' },
    })
  })

  test('prints YAML', async () => {
    const directory = await repository({ [DEV]: ENVIRONMENT })
    expect((await runCli(['config', 'show'], { cwd: directory })).stdout).toContain('name: acme\ntarget: sandbox\n')
    expect((await runCli(['config', 'show', 'dev', '--origins'], { cwd: directory })).stdout).toContain(`  cidr: 10.0.0.0/16 # ${DEV}:5\n`)
  })

  test('knows no other environment', async () => {
    const directory = await repository({ [DEV]: ENVIRONMENT })
    const result = await runCli(['config', 'show', 'devv', '--json'], { cwd: directory })
    expect(result.exitCode).toBe(64)
    expect(result.json()).toMatchObject({ error: { code: 'EnvironmentNotFound', next: ['Did you mean dev?'] } })
  })
})

describe('config schema', () => {
  test('prints one, and --write brings the files up to date', async () => {
    const directory = await repository({})
    const schema = (await runCli(['config', 'schema', 'environment'], { cwd: directory })).json<{ title: string }>()
    expect(schema.title).toBe('environments/<name>.yaml')
    const write = () => runCli(['config', 'schema', '--write', '--json'], { cwd: directory })
    expect((await write()).json()).toMatchObject({
      files: [{ file: '.schemas/platform.schema.json', status: 'written' }, { status: 'written' }],
    })
    expect(JSON.parse(await readFile(path.join(directory, '.schemas/environment.schema.json'), 'utf8'))).toEqual(schema)
    await writeFile(path.join(directory, '.schemas/environment.schema.json'), '{}')
    expect((await write()).json()).toMatchObject({ files: [{ status: 'unchanged' }, { status: 'written' }] })
  })
})
