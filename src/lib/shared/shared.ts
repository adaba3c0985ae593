import type { Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { applyRoot, type ApplyOptions, type ApplyResult } from '../roots/apply-root.js'
import type { RootContext } from '../roots/context.js'
import { destroyRoot, type DestroyOptions, type DestroyResult } from '../roots/destroy-root.js'
import { planRoot, type PlanResult } from '../roots/plan-root.js'
import { previewRoot, type PreviewOptions } from '../roots/preview-root.js'
import type { Root } from '../roots/root.js'
import { sharedRoot } from '../roots/shared-root.js'

/** Plans what environments share, and keeps the plan. */
export async function planShared(context: RootContext): Promise<PlanResult & { hasChanges: boolean }> {
  return planRoot(context, enabledRoot(context.project))
}

/** Brings what environments share to what `platform.yaml` says. Safe to repeat. */
export async function applyShared(
  context: RootContext,
  options: Omit<ApplyOptions, 'command' | 'confirm' | 'verify'>,
): Promise<ApplyResult> {
  return applyRoot(context, enabledRoot(context.project), { ...options, command: 'shared apply' })
}

/** Destroys what environments share, and names what AWS keeps. Environments that still use it are the caller's concern to see in the plan. */
export async function destroyShared(context: RootContext, options: DestroyOptions): Promise<DestroyResult> {
  return destroyRoot(context, sharedRoot(context.project), options)
}

/** What applying or destroying it would do. Nothing is changed. */
export async function previewShared(context: RootContext, options: PreviewOptions = {}): Promise<PlanResult> {
  return previewRoot(context, options.destroy === true ? sharedRoot(context.project) : enabledRoot(context.project), options)
}

/** @throws `InvalidConfiguration` when it is switched off */
function enabledRoot(project: Project): Root {
  if (project.shared.enabled) return sharedRoot(project)
  throw new UserError('InvalidConfiguration', 'What environments share is switched off.', {
    reason: 'platform.yaml says "shared.enabled: false".',
    next: ['Set "shared.enabled: true" in platform.yaml, or take the line out.'],
  })
}
