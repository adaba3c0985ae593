import { errorAnswer, jsonBody } from '../gateway/answer.js'
import type { Mend } from './mend.js'

/**
 * Gap: the emulator keeps `deletionProtection` but deletes the cluster all the same. AWS refuses DeleteCluster while it is on
 * (Amazon EKS User Guide, "Protect EKS clusters from accidental deletion").
 */
export const eksDeletionProtection: Mend = {
  id: 'eks-deletion-protection',
  gap: 'DeleteCluster ignores deletion protection.',
  service: 'eks',
  actions: ['DeleteCluster'],
  async handle(request, context) {
    const { call } = request
    const described = await context.sendAsRoot({ method: 'GET', url: call.url, rawHeaders: [], body: Buffer.alloc(0) }, 'eks')
    const cluster = jsonBody(described.body)?.['cluster']
    const isProtected =
      typeof cluster === 'object' && cluster !== null && 'deletionProtection' in cluster && cluster.deletionProtection === true
    if (!isProtected) return context.forward(request)
    return errorAnswer('rest-json', {
      status: 400,
      code: 'InvalidRequestException',
      message: 'The cluster cannot be deleted because deletion protection is enabled. Disable it with UpdateClusterConfig first.',
    })
  },
}
