import type { AwsClients } from '../clients.js'
import type { EnvironmentScope, ServiceClients, SharedClients } from '../existing/finding.js'
import { partitionOf } from '../partition.js'

/** What is looked for. */
export interface LeftoverScope extends EnvironmentScope {
  clusterName: string
  /** Platform did not make the cluster, nor what is around it: it stays as it is, or is deleted alone. */
  foreign?: 'kept' | 'deleted'
  /** The environment's VPC, when it is known: it is looked at even when its tags are lost. */
  vpcId?: string
  /** Keys that were kept on purpose, such as those of `keysStillNeeded`. */
  keptKeys?: ReadonlyArray<{ arn: string; reason: string }>
}

export type LeftoverClients = Pick<
  AwsClients,
  'ec2' | 'eks' | 'iam' | 'kms' | 'logs' | 's3' | 'tagging' | 'classicLoadBalancers' | 'connection'
> &
  ServiceClients &
  SharedClients

/** Something of the environment that is still there. */
export interface Found {
  arn: string
  /** `service:kind`, such as `ec2:subnet`. */
  type: string
  reason: string
  /** Kept on purpose, until a date (ISO 8601) or, with null, until somebody removes it. */
  retainedUntil?: string | null
  /** AWS is deleting it at this moment. */
  leaving?: true
}

/** Something that can only be read with a key. */
export interface KeyUser {
  /** The key's ARN or id; empty when it is not encrypted. */
  keyId: string
  name: string
}

/** In place of the name of a cluster where none is looked for: EKS allows no dot in a name. */
export function noCluster({ platform, environment }: EnvironmentScope): string {
  return `${platform}.${environment}`
}

/** Builds ARNs of the connection's account and region. */
export function arnOf({ connection }: Pick<AwsClients, 'connection'>, service: string, resource: string): string {
  return `arn:${partitionOf(connection.region)}:${service}:${connection.region}:${connection.accountId}:${resource}`
}

/** Log groups of an environment start with one of these; services make some of them by themselves. */
export function logGroupPrefixes({ platform, environment, clusterName }: LeftoverScope): string[] {
  return [`/platform/${platform}/${environment}/`, `/aws/eks/${clusterName}/`, `/aws/containerinsights/${clusterName}/`]
}

/** What asking the service itself says of an ARN that the tagging API names. */
export type Verdict = 'exists' | 'gone' | { retained: string; until?: string | null } | 'unconfirmed'

export interface Arn {
  service: string
  /** Everything after the account. */
  resource: string
  /** The first part of `resource`, such as `cluster` of `cluster/name`. */
  kind: string
  /** The rest of it. */
  id: string
}
