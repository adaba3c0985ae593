import { tmpdir } from 'node:os'
import semver from 'semver'
import { messageOf, UserError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'
import { childEnvironment } from './child-environment.js'
import type { ToolSpec } from './tool-spec.js'

/** A version question is answered in well under a second; what takes longer hangs. */
const PROBE_LIMIT_MS = 10_000

export type ProbeResult = { ok: true; version: string } | { ok: false; version?: string; reason: string }

/** What stands for the version of a program that cannot tell it. */
export const UNKNOWN_VERSION = 'unknown'

/**
 * Runs the program and compares its version with the range.
 * @throws `Interrupted`; every other failure is an answer.
 */
export async function probeTool(
  ports: Pick<Ports, 'exec' | 'env' | 'signal'>,
  spec: Pick<ToolSpec, 'name' | 'probe'>,
  file: string,
  range: string,
): Promise<ProbeResult> {
  let output: string
  try {
    const { stdout, stderr } = await ports.exec(file, spec.probe.args, {
      env: childEnvironment(ports.env),
      cwd: tmpdir(),
      timeoutMs: PROBE_LIMIT_MS,
      signal: ports.signal,
      group: true,
    })
    output = `${stdout}\n${stderr}`
  } catch (error) {
    if (ports.signal.aborted) throw error
    return { ok: false, reason: `it does not run: ${describe(error)}` }
  }
  if (!spec.probe.pattern) return { ok: true, version: UNKNOWN_VERSION }
  const told = spec.probe.pattern.exec(output)?.[1]
  const version = told === undefined ? null : (semver.parse(told) ?? semver.coerce(told))
  if (!version) return { ok: false, reason: `it does not tell its version (${firstLine(output)})` }
  if (!semver.satisfies(version, range, { includePrerelease: true })) {
    return { ok: false, version: version.version, reason: `its version is ${version.version}, and ${range} is needed` }
  }
  return { ok: true, version: version.version }
}

function describe(error: unknown): string {
  const reason = error instanceof UserError && error.reason !== undefined ? ` ${firstLine(error.reason)}` : ''
  return `${messageOf(error)}${reason}`
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 200) ?? ''
}
