import { addonCatalogue } from './addons/catalogue.js'
import { resolveAddons } from './addons/resolve.js'
import { defaultKubernetesVersion } from './kubernetes-versions.js'
import { presetValues, type PresetValues } from './presets.js'
import { type FieldPath, formatField } from './problem.js'
import type { Environment } from './project.js'
import { aroundExisting } from './resolve-existing.js'
import { resolveDatabases } from './resolve-databases.js'
import { HOST_FIELDS } from './project-rules.js'
import { resolveSoft, written } from './resolve-soft.js'
import type { EnvironmentFile, Platform, UserSettings } from './schema.js'
import { SETTING_VARIABLES } from './setting-places.js'
import type { OutsideSettings } from './user-settings.js'
import type { YamlSource } from './yaml-source.js'

/** For each field path, which place decided it: `environments/dev.yaml:12`, `preset small`, `default` … */
export type Origins = ReadonlyMap<string, string>

export interface ResolveInput {
  name: string
  file: EnvironmentFile
  source: YamlSource
  platform: Platform
  platformSource: YamlSource
  outside: OutsideSettings
  /** Only for a soft environment. */
  host?: { environment: Environment; origins: Origins }
  /** The management environment, when there is only one. */
  management?: string
}

/** The fields that a layer may decide. */
type Values = Omit<EnvironmentFile, 'apiVersion' | 'kind' | 'role' | 'tags'>

interface Layer {
  values: Partial<Values>
  origin: (field: string) => string
}

/**
 * Decides every value of an environment. Precedence: `PLATFORM_*` variable, environment file, `platform.yaml`,
 * user configuration, preset, default. The input has been validated.
 */
export function resolveEnvironment(input: ResolveInput): { environment: Environment; origins: Origins } {
  const origins = new Map<string, string>()
  const outerLayers = layersAbovePreset(input)
  const decideFrom =
    (layers: readonly Layer[]) =>
    <T>(field: string, get: (values: Layer['values']) => T | undefined, fallback: T): T => {
      for (const { values, origin } of layers) {
        const value = get(values)
        if (value === undefined) continue
        origins.set(field, origin(field))
        return value
      }
      if (fallback !== undefined) origins.set(field, 'default')
      return fallback
    }

  const fileOrigin = originIn(input.source)
  origins.set('role', fileOrigin('role'))
  const decideOuter = decideFrom(outerLayers)
  const isolation = decideOuter('isolation', (v) => v.isolation, 'hard')
  const preset = decideOuter('preset', (v) => v.preset, 'small')
  const base = presetValues[preset]
  const decide = decideFrom([...outerLayers, { values: base, origin: () => `preset ${preset}` }])

  const common = {
    name: input.name,
    role: input.file.role,
    isolation,
    preset,
    architecture: input.platform.architecture,
    protection: decide('protection', (v) => v.protection, false),
    tags: mergeTags(input, origins),
  }
  origins.set('architecture', originIn(input.platformSource)('architecture'))
  if (input.host) return { environment: onHost(common, input.host, input, origins), origins }

  const account = decideAccount(input, decide, origins)
  const environment: Environment = {
    ...common,
    account,
    region: decide('region', (v) => v.region, input.platform.region),
    network: {
      cidr: decide('network.cidr', (v) => v.network?.cidr, ''),
      zones: decide('network.zones', (v) => v.network?.zones, base.network.zones),
      nat: decide('network.nat', (v) => v.network?.nat, base.network.nat),
      interfaceEndpoints: decide('network.interfaceEndpoints', (v) => v.network?.interfaceEndpoints, []),
      flowLogRetentionDays: decide(
        'network.flowLogRetentionDays',
        (v) => v.network?.flowLogRetentionDays,
        base.network.flowLogRetentionDays,
      ),
    },
    keys: {
      rotationDays: decide('keys.rotationDays', (v) => v.keys?.rotationDays, base.keys.rotationDays),
      deletionWindowDays: decide('keys.deletionWindowDays', (v) => v.keys?.deletionWindowDays, base.keys.deletionWindowDays),
      administrators: decide('keys.administrators', (v) => v.keys?.administrators, []),
      users: decide('keys.users', (v) => v.keys?.users, []),
      sharedAccounts: decide('keys.sharedAccounts', (v) => v.keys?.sharedAccounts, []),
    },
    cluster: {
      name: `${input.platform.name}-${input.name}`,
      kubernetesVersion: decide('cluster.kubernetesVersion', (v) => v.cluster?.kubernetesVersion, defaultKubernetesVersion),
      authenticationMode: decide('cluster.authenticationMode', (v) => v.cluster?.authenticationMode, 'API'),
      publicAccessCidrs: decide('cluster.publicAccessCidrs', (v) => v.cluster?.publicAccessCidrs, []),
      administrators: decide(
        'cluster.administrators',
        (v) => v.cluster?.administrators,
        account.roleArn === undefined ? [] : [account.roleArn],
      ),
      logRetentionDays: decide('cluster.logRetentionDays', (v) => v.cluster?.logRetentionDays, base.cluster.logRetentionDays),
      addonVersions: decide('cluster.addonVersions', (v) => v.cluster?.addonVersions, {}),
      nodeGroups: decide('cluster.nodeGroups', (v) => v.cluster?.nodeGroups, base.cluster.nodeGroups),
    },
    ...decideParts(input, decide, base),
    addons: resolveAddons(input.file, { catalogue: addonCatalogue(), source: input.source, origins }),
    databases: resolveDatabases(input.file.databases ?? {}, { preset, source: input.source, origins }),
  }
  origins.set('cluster.name', 'default')
  if (input.file.existing) return { environment: aroundExisting(environment, input.file.existing, fileOrigin, origins), origins }
  if (input.file.cluster?.nodeGroups) refineNodeGroupOrigins(environment, input.source, origins)
  return { environment, origins }
}

