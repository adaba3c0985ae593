import type { Ports } from '../core/ports.js'
import { type AwsAccount, type AwsConnection, type AwsTarget, SANDBOX_CREDENTIALS } from '../core/target.js'
import { assertLoopback } from '../core/loopback.js'
import type { KubernetesWish } from './kubernetes-wish.js'
import { sandboxStatus } from './status.js'
import { startSandbox, type EmulatorProgram, type StartedSandbox } from './start.js'

export type SandboxTargetPorts = Pick<Ports, 'processes' | 'clock' | 'signal' | 'env' | 'report'>

export interface SandboxTargetOptions {
  /** The repository. */
  directory: string
  region: string
  /** Finds the emulator, installing it where that is allowed. Asked only when the sandbox must be started. */
  resolveEmulator: () => Promise<EmulatorProgram>
  kubernetes?: KubernetesWish
}

/** The local AWS as the target of a repository. It uses dummy credentials only and never leaves this machine. */
export function createSandboxTarget(ports: SandboxTargetPorts, options: SandboxTargetOptions): AwsTarget {
  return new SandboxTarget(ports, options)
}

class SandboxTarget implements AwsTarget {
  readonly kind = 'sandbox'
  readonly #ports: SandboxTargetPorts
  readonly #options: SandboxTargetOptions
  #started: StartedSandbox | undefined

  constructor(ports: SandboxTargetPorts, options: SandboxTargetOptions) {
    this.#ports = ports
    this.#options = options
  }

  async prepare(): Promise<void> {
    const { directory, kubernetes, region, resolveEmulator } = this.#options
    const options = { directory, region, emulator: resolveEmulator, ...(kubernetes && { kubernetes }) }
    this.#started = await startSandbox(this.#ports, options)
    const { endpoint, note, status } = this.#started
    if (note !== undefined) this.#ports.report.emit({ type: 'info', message: note })
    if (status === 'started') this.#ports.report.emit({ type: 'info', message: `The local AWS runs at ${endpoint}.` })
  }

  async connect(_account: AwsAccount, region: string): Promise<AwsConnection> {
    if (!this.#started) await this.prepare()
    const endpoint = this.#started?.endpoint ?? ''
    assertLoopback(endpoint)
    return { accountId: this.#started?.accountId ?? '', region, endpoint, credentials: SANDBOX_CREDENTIALS }
  }

  async argoCdUrl(cluster: string): Promise<string | undefined> {
    const { clusters } = await sandboxStatus(this.#ports, this.#options.directory)
    return clusters.find(({ name }) => name === cluster)?.argoCd?.url ?? undefined
  }
}
