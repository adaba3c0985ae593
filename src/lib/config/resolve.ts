import { defaultKubernetesVersion } from './kubernetes-versions.js'
import { presetValues } from './presets.js'
import { type FieldPath, formatField } from './problem.js'
import type { Environment } from './project.js'
import type { EnvironmentFile, Platform, UserSettings } from './schema.js'
import { SETTING_VARIABLES, type OutsideSettings } from './user-settings.js'
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
      origins.set(field, 'default')
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
  if (input.host) return { environment: onHost(common, input.host, origins, fileOrigin), origins }

  const environment: Environment = {
    ...common,
    account: decideAccount(input, decide, origins),
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
      administrators: decide('cluster.administrators', (v) => v.cluster?.administrators, []),
      logRetentionDays: decide('cluster.logRetentionDays', (v) => v.cluster?.logRetentionDays, base.cluster.logRetentionDays),
      nodeGroups: decide('cluster.nodeGroups', (v) => v.cluster?.nodeGroups, base.cluster.nodeGroups),
    },
  }
  origins.set('cluster.name', 'default')
  if (input.file.cluster?.nodeGroups) refineNodeGroupOrigins(environment, input.source, origins)
  return { environment, origins }
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

function onHost(
  common: Pick<Environment, 'name' | 'role' | 'isolation' | 'preset' | 'architecture' | 'protection' | 'tags'>,
  host: NonNullable<ResolveInput['host']>,
  origins: Map<string, string>,
  fileOrigin: (field: string) => string,
): Environment {
  const { account, region, network, keys, cluster, name } = host.environment
  origins.set('host', fileOrigin('host'))
  for (const field of ['account', 'region', 'network', 'keys', 'cluster']) origins.set(field, `host ${name}`)
  return { ...common, host: name, account, region, network, keys, cluster }
}
