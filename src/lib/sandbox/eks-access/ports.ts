/** What a review must know of the cluster that asks. */
export interface ClusterIdentity {
  name: string
  accountId: string
  region: string
  authenticationMode: 'API' | 'API_AND_CONFIG_MAP' | 'CONFIG_MAP'
}

/** Who made a token, as STS says it (AWS STS API Reference, "GetCallerIdentity"). */
export interface ResolvedCaller {
  arn: string
  /** `AIDA…` of a user, `AROA…:<session>` of a role. */
  userId: string
  accountId: string
  accessKeyId: string
}

export interface AssociatedPolicy {
  policyArn: string
  accessScope: { type: 'cluster' | 'namespace'; namespaces?: string[] }
}

/** One access entry as EKS keeps it (Amazon EKS API Reference, "AccessEntry" and "AssociatedAccessPolicy"). */
export interface AccessEntry {
  principalArn: string
  /**
   * Unique id of the principal when the entry was made, which EKS keeps and never shows. A role that was deleted and made again has
   * another one, and the entry is not for it. Without it, the name decides.
   */
  principalId?: string
  /** Default: STANDARD. */
  type?: string
  /** Template of the name in Kubernetes. Default: that of EKS. */
  username?: string
  kubernetesGroups?: string[]
  associatedPolicies?: AssociatedPolicy[]
}

/** `data` of the ConfigMap `kube-system/aws-auth`: each a YAML text. */
export interface AwsAuth {
  mapRoles?: string
  mapUsers?: string
  mapAccounts?: string
}

/** What the reviews ask of the world. A port that throws makes the review throw. */
export interface EksAccessPorts {
  now(): Date
  /** Has STS say who a token is from; undefined when it refuses. See `resolveToken`. */
  resolveToken(token: string): Promise<ResolvedCaller | undefined>
  accessEntries(cluster: ClusterIdentity): Promise<AccessEntry[]>
  /** Undefined when the cluster has no such ConfigMap. */
  awsAuth(cluster: ClusterIdentity): Promise<AwsAuth | undefined>
  /** Private DNS name of an EC2 instance, for the names of nodes. Where it is missing, such nodes are refused. */
  privateDnsName?(instanceId: string): Promise<string | undefined>
}
