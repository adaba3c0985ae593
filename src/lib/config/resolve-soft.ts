import type { Preset } from './choices.js'
import type { SoftPart } from './project.js'
import type { FieldPath } from './problem.js'
import type { EnvironmentFile } from './schema.js'
import type { People } from './soft-schema.js'

type Defaults = Pick<SoftPart, 'quota' | 'limits'>

const LIMITS: SoftPart['limits'] = {
  cpu: '500m',
  memory: '512Mi',
  cpuRequest: '100m',
  memoryRequest: '128Mi',
  maxCpu: '2',
  maxMemory: '4Gi',
}

/** What a preset decides for a soft environment that does not say it itself, for each of its namespaces. */
const DEFAULTS: Readonly<Record<Preset, Defaults>> = {
  small: { quota: { cpu: '4', memory: '8Gi', pods: 30, storage: '50Gi', volumes: 10, loadBalancers: 0 }, limits: LIMITS },
  standard: {
    quota: { cpu: '8', memory: '16Gi', pods: 60, storage: '200Gi', volumes: 20, loadBalancers: 1 },
    limits: { ...LIMITS, maxCpu: '4', maxMemory: '8Gi' },
  },
  production: {
    quota: { cpu: '16', memory: '32Gi', pods: 120, storage: '500Gi', volumes: 40, loadBalancers: 2 },
    limits: { ...LIMITS, maxCpu: '8', maxMemory: '16Gi' },
  },
}

/** Decides every value of what a soft environment gets in its host's cluster, and notes where each comes from. */
export function resolveSoft(
  name: string,
  preset: Preset,
  file: EnvironmentFile,
  { origins, originOf }: { origins: Map<string, string>; originOf: (path: FieldPath) => string },
): SoftPart {
  const defaults = DEFAULTS[preset]
  const note = (field: string, written: boolean, otherwise: string): void => {
    origins.set(field, written ? originOf(field.split('.')) : otherwise)
  }
  for (const part of ['quota', 'limits'] as const) {
    const written = file[part] as Record<string, unknown> | undefined
    for (const field of Object.keys(defaults[part])) note(`${part}.${field}`, written?.[field] !== undefined, `preset ${preset}`)
  }
  for (const field of ['namespaces', 'podSecurity', 'networkPolicy', 'administrators', 'viewers'] as const)
    note(field, file[field] !== undefined, 'default')
  return {
    namespaces: file.namespaces ?? [name],
    quota: { ...defaults.quota, ...written(file.quota) },
    limits: { ...defaults.limits, ...written(file.limits) },
    podSecurity: file.podSecurity ?? 'restricted',
    networkPolicy: {
      ingressNamespaces: file.networkPolicy?.ingressNamespaces ?? [],
      egressCidrs: file.networkPolicy?.egressCidrs ?? [],
    },
    administrators: people(file.administrators),
    viewers: people(file.viewers),
    ownKey: file.keys !== undefined,
  }
}

function people(file: People | undefined): Required<{ [Field in keyof People]-?: string[] }> {
  return { principals: file?.principals ?? [], groups: file?.groups ?? [], users: file?.users ?? [] }
}

/** The fields that a file says. */
export function written<T extends object>(part: T | undefined): { [Field in keyof T]?: Exclude<T[Field], undefined> } {
  return Object.fromEntries(Object.entries(part ?? {}).filter(([, value]) => value !== undefined)) as {
    [Field in keyof T]?: Exclude<T[Field], undefined>
  }
}
