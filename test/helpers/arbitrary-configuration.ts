import fc from 'fast-check'
import { stringify } from 'yaml'
import { publishedSchemas } from '../../src/lib/config/json-schema.js'
import { resolveConfiguration, type Configuration } from '../../src/lib/config/load.js'
import { UserError } from '../../src/lib/core/errors.js'
import { PLATFORM_FILE, environmentFilePath } from '../../src/lib/config/repository-files.js'

/** The same in CI every time; `FAST_CHECK_SEED` repeats what a run printed. It stands in the name of each test. */
export const SEED = Number(process.env['FAST_CHECK_SEED'] ?? (process.env['CI'] ? 20_261_124 : Date.now() % 2 ** 31))

export interface Texts {
  platform: string
  environment: string
}

export const ENVIRONMENT_NAME = 'dev'

/** What `dev` can be connected to: the same each time, beside all networks that are drawn. */
export const MANAGEMENT = {
  name: 'hub',
  cidr: '10.100.0.0/20',
  text: stringify({
    apiVersion: 'platform/v1alpha1',
    kind: 'Environment',
    role: 'management',
    region: 'eu-west-1',
    network: { cidr: '10.100.0.0/20' },
  }),
}

/** What platform makes of the texts. @throws `InvalidConfiguration` when it does not accept them. */
export function configurationOf({ platform, environment }: Texts): Configuration {
  const texts = new Map([
    [PLATFORM_FILE, platform],
    [environmentFilePath(ENVIRONMENT_NAME), environment],
    [environmentFilePath(MANAGEMENT.name), MANAGEMENT.text],
  ])
  return resolveConfiguration({ directory: '/repository', texts, problems: [] }, { variables: {}, user: {} })
}

/**
 * Files drawn from the published schemas, so that a field that is new in them is tried from the start. What the rules between
 * fields refuse is left out again, so nearly all of them are accepted.
 */
export function arbitraryTexts(): fc.Arbitrary<Texts> {
  const schemas = publishedSchemas() as Record<string, Schema>
  const drawn = fc.record({
    platform: ofSchema(schemas['platform'] ?? {}, 'platform'),
    environment: ofSchema(schemas['environment'] ?? {}, 'environment'),
  })
  return drawn.map(withoutRefused)
}

/** Rules may depend on each other, so one look is not enough. */
const LOOKS = 6

function withoutRefused(drawn: { platform: unknown; environment: unknown }): Texts {
  // What was drawn is drawn again while fast-check looks for the smallest example.
  const files = structuredClone(drawn)
  let texts = textsOf(files)
  for (let look = 0; look < LOOKS; look += 1) {
    const refused = problemsOf(texts)
    if (refused.length === 0) break
    for (const { file, field } of refused) {
      // A problem of the fixed file comes from the platform: there is nothing to leave out in it.
      if (file !== environmentFilePath(MANAGEMENT.name))
        leaveOut(file === PLATFORM_FILE ? files.platform : files.environment, field.split(/[.[\]]+/))
    }
    texts = textsOf(files)
  }
  return texts
}

function textsOf({ platform, environment }: { platform: unknown; environment: unknown }): Texts {
  const options = { aliasDuplicateObjects: false }
  return { platform: stringify(platform, options), environment: stringify(environment, options) }
}

function problemsOf(texts: Texts): Array<{ file: string; field: string }> {
  try {
    configurationOf(texts)
    return []
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return error.details['problems'] as Array<{ file: string; field: string }>
  }
}

/** Removes the field, or the nearest group above it that is found. */
function leaveOut(value: unknown, [name = '', ...below]: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return
  const child = (value as Record<string, unknown>)[name]
  const isGroup = typeof child === 'object' && child !== null && !Array.isArray(child)
  const next = below[0]
  if (isGroup && next !== undefined && Object.hasOwn(child, next)) leaveOut(child, below)
  else Reflect.deleteProperty(value, name)
}

interface Schema {
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  allOf?: Schema[]
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  propertyNames?: Schema
  additionalProperties?: Schema | boolean
}

