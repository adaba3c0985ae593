import { rm } from 'node:fs/promises'
import path from 'node:path'
import { emptied, restamp, summariseState } from '../aws/state-document.js'
import { readStateText } from '../aws/state-object.js'
import { hideState, seedState } from '../aws/state-versions.js'
import { UserError } from '../core/errors.js'
import { writeFileAtomic } from '../core/files.js'
import { keepState } from '../roots/kept-states.js'
import type { Run } from '../roots/run.js'
import type { StateAccess } from '../roots/terraform-run.js'
import type { Terraform } from '../terraform/terraform.js'

/**
 * Makes `text` the state in the bucket, under a serial newer than both. Terraform takes the lock for it, and refuses when somebody
 * else was quicker. What was the state until now is kept twice: as a version in the bucket, and below `.platform/states`.
 * @param replacement.instead the state that the plan was shown beside; undefined: there was none.
 * @returns the new serial.
 * @throws `StateConflict` when the state is another one by now; `StateUnreadable`, `StateLocked`, `VerifyFailed`, `ToolFailed`
 */
export async function replaceState(
  run: Run,
  replacement: { state: StateAccess; terraform: Pick<Terraform, 'statePush'>; text: string; instead: string | undefined },
): Promise<number> {
  const { state, terraform, text } = replacement
  const root = run.record.environment
  const current = await readStateText(state.clients, state)
  if (current !== replacement.instead) throw changedMeanwhile(root)
  const now = current === undefined ? undefined : summariseState(current)
  const wanted = summariseState(text)
  const newest = Math.max(now?.serial ?? 0, wanted.serial ?? 0)
  // Terraform takes only a newer serial, and counts on from it when it writes.
  const serial = newest + 1
  const stamped = restamp(text, { serial, lineage: now?.lineage ?? wanted.lineage ?? '' })
  if (stamped === undefined) {
    throw new UserError('StateUnreadable', `This version of the state of ${root} is not as Terraform writes it. Nothing was changed.`, {
      reason: 'It may be encrypted, or come from another tool.',
      next: [`Choose another one: platform state history ${root}`],
    })
  }
  if (current !== undefined) await keepState(run.repository, root, 'replaced', current)
  // Terraform cannot write over what it cannot read. The version stays in the bucket.
  if (now?.unreadable) await hideState(state.clients, state)
  // Over nothing, Terraform would start a new lineage and count from 1 again.
  if (now === undefined || now.unreadable) await seedState(state.clients, state, emptied(text))
  const file = path.join(run.journal.folderOf(run.record.runId), 'restored.tfstate')
  try {
    await writeFileAtomic(file, stamped, { mode: 0o600 })
    await terraform.statePush(file)
  } finally {
    await rm(file, { force: true })
  }
  const after = summariseState((await readStateText(state.clients, state)) ?? '')
  if (after.serial !== undefined && after.serial > newest && after.resources === wanted.resources) return after.serial
  throw new UserError('VerifyFailed', `The state of ${root} was written, but reading it back shows another one.`, {
    reason: `Written: serial ${serial}, ${wanted.resources} resources. Read: serial ${after.serial ?? 'none'}, ${after.resources}.`,
    next: [`Somebody may have changed it at the same moment. Look: platform state history ${root}`],
    details: { root, serial, found: after.serial },
  })
}

function changedMeanwhile(root: string): UserError {
  return new UserError('StateConflict', `The state of ${root} was changed while the question was open. Nothing was changed.`, {
    next: [`See what came: platform state history ${root}`, 'Run the command again: it shows a plan beside the state of now.'],
    details: { root },
  })
}
