import { readFile } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createEnvironmentFile, type EnvironmentOptions } from '../../../src/lib/config/create-environment.js'
import { ensureEnvironmentFile } from '../../../src/lib/config/ensure-environment.js'
import { supportedKubernetesVersions } from '../../../src/lib/config/kubernetes-versions.js'
import { loadProject } from '../../../src/lib/config/load.js'
import { presets, roles } from '../../../src/lib/config/choices.js'
import type { Prompter } from '../../../src/lib/core/ports.js'
import { ENVIRONMENT, PLATFORM, repository } from './repository.js'

const silent: Prompter = {
  interactive: false,
  confirm: () => Promise.reject(new Error('asked')),
  input: () => Promise.reject(new Error('asked')),
  select: () => Promise.reject(new Error('asked')),
}

describe('createEnvironmentFile', () => {
  test('chooses the next free range, writes what identifies the environment, and keeps the comments', async () => {
    const directory = await repository({ 'environments/dev.yaml': ENVIRONMENT })
    const created = await createEnvironmentFile(await loadProject(directory), 'prod', { preset: 'production', role: 'management' })
    expect(created.environments.get('prod')).toMatchObject({
      role: 'management',
      preset: 'production',
      network: { cidr: '10.1.0.0/16', zones: 3, nat: 'per-zone' },
    })
    const text = await readFile(path.join(directory, 'environments/prod.yaml'), 'utf8')
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.schemas\/environment\.schema\.json\n/)
    expect(text).toContain('\n  # Address range of the VPC')
    expect(text).toContain('kubernetesVersion: "1.35"')
    expect(text.match(/^\S+:/gm)).toEqual([
      'apiVersion:',
      'kind:',
      'role:',
      'isolation:',
      'preset:',
      'account:',
      'region:',
      'network:',
      'cluster:',
    ])
  })

  test('writes a soft environment without what comes from its host', async () => {
    const directory = await repository({ 'environments/dev.yaml': ENVIRONMENT })
    await createEnvironmentFile(await loadProject(directory), 'alpha', { isolation: 'soft', host: 'dev' })
    const text = await readFile(path.join(directory, 'environments/alpha.yaml'), 'utf8')
    expect(text).toContain('host: dev')
    expect(text).not.toMatch(/cidr|account:|region:/)
  })

  test('with dryRun returns the project and writes nothing', async () => {
    const directory = await repository({})
    const planned = await createEnvironmentFile(await loadProject(directory), 'dev', {}, { dryRun: true })
    expect(planned.environments.has('dev')).toBe(true)
    expect((await loadProject(directory)).environments.size).toBe(0)
  })

  const wrong: Array<[what: string, options: EnvironmentOptions, code: string, reason: RegExp]> = [
    [
      'an overlapping range',
      { cidr: '10.0.16.0/20' },
      'NetworkOverlap',
      /^--cidr: 10\.0\.16\.0\/20 overlaps 10\.0\.0\.0\/16 of environments\/zed\.yaml:5$/,
    ],
    ['a range that is none', { cidr: 'ten' }, 'BadFlag', /^--cidr: must be an IPv4/],
    ['an old Kubernetes version', { kubernetesVersion: '1.20' }, 'UnsupportedKubernetesVersion', /^--kubernetes-version: .*allowed: 1\.34/],
    ['an unknown account', { account: 'sandbxo' }, 'BadFlag', /^--account: .*did you mean sandbox\?/],
    ['a region that is none', { region: 'Ireland' }, 'BadFlag', /^--region: must be an AWS region/],
    ['a soft environment without host', { isolation: 'soft' }, 'BadFlag', /^--host: is missing.*allowed: zed/],
    ['a hard environment with host', { host: 'zed' }, 'BadFlag', /^--host: only a soft/],
    ['a soft environment with a range', { isolation: 'soft', host: 'zed', cidr: '10.9.0.0/16' }, 'BadFlag', /network: comes from the host/],
  ]
  test.each(wrong)('refuses %s, names the flag and writes nothing', async (_what, options, code, reason) => {
    const directory = await repository({ 'environments/zed.yaml': ENVIRONMENT })
    await expect(createEnvironmentFile(await loadProject(directory), 'alpha', options)).rejects.toMatchObject({
      code,
      reason: expect.stringMatching(reason) as unknown,
    })
    expect([...(await loadProject(directory)).environments.keys()]).toEqual(['zed'])
  })

  test.each(['-dev', 'DEV', '../dev', 'a', 'x--y', 'con/../x'])('refuses the name %s', async (name) => {
    const directory = await repository({})
    await expect(createEnvironmentFile(await loadProject(directory), name, {})).rejects.toMatchObject({ code: 'InvalidName' })
  })

  test('whatever it accepts loads again to the same values', async () => {
    const accounts = ['null', 'true', 'on', 'e1', 'sandbox']
    const platform = PLATFORM.replace(
      /accounts:[^]*/,
      `accounts: {${accounts.map((name) => `"${name}": {id: "000000000000"}`).join(', ')}}\n`,
    )
    const octet = fc.integer({ min: 0, max: 255 })
    const options: fc.Arbitrary<EnvironmentOptions> = fc.record(
      {
        role: fc.constantFrom(...roles),
        preset: fc.constantFrom(...presets),
        region: fc.constantFrom('eu-west-1', 'us-gov-west-1', 'ap-southeast-2'),
        cidr: fc.tuple(octet, fc.constantFrom(16, 20)).map(([second, bits]) => `10.${second}.0.0/${bits}`),
        kubernetesVersion: fc.constantFrom(...supportedKubernetesVersions),
        account: fc.constantFrom(...accounts),
      },
      { requiredKeys: ['account'] },
    )
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,30}[a-z0-9]$/)
    await fc.assert(
      fc.asyncProperty(name, options, async (environment, chosen) => {
        const directory = await repository({ 'platform.yaml': platform })
        const created = await createEnvironmentFile(await loadProject(directory), environment, chosen)
        const loaded = (await loadProject(directory)).environments.get(environment)
        expect(loaded).toEqual(created.environments.get(environment))
        const { account, cidr, kubernetesVersion, ...rest } = chosen
        expect(loaded).toMatchObject({ name: environment, ...rest, account: { name: account } })
        if (cidr !== undefined) expect(loaded?.network.cidr).toBe(cidr)
        if (kubernetesVersion !== undefined) expect(loaded?.cluster.kubernetesVersion).toBe(kubernetesVersion)
        expect(await readFile(path.join(directory, `environments/${environment}.yaml`), 'utf8')).toContain(
          '# Name from accounts in platform.yaml.',
        )
      }),
      { numRuns: 50 },
    )
  })
})

