import { isFields } from '../core/plain-data.js'

/** One line of Terraform's machine-readable output, as far as it is used here. Source: https://developer.hashicorp.com/terraform/internals/machine-readable-ui */
export type TerraformMessage =
  | { type: 'apply_start' | 'apply_progress' | 'apply_complete' | 'apply_errored'; hook: ResourceHook }
  | { type: 'refresh_start' | 'refresh_complete'; hook: ResourceHook }
  | { type: 'planned_change' | 'resource_drift'; change: PlannedChange }
  | { type: 'outputs'; outputs: Record<string, { action?: string }> }
  | { type: 'change_summary'; changes: { add: number; change: number; remove: number; import?: number; operation: string } }
  | { type: 'diagnostic'; diagnostic: Diagnostic }
  | { type: 'other' }

interface ResourceHook {
  resource: { addr: string; resource_type: string }
  action?: string
  elapsed_seconds?: number
}

export interface PlannedChange {
  resource: { addr: string; resource: string; resource_type: string }
  action: string
  importing?: unknown
}

export interface Diagnostic {
  severity: 'error' | 'warning'
  summary: string
  detail?: string
  address?: string
  range?: { filename: string; start: { line: number; column: number } }
}

const HOOK_TYPES = ['apply_start', 'apply_progress', 'apply_complete', 'apply_errored', 'refresh_start', 'refresh_complete']

/** Reads one line. Anything that is not understood is `other`: newer versions of Terraform may say more. */
export function parseMessage(line: string): TerraformMessage {
  let message: unknown
  try {
    message = JSON.parse(line)
  } catch {
    return { type: 'other' }
  }
  if (!isFields(message)) return { type: 'other' }
  const isKnown =
    (HOOK_TYPES.includes(String(message.type)) && hasResource(message.hook)) ||
    ((message.type === 'planned_change' || message.type === 'resource_drift') && hasResource(message.change, 'resource')) ||
    (message.type === 'outputs' && isFields(message.outputs) && Object.values(message.outputs).every(isFields)) ||
    (message.type === 'change_summary' && isFields(message.changes)) ||
    (message.type === 'diagnostic' && isFields(message.diagnostic) && typeof message.diagnostic.summary === 'string')
  return isKnown ? (message as TerraformMessage) : { type: 'other' }
}

/** @param more another field of the resource that has to be there. */
function hasResource(hook: unknown, more = 'addr'): boolean {
  return isFields(hook) && isFields(hook.resource) && typeof hook.resource.addr === 'string' && typeof hook.resource[more] === 'string'
}
