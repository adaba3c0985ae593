import { rm } from 'node:fs/promises'
import path from 'node:path'
import { writeFileAtomic } from '../core/files.js'
import type { StepControl } from '../core/steps.js'
import { Terraform } from '../terraform/terraform.js'
import type { RootContext } from './context.js'
import { existingFinder } from './existing-finder.js'
import { makePlan, type Plan } from './planning.js'
import type { Preflight } from './preflight.js'
import type { Root } from './root.js'
import type { Run } from './run.js'
import { inScratchCopy } from './scratch-copy.js'

/** The plan that would be made if this were the state. It is made in a copy that is thrown away, and nothing is changed. */
export async function planWithState(
  context: RootContext,
  scene: { run: Run; root: Root; preflight: Preflight; text: string },
  control: StepControl,
): Promise<Plan> {
  const { run, root, preflight, text } = scene
  return inScratchCopy(context.project.directory, async (copy) => {
    await copy.write(context, run, root)
    const folder = path.join(copy.directory, root.folder)
    // A local state instead of the one in the bucket. A plan holds secrets too, so the whole copy is closed to others.
    await rm(path.join(folder, 'backend.tf.json'))
    await writeFileAtomic(path.join(folder, 'terraform.tfstate'), text, { mode: 0o600 })
    const terraform = new Terraform(run.ports, { ...preflight.terraform.options, folder })
    await terraform.init()
    const finder = existingFinder({ run, root, platform: context.project.platform.name, clients: preflight.clients })
    return makePlan({ run, terraform, lock: false, finder }, control)
  })
}
