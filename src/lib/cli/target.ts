import type { Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
import type { AwsTarget } from '../core/target.js'

/** The AWS that `platform.yaml` names. Nothing of the sandbox is loaded with target `aws`. */
export async function createTarget(ports: Ports, project: Project): Promise<AwsTarget> {
  if (project.platform.target === 'aws') {
    const { createAwsTarget } = await import('../aws/target.js')
    return createAwsTarget()
  }
  const { createSandboxTarget } = await import('../sandbox/target.js')
  return createSandboxTarget(ports, project.directory)
}