/** Requests go to one group until a second cluster takes over. */
const TARGET_GROUPS: Environment['edge']['targetGroups'] = {
  blue: { port: 8080, protocol: 'HTTP', weight: 100, healthPath: '/healthz' },
  green: { port: 8080, protocol: 'HTTP', weight: 0, healthPath: '/healthz' },
}

/** The parts that can be switched on and off. */
function decideParts(
  { file, management }: ResolveInput,
  decide: Decide,
  base: PresetValues,
): Pick<Environment, 'edge' | 'waf' | 'connectivity' | 'observability'> {
  const cidr = file.network?.cidr
  const scheme = decide('edge.scheme', (v) => v.edge?.scheme, file.role === 'management' ? 'internal' : 'internet-facing')
  const peer = decide('connectivity.management', (v) => v.connectivity?.management, management)
  const budget = decide<number | undefined>('observability.monthlyBudgetUsd', (v) => v.observability?.monthlyBudgetUsd, undefined)
  const enabled = decide('edge.enabled', (v) => v.edge?.enabled, base.edge.enabled)
  return {
    edge: {
      enabled,
      scheme,
      allowedCidrs: decide('edge.allowedCidrs', (v) => v.edge?.allowedCidrs, scheme === 'internal' && cidr ? [cidr] : ['0.0.0.0/0']),
      certificateArns: decide('edge.certificateArns', (v) => v.edge?.certificateArns, []),
      plainHttp: decide('edge.plainHttp', (v) => v.edge?.plainHttp, false),
      targetGroups: decide('edge.targetGroups', (v) => v.edge?.targetGroups, TARGET_GROUPS),
      accessLogRetentionDays: decide(
        'edge.accessLogRetentionDays',
        (v) => v.edge?.accessLogRetentionDays,
        base.edge.accessLogRetentionDays,
      ),
    },
    waf: {
      // Without a load balancer there is nothing to look at; a file that says otherwise was refused.
      enabled: decide('waf.enabled', (v) => v.waf?.enabled, base.waf.enabled) && enabled,
      mode: decide('waf.mode', (v) => v.waf?.mode, base.waf.mode),
      rateLimit: decide('waf.rateLimit', (v) => v.waf?.rateLimit, base.waf.rateLimit),
      allowCidrs: decide('waf.allowCidrs', (v) => v.waf?.allowCidrs, []),
      blockCidrs: decide('waf.blockCidrs', (v) => v.waf?.blockCidrs, []),
      countedRules: decide('waf.countedRules', (v) => v.waf?.countedRules, {}),
      logRetentionDays: decide('waf.logRetentionDays', (v) => v.waf?.logRetentionDays, base.waf.logRetentionDays),
    },
    connectivity: {
      enabled: decide('connectivity.enabled', (v) => v.connectivity?.enabled, false),
      ...(peer !== undefined && file.role === 'workload' && { management: peer }),
    },
    observability: {
      alarms: decide('observability.alarms', (v) => v.observability?.alarms, base.observability.alarms),
      emails: decide('observability.emails', (v) => v.observability?.emails, []),
      exporter: decide('observability.exporter', (v) => v.observability?.exporter, base.observability.exporter),
      ...(budget !== undefined && { monthlyBudgetUsd: budget }),
    },
  }
}

