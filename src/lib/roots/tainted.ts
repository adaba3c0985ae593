import type { Existing } from '../aws/existing/existing-resources.js'
import type { Ports } from '../core/ports.js'
import type { PlannedCreate, TaintedResource } from '../terraform/plan.js'
import type { Terraform } from '../terraform/terraform.js'

/** Looks for one planned resource in AWS. */
export interface ExistingFinder {
  find(planned: PlannedCreate): Promise<Existing | undefined>
}

/**
 * Terraform marks what it was making when it was stopped as tainted, and would make it anew. Where AWS has finished it, the mark is
 * taken away, and the next plan only changes what is missing: a key or a cluster is not thrown away because of a Ctrl-C.
 * @returns the addresses whose mark was taken away.
 */
export async function keepWhatIsWhole(
  ports: Pick<Ports, 'report'>,
  terraform: Terraform,
  tainted: readonly TaintedResource[],
  finder: ExistingFinder,
): Promise<string[]> {
  const kept: string[] = []
  for (const resource of tainted) {
    const existing = await finder.find(resource)
    if (!existing || existing.failed) continue
    await terraform.untaint(resource.address)
    kept.push(resource.address)
  }
  if (kept.length > 0) {
    ports.report.emit({
      type: 'info',
      message: `The last run was stopped while these were being made. They are whole, and kept: ${kept.join(', ')}`,
    })
  }
  return kept
}
