import type { AwsClients } from '../clients.js'

/** Which environment of which platform is looked for. */
export interface EnvironmentScope {
  platform: string
  environment: string
}

/** A resource that Terraform wants to create: `change.after` of `terraform show -json`, where unknown values are absent. */
export interface PlannedResource {
  address: string
  type: string
  values: Record<string, unknown>
}

/**
 * Where something stands in its life. `settling`: being made, changed or deleted, so that nobody can say yet.
 * `gone`: AWS still tells of it, but it does not count any more.
 */
export type Phase = 'ready' | 'settling' | 'failed' | 'gone'

/** Something in the account that may be what Terraform wants to create. */
export interface Candidate {
  importId: string
  phase: Phase
  /** AWS's own word for its state. */
  state?: string
  note?: string
}

export type Tags = Readonly<Record<string, string>>

/** Clients of the services that only what environments share is made of. */
export type SharedClients = Pick<AwsClients, 'accessAnalyzer' | 'acm' | 'athena' | 'cloudTrail' | 'ecr' | 'glue' | 'route53'>

/** Clients of the services that the edge, the databases and the observability of an environment are made of. */
export type ServiceClients = Pick<
  AwsClients,
  'budgets' | 'cloudWatch' | 'dynamoDb' | 'elastiCache' | 'events' | 'loadBalancers' | 'rds' | 'sns' | 'tagging' | 'waf'
>

export type RecoveryClients = Pick<AwsClients, 'ec2' | 'eks' | 'iam' | 'kms' | 'logs' | 's3' | 'connection'> &
  SharedClients &
  ServiceClients

/** What finders need: clients, whose environment it is, and listings that are made once. */
export interface Finding {
  clients: RecoveryClients
  scope: EnvironmentScope
  cached<T>(key: string, load: () => Promise<T>): Promise<T>
}

/** A finding whose listings are made once, until `forget` is called. */
export function createFinding(clients: RecoveryClients, scope: EnvironmentScope): Finding & { forget(): void } {
  const listings = new Map<string, Promise<unknown>>()
  return {
    clients,
    scope,
    forget: () => listings.clear(),
    cached: <T>(key: string, load: () => Promise<T>): Promise<T> => {
      const known = listings.get(key) as Promise<T> | undefined
      if (known) return known
      const listing = load()
      listings.set(key, listing)
      return listing
    },
  }
}

/** Looks for one resource type. No candidate: it does not exist, or cannot be told before other resources are known. */
export type Finder = (finding: Finding, values: Record<string, unknown>) => Promise<Candidate[]>

/** A known, non-empty string of the planned values. */
export function text(values: Record<string, unknown>, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The id that is unique in the environment, from the tags of the planned resource. */
export function resourceTag(values: Record<string, unknown>): string | undefined {
  for (const name of ['tags_all', 'tags']) {
    const tags = values[name]
    if (typeof tags !== 'object' || tags === null) continue
    const id = (tags as Record<string, unknown>)['platform:resource']
    if (typeof id === 'string' && id !== '') return id
  }
  return undefined
}

/** Tags as AWS lists them (`Key`/`Value`, or `TagKey`/`TagValue` in KMS) as a map. */
export function tagMap(
  tags:
    | ReadonlyArray<{ Key?: string | undefined; Value?: string | undefined; TagKey?: string | undefined; TagValue?: string | undefined }>
    | undefined,
): Tags {
  return Object.fromEntries((tags ?? []).map(({ Key, Value, TagKey, TagValue }) => [Key ?? TagKey ?? '', Value ?? TagValue ?? '']))
}

/** Whether the tags say that something belongs to the environment. `untagged` when they say nothing. */
export function ownerOf(tags: Tags | undefined, scope: EnvironmentScope): 'ours' | 'other' | 'untagged' {
  const platform = tags?.['platform:name']
  const environment = tags?.['platform:environment']
  if (platform === undefined && environment === undefined) return 'untagged'
  return platform === scope.platform && environment === scope.environment ? 'ours' : 'other'
}

const SETTLING = new Set(['pending', 'provisioning', 'creating', 'updating', 'deleting', 'shutting-down'])
const GONE = new Set(['deleted', 'terminated', 'pendingdeletion', 'pendingreplicadeletion'])
const FAILED = new Set(['failed', 'create_failed', 'create-failed', 'rejected', 'expired', 'failed-insufficient-capacity'])

/** What AWS's word for a state means for us. Words that are not known count as ready. */
export function phaseOf(state: string | undefined): Phase {
  const word = (state ?? '').toLowerCase()
  if (SETTLING.has(word)) return 'settling'
  if (GONE.has(word)) return 'gone'
  return FAILED.has(word) ? 'failed' : 'ready'
}

export function candidate(importId: string, state?: string, note?: string): Candidate {
  return { importId, phase: phaseOf(state), ...(state !== undefined && { state }), ...(note !== undefined && { note }) }
}

/** All items of all pages. */
export async function collect<Page, Item>(pages: AsyncIterable<Page>, pick: (page: Page) => readonly Item[] | undefined): Promise<Item[]> {
  const items: Item[] = []
  for await (const page of pages) items.push(...(pick(page) ?? []))
  return items
}
