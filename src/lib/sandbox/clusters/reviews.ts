import type { ClusterIdentity, EksAccessPorts } from '../eks-access/ports.js'
import { resolveToken, type StsPorts } from '../eks-access/resolve-token.js'
import { reviewAccess } from '../eks-access/review-access.js'
import { reviewToken } from '../eks-access/review-token.js'
import type { SubjectAccessReview, TokenReview } from '../eks-access/reviews.js'
import type { EksView } from './eks-view.js'
import type { KubeApi } from './kube-api.js'
import type { Reviews } from './webhook-server.js'

export interface ReviewOptions {
  accountId: string
  eks: Pick<EksView, 'cluster' | 'accessEntries'>
  sts: StsPorts
  /** The API server of a cluster, for its ConfigMap `aws-auth`. Undefined while it does not run. */
  api: (cluster: string) => Pick<KubeApi, 'get'> | undefined
}

/** Lets into a cluster whom EKS would let in: by its access entries and policies in the emulator, and by `aws-auth` inside of it. */
export function eksReviews(options: ReviewOptions): Reviews {
  return {
    async token(cluster, review) {
      const identity = await identityOf(cluster, options)
      return { ...(await reviewToken(review as unknown as TokenReview, identity, portsFor(identity, options))) }
    },
    async access(cluster, review) {
      const identity = await identityOf(cluster, options)
      return { ...(await reviewAccess(review as unknown as SubjectAccessReview, identity, portsFor(identity, options))) }
    },
  }
}

async function identityOf(name: string, { accountId, eks }: ReviewOptions): Promise<ClusterIdentity> {
  const cluster = await eks.cluster(name)
  if (!cluster) throw new Error(`There is no cluster ${name}.`)
  return { name, accountId, region: cluster.region, authenticationMode: cluster.authenticationMode }
}

function portsFor(identity: ClusterIdentity, { api, eks, sts }: ReviewOptions): EksAccessPorts {
  return {
    now: () => sts.now(),
    resolveToken: async (token) => resolveToken(token, identity, sts),
    accessEntries: async (cluster) => eks.accessEntries(cluster),
    async awsAuth({ name }) {
      const config = await api(name)?.get('/api/v1/namespaces/kube-system/configmaps/aws-auth')
      return config?.['data'] as { mapRoles?: string; mapUsers?: string; mapAccounts?: string } | undefined
    },
  }
}
