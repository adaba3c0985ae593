/** All that a token depends on beside who asks: what `cluster kubeconfig` writes as flags into a kubeconfig. */
export interface TokenRequest {
  /** Name of the EKS cluster. */
  cluster: string
  region: string
  roleArn?: string
  /** Profile of the AWS configuration files. */
  profile?: string
  /** URL of a sandbox. */
  endpoint?: string
}

/** The flags of `cluster token` that say it without a repository. `parseTokenFlags` reads them back. */
export function tokenFlags({ cluster, region, roleArn, profile, endpoint }: TokenRequest): string[] {
  const flags = { cluster, region, 'role-arn': roleArn, profile, 'endpoint-url': endpoint }
  return Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]))
}

/** The request that a command line of exactly this form makes, or undefined for every other one. Checks no value. */
export function parseTokenFlags(words: readonly string[]): TokenRequest | undefined {
  const values = new Map<string, string>()
  for (let index = 0; index < words.length; index += 2) {
    const [name = '', value = ''] = words.slice(index, index + 2)
    if (!/^--(?:cluster|region|role-arn|profile|endpoint-url)$/.test(name) || values.has(name) || /^(?:-|$)/.test(value)) return undefined
    values.set(name, value)
  }
  const [cluster, region] = [values.get('--cluster'), values.get('--region')]
  if (cluster === undefined || region === undefined) return undefined
  return tokenRequest(cluster, region, {
    roleArn: values.get('--role-arn'),
    profile: values.get('--profile'),
    endpoint: values.get('--endpoint-url'),
  })
}

/** A request without the fields that are undefined. */
export function tokenRequest(
  cluster: string,
  region: string,
  { roleArn, profile, endpoint }: { [Field in 'roleArn' | 'profile' | 'endpoint']?: string | undefined } = {},
): TokenRequest {
  return {
    cluster,
    region,
    ...(roleArn !== undefined && { roleArn }),
    ...(profile !== undefined && { profile }),
    ...(endpoint !== undefined && { endpoint }),
  }
}

/** Whether the request is signed with the keys of the sandbox, so that nothing of the caller's own AWS settings counts. */
export function usesSandboxKeys({ endpoint, profile }: TokenRequest): boolean {
  return endpoint !== undefined && profile === undefined
}