describe('ensureEnvironmentFile', () => {
  test('without a terminal takes the defaults', async () => {
    const directory = await repository({})
    const { project, created } = await ensureEnvironmentFile({ ask: silent, env: {} }, await loadProject(directory), 'dev', {})
    expect(created).toBe(true)
    expect(project.environments.get('dev')).toMatchObject({
      role: 'workload',
      preset: 'small',
      isolation: 'hard',
      network: { cidr: '10.0.0.0/16' },
    })
  })

  test('without a terminal says which flag is missing', async () => {
    const directory = await repository({ 'platform.yaml': PLATFORM.replace('  sandbox:', '  tools:\n    id: "111111111111"\n  sandbox:') })
    const run = ensureEnvironmentFile({ ask: silent, env: {} }, await loadProject(directory), 'dev', {})
    await expect(run).rejects.toMatchObject({
      code: 'BadFlag',
      reason: expect.stringMatching(/^--account: is missing.*allowed: tools, sandbox/) as unknown,
    })
  })

  test('asks for what the flags do not say, and for nothing with yes', async () => {
    const asked: string[] = []
    const ask: Prompter = {
      ...silent,
      interactive: true,
      input: async ({ flag, default: suggestion }) => (asked.push(flag), suggestion ?? ''),
      select: async ({ flag, default: suggestion, choices }) => (asked.push(flag), suggestion ?? choices[0]!.value),
    }
    const env = { PLATFORM_PRESET: 'standard' }
    const project = await loadProject(await repository({}))
    const { project: after } = await ensureEnvironmentFile({ ask, env }, project, 'dev', { role: 'management' })
    expect(asked).toEqual(['--preset', '--cidr', '--kubernetes-version'])
    expect(after.environments.get('dev')).toMatchObject({ role: 'management', preset: 'standard' })
    await ensureEnvironmentFile({ ask, env }, after, 'prod', {}, { yes: true })
    expect(asked).toHaveLength(3)
  })

  test('an existing file decides: equal flags pass, others are refused with the place to change', async () => {
    const directory = await repository({ 'environments/dev.yaml': ENVIRONMENT })
    const project = await loadProject(directory)
    expect(await ensureEnvironmentFile({ ask: silent, env: {} }, project, 'dev', { role: 'workload' }, { yes: true })).toEqual({
      project,
      created: false,
    })
    await expect(
      ensureEnvironmentFile({ ask: silent, env: {} }, project, 'dev', { role: 'management', preset: 'production' }),
    ).rejects.toMatchObject({
      code: 'BadFlag',
      reason: '--role management: role is workload (environments/dev.yaml:3)\n--preset production: preset is small (default)',
    })
  })
})
