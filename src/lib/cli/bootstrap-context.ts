import type { BootstrapContext } from '../clusters/bootstrap/context.js'
import type { BootstrapOptions } from '../clusters/bootstrap/work.js'
import type { Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
import type { AwsTarget } from '../core/target.js'
import type { ToolName } from '../tools/catalogue.js'
import { thisProgram } from './this-program.js'

/** What the commands that change what runs in a cluster hand to their use cases. Tools are found, or installed, when they are first needed. */
export function bootstrapContext(ports: Ports, project: Project, target: AwsTarget): BootstrapContext {
  const find =
    (name: ToolName): BootstrapContext['findKubectl'] =>
    async (progress) => {
      const { resolveTool } = await import('../tools/resolve-tool.js')
      const { toolLockOf } = await import('./tool-lock.js')
      const lock = await toolLockOf(project.directory)
      return (await resolveTool(ports, name, { install: true, lock, progress })).path
    }
  return { ports, project, target, program: thisProgram(), findKubectl: find('kubectl'), findHelm: find('helm') }
}

/** Longest time of a bootstrap, where nobody says another one. */
const DEFAULT_TIMEOUT_MS = 20 * 60_000
/** So much earlier than `--timeout` it ends by itself, for then it can say what is not healthy. */
const MARGIN_MS = 10_000

export function bootstrapOptions(
  environment: string,
  flags: { 'dry-run': boolean; wait?: boolean; timeout?: number | undefined; 'role-arn'?: string | undefined },
): BootstrapOptions {
  const { timeout, 'role-arn': roleArn } = flags
  const limit = timeout === undefined ? DEFAULT_TIMEOUT_MS : Math.max(timeout / 2, timeout - MARGIN_MS)
  return {
    environment,
    dryRun: flags['dry-run'],
    wait: flags.wait ?? true,
    deadline: Date.now() + limit,
    ...(roleArn !== undefined && { roleArn }),
  }
}
