import type { Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
import type { AwsTarget } from '../core/target.js'
import type { RootContext } from '../roots/context.js'

/** What the commands that plan and apply hand to their use cases. Tools are found, or installed, when they are first needed. */
export function rootContext(ports: Ports, project: Project, target: AwsTarget): RootContext {
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
