import type { CreateOptions } from '../environments/create.js'
import type { ApplyResult } from '../roots/apply-root.js'
import type { RootContext } from '../roots/context.js'
import { isSoft, softContext } from './soft-context.js'

/** Creates an environment, or brings it to what its file says: one with a cluster of its own, or a soft one. */
export async function makeEnvironment(context: RootContext, options: CreateOptions, roleArn: string | undefined): Promise<ApplyResult> {
  if (isSoft(context, options.name)) {
    const { createSoft } = await import('../clusters/soft/create.js')
    return createSoft(softContext(context, roleArn), options)
  }
  const { createEnvironment } = await import('../environments/create.js')
  return createEnvironment(context, options)
}
