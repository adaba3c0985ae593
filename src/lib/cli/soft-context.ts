import type { SoftContext } from '../clusters/soft/context.js'
import type { RootContext } from '../roots/context.js'
import { thisProgram } from './this-program.js'
import { toolLockOf } from './tool-lock.js'

/** What the commands hand to the use cases of soft environments. */
export function softContext(context: RootContext, roleArn: string | undefined): SoftContext {
  return {
    ...context,
    roleArn,
    program: thisProgram(),
    findKubectl: async (progress) => {
      const { resolveTool } = await import('../tools/resolve-tool.js')
      const lock = await toolLockOf(context.project.directory)
      return (await resolveTool(context.ports, 'kubectl', { install: true, lock, progress })).path
    },
  }
}

/** Whether an environment is soft; one that does not exist is not. */
export function isSoft({ project }: Pick<RootContext, 'project'>, name: string): boolean {
  return project.environments.get(name)?.isolation === 'soft'
}