const octet = fc.integer({ min: 0, max: 255 })
/** Letters of several alphabets, a space, and all the signs that tags may have. */
const tagText = (minLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019 éßж中_.:/=+@-')), minLength, maxLength: 40 })
const cidr = fc
  .tuple(octet, octet, octet, octet, fc.integer({ min: 0, max: 32 }))
  .map(([a, b, c, d, bits]) => `${withoutHostBits([a, b, c, d], bits).join('.')}/${bits}`)

const size = fc.integer({ min: 0, max: 450 })
const nodeGroup = fc
  .record(
    {
      instanceTypes: fc.constantFrom(['t3.large'], ['m7i.large', 'm6a.xlarge'], ['m7g.medium', 't4g.large']),
      capacity: fc.constantFrom('on-demand', 'spot'),
      sizes: fc.tuple(size, size, size),
      diskGiB: fc.integer({ min: 20, max: 16_384 }),
      labels: fc.dictionary(ofPattern('^[A-Za-z0-9][A-Za-z0-9_.-]{0,20}[A-Za-z0-9]$'), ofPattern('^[A-Za-z0-9]{0,10}$'), { maxKeys: 3 }),
    },
    { requiredKeys: ['instanceTypes', 'sizes'] },
  )
  .map(({ sizes, ...group }) => {
    const [min = 0, desired = 0, max = 0] = [...sizes].sort((a, b) => a - b)
    return { ...group, min, desired, max: Math.max(1, max) }
  })

const targetGroup = fc.record(
  {
    port: fc.integer({ min: 1, max: 65_535 }),
    protocol: fc.constantFrom('HTTP', 'HTTPS'),
    weight: fc.integer({ min: 1, max: 999 }),
    healthPath: fc.constantFrom('/', '/healthz'),
  },
  { requiredKeys: ['port'] },
)

const zone = fc
  .record({ certificate: fc.boolean(), waitForCertificate: fc.boolean() }, { requiredKeys: [] })
  .map((drawn) => (drawn.certificate === false ? { certificate: false } : drawn))
/** Domains, and sometimes one below the first of them. */
const zones = fc
  .tuple(fc.dictionary(ofPattern('^[a-z][a-z0-9]{0,8}[.](?:example|test)$'), zone, { maxKeys: 2 }), fc.boolean())
  .map(([drawn, child]) => {
    const [parent] = Object.keys(drawn)
    return parent !== undefined && child ? { ...drawn, [`below.${parent}`]: { parent } } : drawn
  })

/** Where a schema says less than what is meant, and what no schema says. `null`: never written. */
const MEANT: Record<string, (() => fc.Arbitrary<unknown>) | null> = {
  'platform.target': () => fc.constant('sandbox'),
  'platform.architecture': () => fc.constant('eks'),
  'platform.region': () => fc.constantFrom('eu-west-1', 'us-east-1', 'ap-southeast-2', 'us-gov-west-1'),
  'platform.name': () =>
    fc.stringMatching(/^[a-z][a-z0-9]{0,10}(?:-[a-z0-9]{1,8}){0,2}[a-z0-9]$/).filter((name) => !/^aws(?:-|$)/.test(name)),
  'platform.accounts': () => fc.constant({ sandbox: { id: '000000000000' } }),
  'platform.terraform': null,
  'platform.shared.account': null,
  'environment.isolation': () => fc.constant('hard'),
  'environment.host': null,
  'environment.existing': null,
  'environment.account': () => fc.constant('sandbox'),
  'environment.connectivity.management': () => fc.constant(MANAGEMENT.name),
  'environment.connectivity.enabled': () => fc.constant(true),
  'environment.edge.enabled': () => fc.constant(true),
  'environment.edge.allowedCidrs[]': () => cidr,
  'environment.edge.targetGroups': () => fc.dictionary(ofPattern('^[a-z][a-z0-9]{1,6}$'), targetGroup, { minKeys: 1, maxKeys: 3 }),
  'environment.waf.allowCidrs[]': () => cidr,
  'environment.waf.blockCidrs[]': () => cidr,
  'environment.waf.countedRules': () => fc.constantFrom({}, { AWSManagedRulesSQLiRuleSet: ['SQLi_BODY'] }),
  'environment.observability.monthlyBudgetUsd': () => fc.integer({ min: 1, max: 100_000 }),
  'platform.shared.budgets.*.environment': () => fc.constant(ENVIRONMENT_NAME),
  'platform.shared.dns.zones': () => zones,
  'platform.shared.registry.pullAccounts[]': () => fc.constant('sandbox'),
  'environment.region': () => fc.constantFrom('eu-central-1', 'us-west-2'),
  'environment.network.cidr': () =>
    fc
      .tuple(fc.constantFrom([10, 7], [172, 16], [192, 168], [100, 64]), fc.integer({ min: 16, max: 20 }))
      .map(([[a, b], bits]) => `${a}.${b}.0.0/${bits}`),
  'environment.network.interfaceEndpoints[]': () => fc.constantFrom('ecr.api', 'ecr.dkr', 'sts', 'logs', 'ec2', 'kms'),
  'environment.cluster.publicAccessCidrs[]': () => cidr,
  'environment.cluster.nodeGroups': () => fc.dictionary(ofPattern('^[a-z][a-z0-9]{0,12}[a-z0-9]$'), nodeGroup, { minKeys: 1, maxKeys: 3 }),
}

function ofSchema(schema: Schema, place: string): fc.Arbitrary<unknown> {
  const meant = MEANT[place]
  if (meant) return meant()
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => ofSchema(each, place)))
  switch (schema.type) {
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1000, 100_000) })
    case 'array':
      return fc.array(ofSchema(schema.items ?? {}, `${place}[]`), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      })
    case 'object':
      return ofObject(schema, place)
    default:
      return ofText(schema)
  }
}

