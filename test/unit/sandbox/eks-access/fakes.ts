import type { AccessEntry, AwsAuth, ClusterIdentity, EksAccessPorts, ResolvedCaller } from '../../../../src/lib/sandbox/eks-access/ports.js'
import type { SubjectAccessReview, TokenReview } from '../../../../src/lib/sandbox/eks-access/reviews.js'

export const NOW = new Date('2026-03-04T05:06:07Z')

export const cluster: ClusterIdentity = {
  name: 'acme-dev',
  accountId: '111122223333',
  region: 'eu-west-1',
  authenticationMode: 'API_AND_CONFIG_MAP',
}

export const developer: ResolvedCaller = {
  arn: 'arn:aws:sts::111122223333:assumed-role/developer/alex@example.com',
  userId: 'AROAEXAMPLEROLE000001:alex@example.com',
  accountId: '111122223333',
  accessKeyId: 'ASIAEXAMPLE0000000001',
}

export const operator: ResolvedCaller = {
  arn: 'arn:aws:iam::111122223333:user/team/operator',
  userId: 'AIDAEXAMPLEUSER000001',
  accountId: '111122223333',
  accessKeyId: 'AKIAEXAMPLE0000000001',
}

export interface World {
  caller?: ResolvedCaller
  entries?: AccessEntry[]
  awsAuth?: AwsAuth
  /** DNS names by instance id. */
  instances?: Readonly<Record<string, string>>
}

/** Ports that answer from `world`, and note what they were asked. */
export function portsOf(world: World): EksAccessPorts & { asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    now: () => NOW,
    async resolveToken() {
      asked.push('sts')
      return world.caller
    },
    async accessEntries() {
      asked.push('entries')
      return world.entries ?? []
    },
    async awsAuth() {
      asked.push('aws-auth')
      return world.awsAuth
    },
    ...(world.instances && { privateDnsName: async (id: string) => world.instances?.[id] }),
  }
}

/** A token as a client makes it, but for its signature. `change` gets the parameters; undefined removes one. */
export function tokenOf(change: Readonly<Record<string, string | undefined>> = {}, base = 'https://sts.eu-west-1.amazonaws.com/'): string {
  const parameters: Record<string, string | undefined> = {
    Action: 'GetCallerIdentity',
    Version: '2011-06-15',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIAEXAMPLE0000000001/20260304/eu-west-1/sts/aws4_request',
    'X-Amz-Date': '20260304T050600Z',
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
    'X-Amz-Signature': '0'.repeat(64),
    ...change,
  }
  const query = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : `${name}=${encodeURIComponent(value)}`))
  return wrap(`${base}?${query.join('&')}`)
}

export function wrap(url: string): string {
  return `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`
}

export function tokenReview(token = tokenOf()): TokenReview {
  return { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } }
}

export function accessReview(spec: SubjectAccessReview['spec']): SubjectAccessReview {
  return { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec }
}
