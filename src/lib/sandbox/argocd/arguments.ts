import type { Component } from './installation.js'

/** Ports of 127.0.0.1. */
export interface ArgoCdPorts {
  redis: number
  repoServer: number
  server: number
  metrics: Readonly<Record<Component, number>>
  /** Of the controller of ApplicationSets: health, and events of Git. */
  probe: number
  webhook: number
}

/**
 * The arguments of a program of Argo CD that runs on this machine. Its metrics are on this machine only, but for those of
 * application-controller, which has no setting for that.
 */
export function argumentsOf(component: Component, ports: ArgoCdPorts, namespace: string): string[] {
  const redis = `--redis=127.0.0.1:${ports.redis}`
  const metrics = ports.metrics[component]
  const repoServer = [`--repo-server=127.0.0.1:${ports.repoServer}`, '--repo-server-plaintext']
  switch (component) {
    case 'repo-server':
      return [
        '--address=127.0.0.1',
        `--port=${ports.repoServer}`,
        '--metrics-address=127.0.0.1',
        `--metrics-port=${metrics}`,
        redis,
        '--disable-tls',
        '--client-ca-path=',
      ]
    case 'application-controller':
      return [`--namespace=${namespace}`, `--metrics-port=${metrics}`, redis, ...repoServer]
    case 'applicationset-controller':
      return [
        `--namespace=${namespace}`,
        `--metrics-addr=127.0.0.1:${metrics}`,
        `--probe-addr=127.0.0.1:${ports.probe}`,
        `--webhook-addr=127.0.0.1:${ports.webhook}`,
        `--argocd-repo-server=127.0.0.1:${ports.repoServer}`,
        '--repo-server-plaintext',
      ]
    case 'server':
      return [
        `--namespace=${namespace}`,
        '--insecure',
        '--address=127.0.0.1',
        `--port=${ports.server}`,
        '--metrics-address=127.0.0.1',
        `--metrics-port=${metrics}`,
        redis,
        ...repoServer,
      ]
  }
}

/** A cache that forgets everything when it ends, as in the chart. */
export function redisArguments(port: number, configuration: string): string[] {
  return [configuration, '--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no']
}

/** Settings that lead to places which only Argo CD's own image has, or that are given as arguments here. */
const LEFT_OUT = new Set([
  // It gives the name of a flag (v3.5.3, argocd_server.go).
  'ARGOCD_SERVER_METRICS_LISTEN_ADDRESS',
  'ARGOCD_BINARY_NAME',
  'REDIS_CREDS_DIR_PATH',
])

export interface ProcessPlaces {
  /** Search path. */
  path: string
  home: string
  temporary: string
  kubeconfig: string
  certificates: string
  ssh: string
  /** Socket of the part that gives Git its credentials. Paths of sockets must be short. */
  askPass: string
}

/** What a program of Argo CD finds in its environment: the settings of the cluster, then what is different on this machine. */
export function environmentFor(
  settings: Readonly<Record<string, string>>,
  places: ProcessPlaces,
  aws: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.fromEntries(Object.entries(settings).filter(([name]) => !LEFT_OUT.has(name)))
  return {
    ...kept,
    PATH: places.path,
    HOME: places.home,
    TMPDIR: places.temporary,
    KUBECONFIG: places.kubeconfig,
    // The cluster it runs in is the one of the kubeconfig.
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_TLS_DATA_PATH: places.certificates,
    ARGOCD_SSH_DATA_PATH: places.ssh,
    ARGOCD_ASK_PASS_SOCK: places.askPass,
    ARGOCD_GPG_ENABLED: 'false',
    // One process does the work of all replicas.
    ARGOCD_CONTROLLER_REPLICAS: '1',
    ARGOCD_ENABLE_DYNAMIC_CLUSTER_DISTRIBUTION: 'false',
    ...aws,
  }
}
