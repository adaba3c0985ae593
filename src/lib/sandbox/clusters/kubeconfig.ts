import { toJsonText } from '../../core/files.js'
import type { PairFiles } from './pki.js'

/**
 * A kubeconfig for the sandbox's own programs. It is JSON, which is YAML too.
 * @param authority file of the authority's certificate.
 */
export function clientKubeconfig(server: string, authority: string, { certificate, key }: PairFiles): string {
  return kubeconfig({ server, 'certificate-authority': authority }, { 'client-certificate': certificate, 'client-key': key })
}

/** The same for a program that is a service account: `tokenFile` is read again before its token expires. */
export function serviceAccountKubeconfig(server: string, authority: string, tokenFile: string, namespace: string): string {
  return kubeconfig({ server, 'certificate-authority-data': Buffer.from(authority).toString('base64') }, { tokenFile }, { namespace })
}

/** How the API server calls a webhook of the supervisor (Kubernetes documentation, "Webhook Mode"). */
export function webhookKubeconfig(server: string): string {
  return kubeconfig({ server }, {})
}

function kubeconfig(cluster: Record<string, string>, user: Record<string, string>, context: Record<string, string> = {}): string {
  return toJsonText({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'sandbox', cluster }],
    users: [{ name: 'sandbox', user }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user: 'sandbox', ...context } }],
    'current-context': 'sandbox',
  })
}
