import path from 'node:path'
import { toJsonText, writeFileAtomic } from '../../core/files.js'
import { auditPolicy } from './audit-policy.js'
import { clientKubeconfig, webhookKubeconfig } from './kubeconfig.js'
import { kwokStages } from './kwok-stages.js'
import { clientNames, OWN_USERS, type ClusterPki } from './pki.js'
import { kubeconfigFile } from './process-arguments.js'

export interface ControlPlaneFiles {
  folder: string
  /** Address of the API server. */
  endpoint: string
  pki: ClusterPki
  /** Where the API server asks about tokens and access: addresses that nobody guesses. */
  webhooks: { tokenUrl: string; accessUrl: string }
  /** Port of the proxy that leads to the nodes. */
  egressPort: number
}

/** Writes the files that the programs of a control plane read. Some hold secrets: all are for their owner only. */
export async function writeControlPlaneFiles({ egressPort, endpoint, folder, pki, webhooks }: ControlPlaneFiles): Promise<void> {
  const accessWebhook = path.join(folder, 'access-webhook.json')
  const files: Record<string, string> = {
    'authentication.json': toJsonText(authenticationConfiguration),
    'authentication-webhook.json': webhookKubeconfig(webhooks.tokenUrl),
    'access-webhook.json': webhookKubeconfig(webhooks.accessUrl),
    'authorization.json': toJsonText(authorizationConfiguration(accessWebhook)),
    'egress.json': toJsonText(egressConfiguration(egressPort, pki)),
    'audit-policy.json': toJsonText(auditPolicy(OWN_USERS)),
    'kwok-stages.json': kwokStages.map(toJsonText).join('---\n'),
  }
  for (const [name, text] of Object.entries(files)) await writeFileAtomic(path.join(folder, name), text, { mode: 0o600 })
  for (const client of clientNames) {
    const text = clientKubeconfig(endpoint, pki.files.authority.certificate, pki.files.clients[client])
    await writeFileAtomic(kubeconfigFile(folder, client), text, { mode: 0o600 })
  }
}

/** Nodes and pods have addresses of a network that is not there: another machine may have them where this one is. */
function egressConfiguration(port: number, { files }: ClusterPki): Record<string, unknown> {
  const { certificate: clientCert, key: clientKey } = files.clients.egress
  const tcp = { url: `https://127.0.0.1:${port}`, tlsConfig: { caBundle: files.authority.certificate, clientCert, clientKey } }
  return {
    apiVersion: 'apiserver.k8s.io/v1beta1',
    kind: 'EgressSelectorConfiguration',
    egressSelections: [{ name: 'cluster', connection: { proxyProtocol: 'HTTPConnect', transport: { tcp } } }],
  }
}

/** As on EKS since 1.32: without a name, one may ask for the health and for nothing else. */
const authenticationConfiguration = {
  apiVersion: 'apiserver.config.k8s.io/v1beta1',
  kind: 'AuthenticationConfiguration',
  anonymous: { enabled: true, conditions: ['/livez', '/readyz', '/healthz'].map((healthPath) => ({ path: healthPath })) },
}

/** The order of EKS: what RBAC grants is granted, and access policies may grant more. How long answers are kept is Kubernetes' default. */
function authorizationConfiguration(kubeConfigFile: string): Record<string, unknown> {
  const webhook = {
    authorizedTTL: '5m0s',
    unauthorizedTTL: '30s',
    timeout: '5s',
    subjectAccessReviewVersion: 'v1',
    matchConditionSubjectAccessReviewVersion: 'v1',
    failurePolicy: 'NoOpinion',
    connectionInfo: { type: 'KubeConfigFile', kubeConfigFile },
  }
  return {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AuthorizationConfiguration',
    authorizers: [
      { type: 'Node', name: 'node' },
      { type: 'RBAC', name: 'rbac' },
      { type: 'Webhook', name: 'eks-access-policies', webhook },
    ],
  }
}
