import { readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { publishedSchemas, schemaNames } from '../../../src/lib/config/json-schema.js'
import { readSkeleton } from '../../../src/lib/config/shipped-template.js'
import { ENVIRONMENT, PLATFORM } from './repository.js'

const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false })
const validators = { platform: ajv.compile(publishedSchemas().platform), environment: ajv.compile(publishedSchemas().environment) }

test.each(schemaNames)('schemas/%s.schema.json is up to date (npm run docs writes it)', async (name) => {
  const file = new URL(`../../../schemas/${name}.schema.json`, import.meta.url)
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(publishedSchemas()[name])
})

describe('the schema of environments', () => {
  const valid = (text: string): boolean => validators.environment(parse(text))

  test.each(['environment.hard.yaml', 'environment.soft.yaml'] as const)('accepts %s', async (name) => {
    expect(valid(await readSkeleton(name))).toBe(true)
  })

  test('accepts every field', () => {
    expect(
      valid(`${ENVIRONMENT}  zones: 3
  nat: per-zone
  interfaceEndpoints: [ecr.api]
  flowLogRetentionDays: 30
isolation: hard
preset: production
account: main
region: eu-west-1
protection: true
keys: { rotationDays: 365, deletionWindowDays: 30, administrators: ["arn:aws:iam::111111111111:role/a"], users: [], sharedAccounts: ["222222222222"] }
cluster:
  kubernetesVersion: "1.35"
  authenticationMode: API
  publicAccessCidrs: [203.0.113.0/24]
  administrators: ["arn:aws:iam::111111111111:user/team/b"]
  logRetentionDays: 90
  nodeGroups:
    default: { instanceTypes: [m7i.large], capacity: spot, min: 1, max: 3, desired: 2, diskGiB: 50, labels: { example.org/a: b } }
tags: { team: core, Größe: klein }
`),
    ).toBe(true)
  })

  test.each([
    ['an unknown field', `${ENVIRONMENT}preste: small\n`],
    ['an unknown role', ENVIRONMENT.replace('workload', 'boss')],
    ['no range', ENVIRONMENT.replace(/network:\n.*\n/, '')],
    ['a range out of bounds', ENVIRONMENT.replace('/16', '/24')],
    ['a version without quotes', `${ENVIRONMENT}cluster:\n  kubernetesVersion: 1.35\n`],
    ['a soft one without host', 'apiVersion: platform/v1alpha1\nkind: Environment\nrole: workload\nisolation: soft\n'],
    ['a soft one with a network', `${ENVIRONMENT}isolation: soft\nhost: dev\n`],
    ['a hard one with host', `${ENVIRONMENT}host: dev\n`],
    ['a reserved tag', `${ENVIRONMENT}tags: { "platform:name": x }\n`],
    [
      'a node group called Big',
      `${ENVIRONMENT}cluster: { nodeGroups: { Big: { instanceTypes: [m7i.large], min: 1, max: 1, desired: 1 } } }\n`,
    ],
  ])('refuses %s', (_what, text) => {
    expect(valid(text)).toBe(false)
  })
})

describe('the schema of platform.yaml', () => {
  const valid = (text: string): boolean => validators.platform(parse(text))

  test('accepts a small one and one with everything', () => {
    expect(valid(PLATFORM)).toBe(true)
    expect(
      valid(`${PLATFORM}    role: arn:aws:iam::000000000000:role/platform
architecture: eks
git: { url: https://git.example.org/acme.git, branch: main }
terraform: { binary: tofu, version: ">=1.11.0", providerMirror: ./mirror }
tags: { team: core }
`),
    ).toBe(true)
  })

  test.each([
    ['a number as account id', PLATFORM.replace('"000000000000"', '111111111111')],
    ['a bad name', PLATFORM.replace('acme', 'ac--me')],
    ['another target', PLATFORM.replace('target: sandbox', 'target: moon')],
    ['no region', PLATFORM.replace('region: eu-west-1\n', '')],
    ['an unknown field', `${PLATFORM}regoin: eu-west-1\n`],
  ])('refuses %s', (_what, text) => {
    expect(valid(text)).toBe(false)
  })
})
