import path from 'node:path'
import { kubernetesEnvironment } from '../core/kubernetes-environment.js'
import type { KubernetesClient, KubernetesObject, ListOptions, ObjectPlace } from '../core/kubernetes.js'
import type { ExecOptions, ExecResult, Ports } from '../core/ports.js'
import { isMissing, isUnknownKind, kubectlError, wasNotReached } from './kubectl-errors.js'
import type { TemporaryKubeconfig } from './temporary-kubeconfig.js'

export type KubectlPorts = Pick<Ports, 'exec' | 'env' | 'signal' | 'clock'>

/** Who owns the fields that platform writes. */
const FIELD_MANAGER = 'platform'

const REQUEST_TIMEOUT = '30s'
/** While an API server starts again, it does not listen; kubectl itself gives up at once. */
const AGAIN_AFTER_MS = [500, 1000, 2000, 4000, 8000, 15_000] as const
const NOT_NEEDED = /^(?:get|apply|patch|delete)$/

export interface KubectlOptions {
  program: string
  kubeconfig: TemporaryKubeconfig
  /** How often and how long after a failure to reach the server it is tried again. */
  retryAfterMs?: readonly number[]
}

/** The real kubectl, against one cluster that no context of the caller decides about. Fails with `KubernetesRefused`, `KubernetesUnreachable`. */
export class Kubectl implements KubernetesClient {
  readonly #ports: KubectlPorts
  readonly #options: KubectlOptions

  constructor(ports: KubectlPorts, options: KubectlOptions) {
    this.#ports = ports
    this.#options = options
  }

  async get({ resource, name, namespace }: ObjectPlace): Promise<KubernetesObject | undefined> {
    const result = await this.run(['get', resource, name, ...inNamespace(namespace), '--output=json'])
    if (result.exitCode === 0) return JSON.parse(result.stdout) as KubernetesObject
    if (isMissing(result) || isUnknownKind(result)) return undefined
    throw kubectlError(result, `read ${resource} ${name}`)
  }

  async list(resource: string, { namespace, selector, fields }: ListOptions = {}): Promise<KubernetesObject[]> {
    const result = await this.run([
      'get',
      resource,
      ...(namespace === undefined ? ['--all-namespaces'] : inNamespace(namespace)),
      ...(selector === undefined ? [] : [`--selector=${selector}`]),
      ...(fields === undefined ? [] : [`--field-selector=${fields}`]),
      '--output=json',
    ])
    if (result.exitCode === 0) return (JSON.parse(result.stdout) as { items: KubernetesObject[] }).items
    if (isUnknownKind(result)) return []
    throw kubectlError(result, `list ${resource}`)
  }

  async apply(objects: readonly KubernetesObject[], { force = false, dryRun = false } = {}): Promise<void> {
    if (objects.length === 0) return
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
    const args = ['apply', '--server-side', `--field-manager=${FIELD_MANAGER}`, `--force-conflicts=${String(force)}`, '--filename=-']
    const result = await this.run([...args, ...(dryRun ? ['--dry-run=server'] : [])], { input })
    if (result.exitCode !== 0)
      throw kubectlError(result, `apply ${objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', ')}`)
  }

  async patch({ resource, name, namespace }: ObjectPlace, patch: Record<string, unknown>, { subresource }: { subresource?: string } = {}) {
    const result = await this.run([
      'patch',
      resource,
      name,
      ...inNamespace(namespace),
      '--type=merge',
      `--field-manager=${FIELD_MANAGER}`,
      ...(subresource === undefined ? [] : [`--subresource=${subresource}`]),
      `--patch=${JSON.stringify(patch)}`,
    ])
    if (result.exitCode !== 0) throw kubectlError(result, `change ${resource} ${name}`)
  }

  async delete({ resource, name, namespace }: ObjectPlace, { wait = true, cascade = 'background' } = {}) {
    const args = [
      'delete',
      resource,
      name,
      ...inNamespace(namespace),
      '--ignore-not-found',
      `--wait=${String(wait)}`,
      `--cascade=${cascade}`,
    ]
    const result = await this.run(args)
    if (result.exitCode !== 0 && !isUnknownKind(result)) throw kubectlError(result, `delete ${resource} ${name}`)
  }

  async wait({ resource, name, namespace }: ObjectPlace, condition: string, timeoutMs: number): Promise<void> {
    const args = [
      'wait',
      `${resource}/${name}`,
      ...inNamespace(namespace),
      `--for=${condition}`,
      `--timeout=${Math.ceil(timeoutMs / 1000)}s`,
    ]
    const result = await this.run(args)
    if (result.exitCode !== 0) throw kubectlError(result, `wait for ${resource} ${name}`)
  }

  /** Whatever else kubectl can do. Every exit code is an answer; only a server that was not reached is asked again. */
  async run(args: readonly string[], options: Pick<ExecOptions, 'input' | 'timeoutMs' | 'onLine'> = {}): Promise<ExecResult> {
    for (const delay of [...(this.#options.retryAfterMs ?? AGAIN_AFTER_MS), undefined]) {
      const result = await this.#once(args, options)
      if (delay === undefined || result.exitCode === 0 || !wasNotReached(result)) return result
      await this.#ports.clock.sleep(delay, this.#ports.signal)
    }
    throw new Error('unreachable')
  }

  async #once(args: readonly string[], options: Pick<ExecOptions, 'input' | 'timeoutMs' | 'onLine'>): Promise<ExecResult> {
    const { program, kubeconfig } = this.#options
    const limit = NOT_NEEDED.test(args[0] ?? '') ? [`--request-timeout=${REQUEST_TIMEOUT}`] : []
    return this.#ports.exec(
      program,
      [`--kubeconfig=${kubeconfig.file}`, `--cache-dir=${path.join(kubeconfig.folder, 'cache')}`, ...limit, ...args],
      {
        env: kubernetesEnvironment(this.#ports.env),
        okCodes: [0, 1],
        signal: this.#ports.signal,
        // Secrets are objects, too.
        secretOutput: true,
        ...options,
      },
    )
  }
}

function inNamespace(namespace: string | undefined): string[] {
  return namespace === undefined ? [] : [`--namespace=${namespace}`]
}