type Decide = <T>(field: string, get: (values: Layer['values']) => T | undefined, fallback: T) => T

function layersAbovePreset({ file, source, platform, platformSource, outside }: ResolveInput): Layer[] {
  return [
    {
      values: toValues(outside.variables),
      origin: (field) => `environment variable ${SETTING_VARIABLES[SETTING_OF_FIELD[field] ?? 'region']}`,
    },
    { values: file, origin: originIn(source) },
    // The region may itself come from the variable: that case has already won above.
    { values: { region: platform.region }, origin: originIn(platformSource) },
    { values: toValues(outside.user), origin: () => 'user configuration' },
  ]
}

const SETTING_OF_FIELD: Partial<Record<string, keyof UserSettings>> = {
  region: 'region',
  preset: 'preset',
  account: 'account',
  'cluster.kubernetesVersion': 'kubernetesVersion',
}

function toValues({ region, preset, account, kubernetesVersion }: UserSettings): Layer['values'] {
  return { region, preset, account, ...(kubernetesVersion !== undefined && { cluster: { kubernetesVersion } }) }
}

/** `file:line` of a field, or `default` when the file does not have it. */
export function originOf(source: YamlSource, path: FieldPath): string {
  return source.has(path) ? `${source.file}:${source.keyPosition(path).line}` : 'default'
}

/** As `originOf`, for fields whose names have no dots. */
function originIn(source: YamlSource): (field: string) => string {
  return (field) => originOf(source, field.split('.'))
}

function decideAccount({ platform, outside }: ResolveInput, decide: Decide, origins: Map<string, string>): Environment['account'] {
  const names = Object.keys(platform.accounts)
  const only = names.length === 1 ? names[0] : undefined
  const usable = (name: string | undefined): string | undefined => (name !== undefined && platform.accounts[name] ? name : undefined)
  const name = decide('account', (v) => (v.account === outside.user.account ? usable(v.account) : v.account), only ?? '')
  if (origins.get('account') === 'default') origins.set('account', 'the only account of platform.yaml')
  const account = platform.accounts[name]
  return { name, id: account?.id ?? '', ...(account?.role !== undefined && { roleArn: account.role }) }
}

function mergeTags({ file, platform, source, platformSource }: ResolveInput, origins: Map<string, string>): Record<string, string> {
  for (const [from, tags] of [
    [platformSource, platform.tags],
    [source, file.tags ?? {}],
  ] as const) {
    for (const key of Object.keys(tags)) origins.set(`tags.${key}`, originOf(from, ['tags', key]))
  }
  return { ...platform.tags, ...file.tags }
}

function refineNodeGroupOrigins(environment: Environment, source: YamlSource, origins: Map<string, string>): void {
  for (const [name, group] of Object.entries(environment.cluster.nodeGroups)) {
    for (const field of Object.keys(group)) {
      const path = ['cluster', 'nodeGroups', name, field]
      origins.set(formatField(path), originOf(source, path))
    }
  }
}

/** A soft environment: its own part, its own databases and key, and the rest of its host. */
function onHost(
  common: Pick<Environment, 'name' | 'role' | 'isolation' | 'preset' | 'architecture' | 'protection' | 'tags'>,
  host: NonNullable<ResolveInput['host']>,
  { name, file, source }: ResolveInput,
  origins: Map<string, string>,
): Environment {
  const { account, region, network, keys, cluster, edge, waf, connectivity, observability, addons, name: hostName } = host.environment
  origins.set('host', originOf(source, ['host']))
  for (const field of HOST_FIELDS) origins.set(field, `host ${hostName}`)
  origins.set('keys', file.keys === undefined ? `host ${hostName}` : originOf(source, ['keys']))
  const own = file.keys && { administrators: [], users: [], sharedAccounts: [] }
  return {
    ...common,
    host: hostName,
    ...{ account, region, network, cluster, edge, waf, connectivity, observability, addons },
    keys: { ...keys, ...own, ...written(file.keys ?? {}) },
    databases: resolveDatabases(file.databases ?? {}, { preset: common.preset, source, origins }),
    soft: resolveSoft(name, common.preset, file, { origins, originOf: (path) => originOf(source, path) }),
  }
}
