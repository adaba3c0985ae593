import type { Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
import type { AwsTarget } from '../core/target.js'
import type { EnvironmentContext } from '../environments/wiring.js'

/** What the environment commands hand to their use cases. Tools are found, or installed, when they are first needed. */
export function environmentContext(ports: Ports, project: Project, target: AwsTarget): EnvironmentContext {
  return {
    ports,
    project,
    target,
    findPrograms: async (progress) => {
      const { findTerraform } = await import('./terraform-programs.js')
      return findTerraform(ports, project, progress)
    },
  }
}
