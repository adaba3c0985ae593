import { ARGOCD_NAMESPACE } from '../../argocd/application.js'
import { readRelease } from '../../helm/release.js'
import { ARGOCD_RELEASE } from './argocd-release.js'
import type { BootstrapResult } from './bootstrap.js'
import type { Work } from './work.js'

/** Where Argo CD is found, and which commands lead into it. Passwords are never printed. */
export async function argoCdAddress(work: Work): Promise<BootstrapResult['argocd']> {
  const { hub, management } = work
  const { cluster } = management
  const release = await readRelease(hub.helm, ARGOCD_RELEASE)
  const url = await addressOf(work)
  const kubectl = `kubectl --context ${cluster.name} --namespace ${ARGOCD_NAMESPACE}`
  return {
    cluster: cluster.name,
    version: release?.chart.replace(/^argo-cd-/, '') ?? '',
    url,
    login: [
      `platform cluster kubeconfig ${management.name}`,
      ...(url === null ? [`${kubectl} port-forward service/argo-cd-argocd-server 8080:443, then open https://localhost:8080`] : []),
      `The user is admin; its first password: ${kubectl} get secret argocd-initial-admin-secret --output jsonpath={.data.password} | base64 --decode`,
    ],
  }
}

async function addressOf({ hub, context, management }: Work): Promise<string | null> {
  const local = await context.target.argoCdUrl?.(management.cluster.name)
  if (local !== undefined) return local
  const ingresses = await hub.kubectl.list('ingresses.networking.k8s.io', { namespace: ARGOCD_NAMESPACE })
  for (const { spec } of ingresses) {
    const rules = (spec as { rules?: Array<{ host?: string }> } | undefined)?.rules ?? []
    const host = rules.find((rule) => rule.host !== undefined && rule.host !== '')?.host
    if (host !== undefined) return `https://${host}`
  }
  return null
}
