import type { ExecResult, Ports } from '../../core/ports.js'
import { messageOf, UserError } from '../../core/errors.js'
import { childEnvironment } from '../child-environment.js'
import { findOnPath } from '../locate.js'
import type { Machine } from '../machine.js'
import type { Progress, ToolSpec } from '../tool-spec.js'
import { WayUnavailable } from './unavailable.js'

export type InstallPorts = Pick<Ports, 'exec' | 'env' | 'signal' | 'clock'>

/** What a way of installing works with. It puts the program to `<stage>/bin/<name>`; the rest is the caller's. */
export interface InstallContext {
  ports: InstallPorts
  spec: ToolSpec
  machine: Machine
  /** Becomes the install folder when everything went well. Empty at the start. */
  stage: string
  /** For what is not kept. Survives an interruption, so that a long build goes on where it stopped. */
  work: string
  progress: Progress
}

/** What a way tells about what it installed. */
export interface InstallOutcome {
  /** SHA-256 of the downloaded archive, in hex. */
  sha256?: string
  /** Other programs of the same version that came out of the same build: `file` is in the work folder. */
  others?: ReadonlyArray<Pick<ToolSpec, 'name' | 'probe'> & { file: string }>
}

/** The package client's path. @throws `WayUnavailable` when it is not installed. */
export async function requireClient({ ports }: InstallContext, name: string): Promise<string> {
  const [file] = await findOnPath(ports.env, name)
  if (file === undefined) throw new WayUnavailable(`${name} is not installed`)
  return file
}

/**
 * Runs a package client to its end.
 * @param options.okCodes exit codes that are an answer. Default: 0.
 * @throws `WayUnavailable` with the client's last words, `Interrupted`.
 */
export async function runClient(
  { ports }: InstallContext,
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>>; okCodes?: readonly number[]; onLine?: (line: string) => void } = {},
): Promise<ExecResult> {
  try {
    return await ports.exec(file, args, {
      env: childEnvironment(ports.env, options.env),
      signal: ports.signal,
      group: true,
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      ...(options.okCodes && { okCodes: options.okCodes }),
      ...(options.onLine && { onLine: options.onLine }),
    })
  } catch (error) {
    if (ports.signal.aborted) throw error
    if (!(error instanceof UserError)) throw error
    const said = lastWords(error.reason ?? '')
    throw new WayUnavailable(said === '' ? messageOf(error) : `${messageOf(error)} ${said}`)
  }
}

/** The end of what a client printed, in one line. */
export function lastWords(printed: string): string {
  return printed.trim().split('\n').slice(-3).join(' ').slice(0, 400)
}

/** A listener for the client's lines that reports each compiled unit. `pattern` captures the unit's name. */
export function countUnits({ progress, spec }: InstallContext, pattern: RegExp, verb: string): (line: string) => void {
  let done = 0
  return (line) => {
    const unit = pattern.exec(line)?.[1]
    if (unit === undefined) return
    done += 1
    const total = spec.buildUnits
    // The total was counted on one machine: another one may have a few more.
    progress(`${verb} ${unit}`, total === undefined ? undefined : { done: Math.min(done, total), total })
  }
}
