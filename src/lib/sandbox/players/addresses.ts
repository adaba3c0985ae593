import { createHash } from 'node:crypto'
import { pathOf, type LiveObject, type Player, type Stage } from './player.js'

const INGRESSES = '/apis/networking.k8s.io/v1'

/** Gives Services of type LoadBalancer and Ingresses an address, as the AWS Load Balancer Controller does. Nobody answers there. */
export const playAddresses: Player = async (stage) => {
  for (const service of await stage.api.list<LiveObject>('/api/v1/services')) {
    if (service.spec?.['type'] === 'LoadBalancer') await giveAddress(stage, service, pathOf('/api/v1', 'services', service.metadata), 'nlb')
  }
  for (const ingress of await stage.api.list<LiveObject>(`${INGRESSES}/ingresses`)) {
    // Another class is for another controller, which is not here.
    const { ingressClassName = 'alb' } = ingress.spec ?? {}
    if (ingressClassName !== 'alb') continue
    await giveAddress(stage, ingress, pathOf(INGRESSES, 'ingresses', ingress.metadata), 'alb')
  }
}

async function giveAddress({ api, region }: Stage, object: LiveObject, path: string, kind: 'alb' | 'nlb'): Promise<void> {
  const { deletionTimestamp, name, namespace = '', uid = '' } = object.metadata
  const { ingress = [] } = (object.status?.['loadBalancer'] ?? {}) as { ingress?: unknown[] }
  if (deletionTimestamp !== undefined || ingress.length > 0) return
  const id = createHash('sha256').update(uid).digest('hex').slice(0, 10)
  // As the controller names load balancers: k8s-<namespace>-<name>-<id>.
  const label = `k8s-${namespace.slice(0, 8)}-${name.slice(0, 8)}-${id}`.replaceAll(/-+/g, '-')
  // The top-level domain that no name server knows (RFC 6761).
  await api.merge(`${path}/status`, { status: { loadBalancer: { ingress: [{ hostname: `${label}.${kind}.${region}.sandbox.invalid` }] } } })
}
