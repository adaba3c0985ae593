import type { ControlPlaneView } from '../clusters/control-planes.js'
import { json, jsonBody, type Answer } from '../gateway/answer.js'
import { clusterOfPath } from '../gateway/eks-path.js'
import type { Mend, MendContext, MendRequest } from './mend.js'

/**
 * Gap: the emulator keeps clusters and node groups, but no Kubernetes runs and there are no nodes. Where the sandbox runs Kubernetes, each
 * cluster has a control plane. Until its API server serves, the cluster is CREATING, as in AWS; then it has the endpoint and the authority
 * of this API server. Node groups have nodes.
 *
 * This mend has the calls that no other one has; those go through `withControlPlanes`.
 */
export const eksControlPlanes: Mend = withControlPlanes({
  id: 'eks-control-planes',
  gap: 'CreateCluster starts no Kubernetes, and node groups have no nodes.',
  service: 'eks',
  actions: ['CreateCluster', 'UpdateNodegroupConfig', 'UpdateNodegroupVersion', 'DeleteNodegroup'],
  handle: async (request, context) => context.forward(request),
})

/** The same mend, after which the control planes hear what was done. */
export function withControlPlanes(mend: Mend): Mend {
  return {
    ...mend,
    handle: async (request, context) => follow(request, await mend.handle(request, context), context),
  }
}

async function follow({ call }: MendRequest, answer: Answer, { clusters }: MendContext): Promise<Answer> {
  if (answer.status !== 200) return answer
  const name = clusterOfPath(call.path)
  switch (call.action) {
    case 'CreateCluster':
      clusters.created(nameIn(answer))
      return shown(answer, clusters.view(nameIn(answer)))
    case 'DescribeCluster':
      return shown(answer, clusters.view(nameIn(answer)))
    case 'DeleteCluster':
      if (name !== undefined) clusters.deleted(name)
      return answer
    case 'UpdateClusterVersion':
      if (name !== undefined) clusters.versionChanged(name)
      return answer
    case 'CreateNodegroup':
    case 'UpdateNodegroupConfig':
    case 'UpdateNodegroupVersion':
    case 'DeleteNodegroup':
      if (name !== undefined) await clusters.nodeGroupsChanged(name)
      return answer
    default:
      return answer
  }
}

function shown(answer: Answer, view: ControlPlaneView | undefined): Answer {
  return view ? json(answer.status, { ...jsonBody(answer.body), cluster: { ...clusterIn(answer), ...fieldsOf(view) } }) : answer
}

function nameIn(answer: Answer): string {
  const name = clusterIn(answer)['name']
  return typeof name === 'string' ? name : ''
}

function clusterIn({ body }: Answer): Record<string, unknown> {
  const cluster = jsonBody(body)?.['cluster']
  return typeof cluster === 'object' && cluster !== null ? (cluster as Record<string, unknown>) : {}
}

/** What is not known yet is left out, as in AWS. */
function fieldsOf(view: ControlPlaneView): Record<string, unknown> {
  const unknown = { endpoint: undefined, certificateAuthority: {} }
  switch (view.state) {
    case 'creating':
      return { ...unknown, status: 'CREATING' }
    case 'active':
      return { status: 'ACTIVE', endpoint: view.endpoint, certificateAuthority: { data: Buffer.from(view.authority).toString('base64') } }
    case 'failed': {
      const issue = { code: 'InternalFailure', message: view.reason, resourceIds: [] }
      return { ...unknown, status: 'FAILED', health: { issues: [issue] } }
    }
  }
}
