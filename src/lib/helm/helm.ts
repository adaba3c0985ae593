import path from 'node:path'
import { kubernetesEnvironment } from '../core/kubernetes-environment.js'
import type { ExecResult, Ports } from '../core/ports.js'

export type HelmPorts = Pick<Ports, 'exec' | 'env' | 'signal'>

export interface HelmOptions {
  program: string
  /** A folder of its own: the caller's repositories, plugins and cache never count. */
  folder: string
  /** The cluster; absent where charts are only rendered or fetched. */
  kubeconfig?: string
}

/** Runs Helm with settings that no variable of the caller changes. Exit code 1 is an answer: who calls reads why. */
export class Helm {
  readonly #ports: HelmPorts
  readonly #options: HelmOptions

  constructor(ports: HelmPorts, options: HelmOptions) {
    this.#ports = ports
    this.#options = options
  }

  /** @param input what `--values -` reads */
  async run(args: readonly string[], { input, timeoutMs }: { input?: string; timeoutMs?: number } = {}): Promise<ExecResult> {
    const { program, folder, kubeconfig } = this.#options
    const inFolder = (name: string): string => path.join(folder, 'helm', name)
    return this.#ports.exec(program, [...args, ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`])], {
      env: kubernetesEnvironment(this.#ports.env, {
        HELM_CACHE_HOME: inFolder('cache'),
        HELM_CONFIG_HOME: inFolder('config'),
        HELM_DATA_HOME: inFolder('data'),
        // Without a cluster it must not look for one.
        ...(kubeconfig === undefined && { KUBECONFIG: inFolder('none') }),
      }),
      okCodes: [0, 1],
      signal: this.#ports.signal,
      // Releases and values may hold secrets.
      secretOutput: true,
      ...(input !== undefined && { input }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    })
  }
}
