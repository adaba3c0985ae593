import { applyRoot, type ApplyOptions, type ApplyResult } from '../roots/apply-root.js'
import type { RootContext } from '../roots/context.js'
import { destroyRoot, type DestroyOptions, type DestroyResult } from '../roots/destroy-root.js'
import { planRoot, type PlanResult } from '../roots/plan-root.js'
import { previewRoot, type PreviewOptions } from '../roots/preview-root.js'
import { enabledSharedRoot, sharedRoot } from '../roots/shared-root.js'

/** Plans what environments share, and keeps the plan. */
export async function planShared(context: RootContext): Promise<PlanResult & { hasChanges: boolean }> {
  return planRoot(context, enabledSharedRoot(context.project))
}

/** Brings what environments share to what `platform.yaml` says. Safe to repeat. */
export async function applyShared(
  context: RootContext,
  options: Omit<ApplyOptions, 'command' | 'confirm' | 'verify'>,
): Promise<ApplyResult> {
  return applyRoot(context, enabledSharedRoot(context.project), { ...options, command: 'shared apply' })
}

/** Destroys what environments share, and names what AWS keeps. Environments that still use it are the caller's concern to see in the plan. */
export async function destroyShared(context: RootContext, options: DestroyOptions): Promise<DestroyResult> {
  return destroyRoot(context, sharedRoot(context.project), options)
}

/** What applying or destroying it would do. Nothing is changed. */
export async function previewShared(context: RootContext, options: PreviewOptions = {}): Promise<PlanResult> {
  return previewRoot(context, options.destroy === true ? sharedRoot(context.project) : enabledSharedRoot(context.project), options)
}
