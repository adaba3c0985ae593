import type { Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
import type { AwsTarget } from '../core/target.js'

/** The AWS that `platform.yaml` names. Nothing of the sandbox is loaded with target `aws`. */
export async function createTarget(ports: Ports, project: Project): Promise<AwsTarget> {
  const { directory, platform } = project
  if (platform.target === 'aws') {
    const { createAwsTarget } = await import('../aws/target.js')
    return createAwsTarget()
  }
  const { createSandboxTarget } = await import('../sandbox/target.js')
  return createSandboxTarget(ports, { directory, region: platform.region, resolveEmulator: async () => findEmulator(ports, directory) })
}

/** The emulator behind the sandbox: found, or built once for all repositories of this user. */
export async function findEmulator(ports: Ports, directory: string): Promise<{ path: string; version: string }> {
  const { resolveTool } = await import('../tools/resolve-tool.js')
  const { toolLockOf } = await import('./tool-lock.js')
  const progress = (detail: string): void => {
    ports.report.emit({ type: 'step-progress', id: 'fakecloud', detail })
  }
  const { path, version } = await resolveTool(ports, 'fakecloud', { install: true, lock: await toolLockOf(directory), progress })
  return { path, version }
}