function ofObject(schema: Schema, place: string): fc.Arbitrary<unknown> {
  if (typeof schema.additionalProperties === 'object') {
    const names = schema.propertyNames ? ofText(schema.propertyNames) : ofPattern('^[a-z]{2,10}$')
    return fc.dictionary(names, ofSchema(schema.additionalProperties, `${place}.*`), { maxKeys: 5 })
  }
  const fields = Object.entries(schema.properties ?? {}).filter(([name]) => MEANT[`${place}.${name}`] !== null)
  // The network is needed: without it no hard environment is accepted.
  const required = [...(schema.required ?? []), ...fields.map(([name]) => name).filter((name) => name === 'cidr' || name === 'network')]
  return fc.record(Object.fromEntries(fields.map(([name, field]) => [name, ofSchema(field, `${place}.${name}`)])), {
    requiredKeys: required,
  })
}

function ofText({ pattern, allOf, minLength = 0, maxLength = 60 }: Schema): fc.Arbitrary<string> {
  const patterns = [pattern, ...(allOf ?? []).map((each) => each.pattern)].filter((each) => each !== undefined)
  const [first] = patterns
  if (first === undefined) return fc.string({ unit: 'grapheme', minLength: Math.max(1, minLength), maxLength })
  const source = first.includes('\\p{') ? tagText(first.includes('{1,') ? 1 : 0) : ofPattern(first)
  return source.filter((text) => patterns.every((each) => new RegExp(each, 'u').test(text)) && text.length <= maxLength)
}

/** Drawn from a regular expression. What must not follow is left to the caller to filter. */
function ofPattern(pattern: string): fc.Arbitrary<string> {
  const short = pattern.replaceAll(/\(\?!(?:[^()]|\([^()]*\))*\)/g, '').replaceAll(/\{(\d),(?:251|512|128)\}/g, '{$1,20}')
  return fc.stringMatching(new RegExp(short))
}

function withoutHostBits(address: readonly [number, number, number, number], bits: number): number[] {
  return address.map((part, index) => part & (0xff << Math.min(8, Math.max(0, 8 - (bits - 8 * index)))) & 0xff)
}
