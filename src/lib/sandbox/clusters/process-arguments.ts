import path from 'node:path'
import type { ClientName, ClusterPki, EtcdPki } from './pki.js'

export interface EtcdSettings {
  pki: EtcdPki
  /** Folder of its data. */
  data: string
  clientPort: number
  peerPort: number
}

/** One etcd serves all clusters of a sandbox, each below a prefix of its own. */
export function etcdArguments({ pki, data, clientPort, peerPort }: EtcdSettings): string[] {
  const [client, peer] = [`https://127.0.0.1:${clientPort}`, `https://127.0.0.1:${peerPort}`]
  return [
    '--name=sandbox',
    `--data-dir=${data}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=sandbox=${peer}`,
    ...['', 'peer-'].flatMap((part) => [
      `--${part}cert-file=${pki.server.certificate}`,
      `--${part}key-file=${pki.server.key}`,
      `--${part}trusted-ca-file=${pki.authority}`,
      `--${part}client-cert-auth`,
    ]),
    // With these its JSON interface calls the rest of it.
    `--client-cert-file=${pki.client.certificate}`,
    `--client-key-file=${pki.client.key}`,
    // The end of a process loses nothing; only the end of the whole machine could, and a sandbox is made anew then.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]
}

export interface ControlPlaneSettings {
  name: string
  /** Of the API server. */
  port: number
  etcd: { endpoint: string; pki: EtcdPki }
  pki: ClusterPki
  /** Folder of the files that `api-server-files.ts` writes. */
  config: string
  logs: string
  serviceCidr: string
  /** Issuer of the tokens of service accounts, as DescribeCluster says. */
  issuer: string
  /** Minor version to behave as, where the programs are newer than the cluster: `1.34`. */
  emulatedVersion?: string
}

/** Below which key of etcd a cluster keeps its objects. */
export function etcdPrefix(cluster: string): string {
  return `/clusters/${cluster}`
}

export function apiServerArguments(settings: ControlPlaneSettings): string[] {
  const { config, etcd, issuer, logs, name, pki, port, serviceCidr } = settings
  const { authority, server, serviceAccountKey } = pki.files
  return [
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    // Loopback is refused as the address of the service `kubernetes`, and nothing but fake pods would use it.
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--etcd-servers=${etcd.endpoint}`,
    `--etcd-prefix=${etcdPrefix(name)}`,
    `--etcd-cafile=${etcd.pki.authority}`,
    `--etcd-certfile=${etcd.pki.client.certificate}`,
    `--etcd-keyfile=${etcd.pki.client.key}`,
    `--tls-cert-file=${server.certificate}`,
    `--tls-private-key-file=${server.key}`,
    `--client-ca-file=${authority.certificate}`,
    `--service-account-issuer=${issuer}`,
    `--service-account-signing-key-file=${serviceAccountKey}`,
    `--service-account-key-file=${serviceAccountKey}`,
    '--api-audiences=https://kubernetes.default.svc',
    `--service-cluster-ip-range=${serviceCidr}`,
    `--authentication-config=${path.join(config, 'authentication.json')}`,
    `--authentication-token-webhook-config-file=${path.join(config, 'authentication-webhook.json')}`,
    '--authentication-token-webhook-version=v1',
    `--authorization-config=${path.join(config, 'authorization.json')}`,
    `--egress-selector-config-file=${path.join(config, 'egress.json')}`,
    `--audit-policy-file=${path.join(config, 'audit-policy.json')}`,
    `--audit-log-path=${path.join(logs, 'audit.log')}`,
    '--audit-log-maxsize=20',
    '--audit-log-maxbackup=2',
    '--enable-admission-plugins=NodeRestriction',
    // Pods run nothing here, so no webhook would ever answer: their configurations are kept and not called.
    '--disable-admission-plugins=MutatingAdmissionWebhook,ValidatingAdmissionWebhook',
    '--allow-privileged=true',
    '--profiling=false',
    ...emulation(settings),
  ]
}

/** Controllers that do nothing where no cloud and no kubelet is. */
const IDLE_CONTROLLERS = ['node-ipam-controller', 'node-route-controller', 'service-lb-controller', 'cloud-node-lifecycle-controller']

export function controllerManagerArguments(settings: ControlPlaneSettings, kubeconfig: string): string[] {
  const { authority, serviceAccountKey } = settings.pki.files
  return [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    // It would offer metrics and nothing else.
    '--secure-port=0',
    '--use-service-account-credentials',
    `--service-account-private-key-file=${serviceAccountKey}`,
    `--root-ca-file=${authority.certificate}`,
    `--cluster-signing-cert-file=${authority.certificate}`,
    `--cluster-signing-key-file=${authority.key}`,
    `--cluster-name=${settings.name}`,
    `--controllers=*,${IDLE_CONTROLLERS.map((name) => `-${name}`).join(',')}`,
    '--profiling=false',
    ...emulation(settings),
  ]
}

export function schedulerArguments(settings: ControlPlaneSettings, kubeconfig: string): string[] {
  return [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0', '--profiling=false', ...emulation(settings)]
}

/** KWOK plays the kubelets of all nodes. */
export function kwokArguments(kubeconfig: string, stages: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--config=${stages}`,
    '--manage-all-nodes=true',
    '--node-lease-duration-seconds=40',
    // Addresses of pods; nobody reaches them.
    '--cidr=100.64.0.1/10',
  ]
}

/** The file with which a program calls the API server. */
export function kubeconfigFile(config: string, client: ClientName): string {
  return path.join(config, `${client}.kubeconfig`)
}

function emulation({ emulatedVersion }: ControlPlaneSettings): string[] {
  return emulatedVersion === undefined ? [] : [`--emulated-version=${emulatedVersion}`]
}
