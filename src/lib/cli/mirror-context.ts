import type { Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
import type { MirrorContext } from '../mirror/context.js'
import type { ToolName } from '../tools/catalogue.js'

/** What the commands of mirrors hand to their use cases. Tools are found, or installed, when they are first needed. */
export function mirrorContext(ports: Ports, project: Project): MirrorContext {
  const find = (name: ToolName) => async (): Promise<string> => {
    const { resolveTool } = await import('../tools/resolve-tool.js')
    const { toolLockOf } = await import('./tool-lock.js')
    const progress = (detail: string): void => {
      ports.report.emit({ type: 'step-progress', id: name, detail: `${name}: ${detail}` })
    }
    return (await resolveTool(ports, name, { install: true, lock: await toolLockOf(project.directory), progress })).path
  }
  return { ports, project, findHelm: find('helm'), findRegctl: find('regctl') }
}
