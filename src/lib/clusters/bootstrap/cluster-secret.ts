import { ARGOCD_NAMESPACE } from '../../argocd/application.js'
import type { GitPlace } from '../../config/git-place.js'
import { UserError } from '../../core/errors.js'
import type { KubernetesObject } from '../../core/kubernetes.js'
import { addonMetadata, underscored } from '../../gitops/addon-metadata.js'
import type { ClusterLink } from './cluster-link.js'

/**
 * A cluster as Argo CD reads it, with what add-ons need to know about it in labels and annotations (the GitOps bridge pattern).
 * It holds no credential: Argo CD takes the role of a deployer.
 */
export function clusterSecret(
  link: Pick<ClusterLink, 'environment' | 'details' | 'access' | 'outputs'>,
  git: GitPlace,
  facts: Record<string, string> = {},
): KubernetesObject {
  const { environment, details } = link
  const { name, role, cluster, region, account } = environment
  const isManagement = role === 'management'
  const addons = addonMetadata(environment)
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace: ARGOCD_NAMESPACE,
      labels: sorted({
        'app.kubernetes.io/managed-by': 'platform',
        'argocd.argoproj.io/secret-type': 'cluster',
        environment: name,
        role,
        'kubernetes-version': details.version,
        ...addons.labels,
      }),
      annotations: sorted({
        addons_repo_url: git.url,
        addons_repo_revision: git.branch,
        aws_account_id: account.id,
        aws_region: region,
        aws_cluster_name: cluster.name,
        aws_vpc_id: textIn(link.outputs, 'vpc_id') ?? '',
        ...facts,
        ...roleAnnotations(link.outputs),
        ...addons.annotations,
      }),
    },
    type: 'Opaque',
    stringData: {
      name,
      server: isManagement ? 'https://kubernetes.default.svc' : link.access.endpoint,
      config: JSON.stringify(isManagement ? { tlsClientConfig: { insecure: false } } : remoteConfig(link)),
    },
  }
}

/** How Argo CD signs in at the cluster of a workload environment. @throws `PreflightFailed` when its role has not been made yet */
function remoteConfig({ environment, access, outputs }: Pick<ClusterLink, 'environment' | 'access' | 'outputs'>): Record<string, unknown> {
  const roleARN = textIn(outputs, 'argocd_deployer_role_arn')
  if (roleARN === undefined) {
    throw new UserError('PreflightFailed', `Environment ${environment.name} has no role for Argo CD yet.`, {
      reason: 'Its root module was applied before there was a management environment, or by an older version of platform.',
      next: [`platform template update`, `platform env apply ${environment.name}`],
      details: { environment: environment.name, output: 'argocd_deployer_role_arn' },
    })
  }
  return {
    awsAuthConfig: { clusterName: environment.cluster.name, roleARN },
    tlsClientConfig: { insecure: false, caData: access.certificateAuthority },
  }
}

function roleAnnotations(outputs: ClusterLink['outputs']): Record<string, string> {
  const roles = outputs['pod_identity_role_arns']
  if (typeof roles !== 'object' || roles === null) return {}
  return Object.fromEntries(
    Object.entries(roles)
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .map(([name, arn]) => [`${underscored(name)}_role_arn`, arn]),
  )
}

/** So that the file does not depend on who wrote which of them first. */
function sorted(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1)))
}

function textIn(outputs: ClusterLink['outputs'], name: string): string | undefined {
  const found = outputs[name]
  return typeof found === 'string' && found !== '' ? found : undefined
}
