import path from 'node:path'
import { writeFileAtomic } from '../core/files.js'
import { isLoopbackUrl } from '../core/loopback.js'
import type { ExecResult, Ports } from '../core/ports.js'

export type RegctlPorts = Pick<Ports, 'exec' | 'env' | 'signal'>

/** How to log in to a registry, beside what the caller's Docker configuration says. */
export interface RegistryLogin {
  host: string
  user: string
  password: string
}

/** Variables that would change what regctl does. */
const LEFT_OUT = /^REGCTL_/

/**
 * Runs regctl with a configuration of its own. Logins of the caller's Docker configuration count, for they lead to the publishers.
 * Exit code 1 is an answer: who calls reads why.
 */
export class Regctl {
  readonly #ports: RegctlPorts
  readonly #program: string
  readonly #file: string
  readonly #login: RegistryLogin | undefined

  /** @param options.folder a folder that nobody else reads, for a login stands in it */
  constructor(ports: RegctlPorts, options: { program: string; folder: string; login?: RegistryLogin | undefined }) {
    this.#ports = ports
    this.#program = options.program
    this.#file = path.join(options.folder, 'regctl.json')
    this.#login = options.login
  }

  /** @param hosts the registries that it will talk to: those of this machine are asked without TLS */
  async configure(hosts: readonly string[]): Promise<void> {
    const login = this.#login
    const entries: Array<[string, Record<string, string>]> = [...new Set([...hosts, ...(login ? [login.host] : [])])].map((host) => [
      host,
      {
        hostname: host,
        ...(isLocal(host) && { tls: 'disabled' }),
        ...(login?.host === host && { user: login.user, pass: login.password }),
      },
    ])
    await writeFileAtomic(this.#file, JSON.stringify({ hosts: Object.fromEntries(entries) }), { mode: 0o600 })
  }

  async run(args: readonly string[], options: { input?: string } = {}): Promise<ExecResult> {
    const kept = Object.entries(this.#ports.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !LEFT_OUT.test(entry[0]),
    )
    return this.#ports.exec(this.#program, args, {
      env: { ...Object.fromEntries(kept), REGCTL_CONFIG: this.#file, LC_ALL: 'C' },
      okCodes: [0, 1],
      signal: this.#ports.signal,
      secretOutput: true,
      ...(options.input !== undefined && { input: options.input }),
    })
  }
}

/** Whether a registry is on this machine, where no TLS is spoken. */
export function isLocal(host: string): boolean {
  return isLoopbackUrl(`http://${host}`)
}
