import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfiguration } from '../../../src/lib/config/load.js'
import { ENVIRONMENT, PLATFORM, repository } from './repository.js'

const DEV = 'environments/dev.yaml'

async function load(files: Record<string, string>, env: Record<string, string> = {}) {
  const directory = await repository({ [DEV]: ENVIRONMENT, ...files })
  const { project, origins } = await loadConfiguration(directory, { env: { XDG_CONFIG_HOME: path.join(directory, 'home'), ...env } })
  return {
    platform: project.platform,
    dev: project.environments.get('dev'),
    from: origins.environments.get('dev'),
    platformFrom: origins.platform,
  }
}

describe('precedence, lowest first', () => {
  const user = { 'home/platform/config.yaml': 'preset: standard\nkubernetesVersion: "1.34"\n' }
  const file = { [DEV]: `${ENVIRONMENT}preset: production\nregion: eu-north-1\ncluster:\n  kubernetesVersion: "1.36"\n` }

  test('default', async () => {
    const { dev, from } = await load({})
    expect(dev).toMatchObject({ preset: 'small', cluster: { kubernetesVersion: '1.35' } })
    expect([from?.get('preset'), from?.get('cluster.kubernetesVersion'), from?.get('network.zones')]).toEqual([
      'default',
      'default',
      'preset small',
    ])
  })

  test('user configuration', async () => {
    const { dev, from } = await load(user)
    expect(dev).toMatchObject({ preset: 'standard', cluster: { kubernetesVersion: '1.34' }, network: { zones: 3 } })
    expect([from?.get('preset'), from?.get('cluster.kubernetesVersion'), from?.get('network.zones')]).toEqual([
      'user configuration',
      'user configuration',
      'preset standard',
    ])
  })

  test('platform.yaml', async () => {
    const { dev, from } = await load({ 'home/platform/config.yaml': 'region: us-east-1\n' })
    expect(dev?.region).toBe('eu-west-1')
    expect(from?.get('region')).toBe('platform.yaml:5')
  })

  test('environment file', async () => {
    const { dev, from } = await load({ ...user, ...file })
    expect(dev).toMatchObject({ preset: 'production', region: 'eu-north-1', cluster: { kubernetesVersion: '1.36' } })
    expect([from?.get('preset'), from?.get('region'), from?.get('cluster.kubernetesVersion')]).toEqual([`${DEV}:6`, `${DEV}:7`, `${DEV}:9`])
  })

  test('environment variable', async () => {
    const env = { PLATFORM_REGION: 'eu-south-1', PLATFORM_PRESET: 'small', PLATFORM_KUBERNETES_VERSION: '1.35' }
    const { dev, from, platform, platformFrom } = await load({ ...user, ...file }, env)
    expect(dev).toMatchObject({ preset: 'small', region: 'eu-south-1', cluster: { kubernetesVersion: '1.35' } })
    expect(from?.get('region')).toBe('environment variable PLATFORM_REGION')
    expect(from?.get('cluster.kubernetesVersion')).toBe('environment variable PLATFORM_KUBERNETES_VERSION')
    expect(platform.region).toBe('eu-south-1')
    expect(platformFrom.get('region')).toBe('environment variable PLATFORM_REGION')
  })
})

test('every value has an origin', async () => {
  const { dev, from } = await load({ [DEV]: `${ENVIRONMENT}tags:\n  a.b: c\n` })
  const leaves = (value: object, above = ''): string[] =>
    Object.entries(value).flatMap(([key, child]: [string, unknown]) =>
      typeof child === 'object' &&
      child !== null &&
      !Array.isArray(child) &&
      !['account', 'nodeGroups', 'targetGroups', 'countedRules', 'databases', 'addonVersions'].includes(key)
        ? leaves(child, `${above}${key}.`)
        : [`${above}${key}`],
    )
  expect([...(from?.keys() ?? [])].sort()).toEqual(
    leaves(dev ?? {})
      // Databases have an origin for each field of each of them; here are none.
      .filter((field) => !['name', 'databases'].includes(field))
      .sort(),
  )
  expect(from?.get('tags.a.b')).toBe(`${DEV}:7`)
})

test('tags of the environment come on top of those of the platform', async () => {
  const { dev, from } = await load({
    'platform.yaml': `${PLATFORM}tags: {team: core, cost: "1"}\n`,
    [DEV]: `${ENVIRONMENT}tags: {cost: "2"}\n`,
  })
  expect(dev?.tags).toEqual({ team: 'core', cost: '2' })
  expect([from?.get('tags.team'), from?.get('tags.cost')]).toEqual(['platform.yaml:9', `${DEV}:6`])
})

test('the user may name a provider mirror and a binary for their machine, and the file wins', async () => {
  const user = { 'home/platform/config.yaml': 'providerMirror: ~/mirror\nterraformBinary: tofu\n' }
  expect((await load(user)).platform.terraform).toMatchObject({ binary: 'tofu', providerMirror: '~/mirror' })
  const written = await load({ ...user, 'platform.yaml': `${PLATFORM}terraform:\n  binary: terraform\n` })
  expect(written.platform.terraform).toMatchObject({ binary: 'terraform', providerMirror: '~/mirror' })
})

test('a bad variable or user configuration is refused', async () => {
  await expect(load({}, { PLATFORM_REGION: 'Ireland', PLATFORM_PRESET: 'huge' })).rejects.toMatchObject({
    code: 'BadFlag',
    reason: expect.stringMatching(/PLATFORM_REGION=Ireland.*\n.*PLATFORM_PRESET=huge.*allowed: small/) as unknown,
  })
  await expect(load({ 'home/platform/config.yaml': 'regoin: eu-west-1\n' })).rejects.toMatchObject({ code: 'InvalidConfiguration' })
})
