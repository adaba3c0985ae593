import type { Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
import type { PolicyContext } from '../policy/check.js'

/** What the policy commands hand to their use cases. Tools are found, or installed, when they are first needed. */
export function policyContext(ports: Ports, project: Project): PolicyContext {
  return {
    ports,
    project,
    findEngine: async (progress) => {
      const { resolveTool } = await import('../tools/resolve-tool.js')
      const { toolLockOf } = await import('./tool-lock.js')
      return resolveTool(ports, 'opa', { install: true, lock: await toolLockOf(project.directory), progress })
    },
    findTerraform: async () => {
      const { findTerraform } = await import('./terraform-programs.js')
      return findTerraform(ports, project, () => undefined)
    },
  }
}
