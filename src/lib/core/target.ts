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
  /** Role to assume before working in the account. */
  roleArn?: string
}

/** The AWS that a repository works on: a real one or the local one. */
export interface AwsTarget {
  readonly kind: 'sandbox' | 'aws'
  /** Makes sure that it can be used (starts the sandbox). Cheap when it can. */
  prepare(): Promise<void>
  /** @throws `EndpointNotLocal` when a sandbox would have to leave this machine. */
  connect(account: { id: string; roleArn?: string }, region: string): Promise<AwsConnection>
}
