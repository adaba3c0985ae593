import { UserError } from '../core/errors.js'
import type { DetachedProcess, ExecOptions, ExecResult, Ports } from '../core/ports.js'
import { explainFailedCall } from './advice.js'
import type { PlanJson } from './plan.js'

export interface TerraformOptions {
  /** Path of `terraform` or `tofu`. */
  program: string
  /** Folder of the root module. */
  folder: string
  env: Readonly<Record<string, string>>
}

export interface PlanOptions {
  destroy?: boolean
  /** False: plans without taking the state lock. */
  lock?: boolean
  /** Plans only these addresses and what they depend on. */
  targets?: readonly string[]
  /** Addresses that are made anew. */
  replace?: readonly string[]
}

/** Longest time for the calls that only read. */
const READ_TIMEOUT_MS = 120_000
const INIT_TIMEOUT_MS = 900_000
/** Calls that change the state are not interrupted. What they print is about the state. */
const CHANGE = { timeoutMs: READ_TIMEOUT_MS, secretOutput: true } as const

/** Terraform in one root module: argument lists in, types out. */
export class Terraform {
  readonly options: TerraformOptions
  readonly #ports: Pick<Ports, 'exec' | 'processes' | 'signal'>

  constructor(ports: Pick<Ports, 'exec' | 'processes' | 'signal'>, options: TerraformOptions) {
    this.#ports = ports
    this.options = options
  }

  /**
   * Installs providers and connects the backend.
   * @throws `NoCredentials`, `AwsRefused`, `ProviderMissing`, `ChecksumMismatch`, `ToolFailed`
   */
  async init(options: { backend?: boolean } = {}): Promise<void> {
    const args = ['init', '-input=false', '-no-color', '-reconfigure', ...(options.backend === false ? ['-backend=false'] : [])]
    await this.#run(args, { timeoutMs: INIT_TIMEOUT_MS, signal: this.#ports.signal })
  }

  async validate(): Promise<void> {
    await this.#run(['validate', '-no-color'], { timeoutMs: READ_TIMEOUT_MS, signal: this.#ports.signal })
  }

  /** Starts a plan that is written to `planFile`; its messages go to `messagesFile`. */
  startPlan(files: { planFile: string; messagesFile: string; stderrFile: string }, options: PlanOptions = {}): Promise<DetachedProcess> {
    const args = [
      'plan',
      '-input=false',
      '-json',
      `-out=${files.planFile}`,
      ...(options.destroy === true ? ['-destroy'] : []),
      ...(options.lock === false ? ['-lock=false'] : []),
      ...(options.targets ?? []).map((address) => `-target=${address}`),
      ...(options.replace ?? []).map((address) => `-replace=${address}`),
    ]
    return this.#start(args, files)
  }

  /** Starts the apply of exactly this plan. */
  startApply(files: { planFile: string; messagesFile: string; stderrFile: string }): Promise<DetachedProcess> {
    return this.#start(['apply', '-input=false', '-json', '-auto-approve', files.planFile], files)
  }

  /** The plan as data. It is not redacted. */
  async showPlan(planFile: string): Promise<PlanJson> {
    return (await this.#read(['show', '-json', planFile])) as PlanJson
  }

  /** Output values that are not sensitive. */
  async outputs(): Promise<Record<string, unknown>> {
    const outputs = (await this.#read(['output', '-json'])) as Record<string, { value: unknown; sensitive: boolean }>
    return Object.fromEntries(
      Object.entries(outputs)
        .filter(([, { sensitive }]) => !sensitive)
        .map(([name, { value }]) => [name, value]),
    )
  }

  /** Managed resources of these types in the state, with their attributes. Not redacted. */
  async stateResources(...types: string[]): Promise<StateResource[]> {
    const { values } = (await this.#read(['show', '-json'])) as { values?: { root_module?: StateModule } }
    return values?.root_module ? resourcesOf(values.root_module).filter(({ type }) => types.length === 0 || types.includes(type)) : []
  }

  /** Takes the mark away that makes Terraform replace a resource. */
  async untaint(address: string): Promise<void> {
    await this.#run(['untaint', '-no-color', address], CHANGE)
  }

  /** Brings something that exists into the state, and touches nothing else. */
  async importResource(address: string, id: string): Promise<void> {
    await this.#run(['import', '-input=false', '-no-color', address, id], { timeoutMs: READ_TIMEOUT_MS, signal: this.#ports.signal })
  }

  /** Takes a resource out of the state without touching it. */
  async stateRemove(addresses: readonly string[]): Promise<void> {
    if (addresses.length > 0) await this.#run(['state', 'rm', '-no-color', ...addresses], CHANGE)
  }

  /**
   * Makes a state file the state in the bucket. Terraform takes the lock, and refuses another lineage or a serial that is not newer.
   * @param file absolute path.
   */
  async statePush(file: string): Promise<void> {
    await this.#run(['state', 'push', '-no-color', file], CHANGE)
  }

  /** What Terraform prints as JSON. It is not redacted, so nothing of it may reach an error: neither the output nor what `JSON.parse` quotes of it. */
  async #read(args: readonly string[]): Promise<unknown> {
    const { stdout } = await this.#run(args, { timeoutMs: READ_TIMEOUT_MS, signal: this.#ports.signal, secretOutput: true })
    const value = parsed(stdout)
    if (typeof value === 'object' && value !== null) return value
    throw new UserError('ToolFailed', `${this.options.program} ${args[0] ?? ''} printed something that is not JSON.`, {
      next: ['Is it a real Terraform? See what is found: platform doctor'],
    })
  }

  /** @throws what `explainFailedCall` makes of it, or what `Exec` throws when Terraform was killed or took too long. */
  async #run(args: readonly string[], options: Pick<ExecOptions, 'timeoutMs' | 'signal' | 'secretOutput'>): Promise<ExecResult> {
    const { program, folder, env } = this.options
    const result = await this.#ports.exec(program, args, { cwd: folder, env, okCodes: [0, 1], ...options })
    if (result.exitCode === 0) return result
    throw explainFailedCall(args.slice(0, args[0] === 'state' ? 2 : 1).join(' '), result.stderr, this.options)
  }

  #start(args: readonly string[], files: { messagesFile: string; stderrFile: string }): Promise<DetachedProcess> {
    const { program, folder, env } = this.options
    return this.#ports.processes.startDetached(program, args, {
      cwd: folder,
      env,
      stdoutFile: files.messagesFile,
      stderrFile: files.stderrFile,
    })
  }
}

export interface StateResource {
  address: string
  type: string
  values: Record<string, unknown>
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

interface StateModule {
  resources?: Array<StateResource & { mode: string }>
  child_modules?: StateModule[]
}

function resourcesOf(module: StateModule): StateResource[] {
  return [...(module.resources ?? []).filter(({ mode }) => mode === 'managed'), ...(module.child_modules ?? []).flatMap(resourcesOf)]
}
