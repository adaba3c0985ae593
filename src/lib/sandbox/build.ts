import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { Journal } from '../core/journal.js'
import { packageRoot } from '../core/package-root.js'
import type { Ports } from '../core/ports.js'

/** The compiled program of a supervisor, also when this file runs as TypeScript in a test. */
export const supervisorProgram = path.join(packageRoot, 'dist', 'lib', 'sandbox', 'supervisor-main.cjs')

/**
 * Names the program of the supervisors that are started from here, such as `0.2.0+3f9a1c07be52`: the version of platform, and a digest of
 * the program, which is one file.
 */
export async function currentBuild(): Promise<string> {
  const [text, program] = await Promise.all([
    readFile(path.join(packageRoot, 'package.json'), 'utf8'),
    readFile(supervisorProgram).catch(() => ''), // Not built: nothing could be started either.
  ])
  const { version } = JSON.parse(text) as { version: string }
  return `${version}+${createHash('sha256').update(program).digest('hex').slice(0, 12)}`
}

/**
 * Whether a supervisor should give way to one of this build: it is of an earlier version, or another build of the same one. One of a
 * later version mends all that this one would.
 */
export async function isOutdated(running: string | undefined, current: string): Promise<boolean> {
  if (running === current) return false
  const { default: semver } = await import('semver')
  return semver.valid(running) === null || semver.lte(running ?? '', current)
}

/** The version in a build, for people. */
export function versionOf(build: string | undefined): string {
  return build?.split('+')[0] ?? 'an unknown version'
}

/** Whether another command, or a Terraform of any, is at work in the repository: a restart would make its calls fail. */
export async function othersAtWork(ports: Pick<Ports, 'processes' | 'clock'>, repository: string): Promise<boolean> {
  const self = await ports.processes.self()
  for (const { host, owner, processes } of await new Journal(repository, ports.clock).list()) {
    if (host !== hostname()) continue
    for (const each of [owner, ...processes]) if (each.pid !== self.pid && (await ports.processes.isAlive(each))) return true
  }
  return false
}
