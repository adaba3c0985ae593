/** What can be told of a state without telling what it holds. */
export interface StateSummary {
  exists: boolean
  /** It is there, but it is not a state. */
  unreadable?: true
  serial?: number
  lineage?: string
  /** Number of managed resource instances. */
  resources: number
}

/** The head of a state, as Terraform and OpenTofu write it (their `internal/states/statefile/version4.go`): nothing else comes before. */
const HEAD = /^(\{\s*"version":\s*4,\s*"terraform_version":\s*"[^"\\]*",\s*"serial":\s*)\d+(,\s*"lineage":\s*")[^"\\]*(")/

/** What a state's text holds, counted. */
export function summariseState(text: string): StateSummary {
  const state = parseObject(text)
  if (!state || typeof state['serial'] !== 'number' || typeof state['lineage'] !== 'string') {
    return { exists: true, unreadable: true, resources: 0 }
  }
  const resources = Array.isArray(state['resources']) ? (state['resources'] as unknown[]) : []
  return {
    exists: true,
    serial: state['serial'],
    lineage: state['lineage'],
    resources: resources.reduce<number>((sum, resource) => sum + managedInstances(resource), 0),
  }
}

/**
 * The same state under another serial and lineage. Only the head is touched: reading and writing all of it could round large numbers.
 * @returns undefined when it is not as Terraform writes it.
 */
export function restamp(text: string, stamp: { serial: number; lineage: string }): string | undefined {
  if (!HEAD.test(text) || summariseState(text).unreadable) return undefined
  return text.replace(
    HEAD,
    (_, before: string, between: string, after: string) => `${before}${stamp.serial}${between}${stamp.lineage}${after}`,
  )
}

/** A state without resources, of the same lineage, serial and Terraform. */
export function emptied(text: string): string {
  const { version, terraform_version, serial, lineage } = parseObject(text) ?? {}
  return JSON.stringify({ version, terraform_version, serial, lineage, outputs: {}, resources: [], check_results: null })
}

/** The object that a JSON text holds, or undefined when it holds something else. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function managedInstances(resource: unknown): number {
  if (typeof resource !== 'object' || resource === null || !('mode' in resource) || resource.mode !== 'managed') return 0
  return 'instances' in resource && Array.isArray(resource.instances) ? resource.instances.length : 0
}
