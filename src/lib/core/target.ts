/** Long-lived or temporary AWS keys. */
export interface AwsCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** How to reach one account in one region. */
export interface AwsConnection {
  accountId: string
  region: string
  /** Only in a sandbox: every service is behind this loopback URL. */
  endpoint?: string
  /** Absent: the AWS SDK's own chain decides, as for every AWS tool. */
  credentials?: AwsCredentials
  /** Profile of the AWS configuration files. Absent: `AWS_PROFILE` or the default one. */
  profile?: string
  /** Role to assume before working in the account. */
  roleArn?: string
}

/** The keys of a sandbox's root identity. They mean nothing anywhere else. */
export const SANDBOX_CREDENTIALS: Readonly<AwsCredentials> = { accessKeyId: 'test', secretAccessKey: 'test' }

/** An account to work in, as the configuration names it. */
export interface AwsAccount {
  id: string
  /** Role to assume before working in it. A sandbox has no roles and leaves it out. */
  roleArn?: string | undefined
}

/** The AWS that a repository works on: a real one or the local one. */
export interface AwsTarget {
  readonly kind: 'sandbox' | 'aws'
  /** Makes sure that it can be used (starts the sandbox). Cheap when it can. */
  prepare(): Promise<void>
  /** @throws `EndpointNotLocal` when a sandbox would have to leave this machine. */
  connect(account: AwsAccount, region: string): Promise<AwsConnection>
  /** Only in a sandbox: where Argo CD of a cluster is found on this machine. */
  argoCdUrl?(cluster: string): Promise<string | undefined>
}
