import { mapLimited } from '../waiting.js'
import { canBeFound, type Existing } from './existing-resources.js'
import type { PlannedResource } from './finding.js'

export interface ImportBlock {
  /** Address in the configuration. */
  to: string
  id: string
}

export interface ImportRound {
  /** The blocks known before and those found now: the whole content of the file. */
  imports: ImportBlock[]
  /** How many were found now. None: another round would find nothing either. */
  found: number
  /** Resources that exist in a state of no use. They are imported too, and the next plan has to replace them. */
  failed: Array<{ address: string; importId: string; note: string }>
  notes: Array<{ address: string; note: string }>
  /** AWS resources whose type cannot be looked for: they may exist twice after the next apply. */
  unknown: string[]
}

const AT_ONCE = 8

/**
 * One round of finding what exists but is not in the state. Ids become known to Terraform only after their resources are imported
 * in a plan, so plan and call it again with the blocks until `found` is 0.
 * @param creates what the current plan (made with `known` in place) would create.
 * @throws what `find` throws.
 */
export async function planImports(
  creates: readonly PlannedResource[],
  finder: { find(planned: PlannedResource): Promise<Existing | undefined> },
  known: readonly ImportBlock[] = [],
): Promise<ImportRound> {
  const done = new Set(known.map(({ to }) => to))
  const open = creates.filter(({ address }) => !done.has(address))
  const answers = await mapLimited(open, AT_ONCE, async (planned) => ({ planned, existing: await finder.find(planned) }))
  const round: ImportRound = { imports: [...known], found: 0, failed: [], notes: [], unknown: [] }
  for (const { planned, existing } of answers) {
    if (!existing) {
      if (planned.type.startsWith('aws_') && !canBeFound(planned.type)) round.unknown.push(planned.address)
      continue
    }
    round.found += 1
    round.imports.push({ to: planned.address, id: existing.importId })
    const { importId, note } = existing
    if (existing.failed) round.failed.push({ address: planned.address, importId, note: note ?? '' })
    else if (note !== undefined) round.notes.push({ address: planned.address, note })
  }
  return round
}

/** The content of `imports.tf.json`. Source: https://developer.hashicorp.com/terraform/language/syntax/json */
export function importsFile(imports: readonly ImportBlock[]): { import: ImportBlock[] } {
  // In JSON, Terraform takes strings as templates.
  return { import: imports.map(({ to, id }) => ({ to, id: id.replace(/([$%])\{/g, '$1$1{') })) }
}
