import { rm } from 'node:fs/promises'
import path from 'node:path'
import { restamp, summariseState, type StateSummary } from '../aws/state-document.js'
import { readStateText } from '../aws/state-object.js'
import { UserError } from '../core/errors.js'
import type { Terraform } from '../terraform/terraform.js'
import { ERRORED_STATE, keepErroredState, type KeptState } from './kept-states.js'
import type { Run } from './run.js'
import type { StateAccess } from './terraform-run.js'

/** Keeps the state that a failed Terraform could not save, and says so. */
export async function reportErroredState(run: Run, { folder }: Pick<StateAccess, 'folder'>): Promise<void> {
  const kept = await keepErroredState(run.repository, { name: run.record.environment, folder })
  if (!kept) return
  const where = path.posix.join(folder, ERRORED_STATE)
  const message = summariseState(kept.text).unreadable
    ? `Terraform could not save its state, not even in ${where}, where only a part of it is. What it made is found in AWS by a later run.`
    : `Terraform could not save its state. It is in ${where}, with a copy in ${kept.copy}. The next run puts it into the bucket.`
  run.ports.report.emit({ type: 'warning', message })
}

/**
 * Puts the state that an earlier run could not save into the bucket, if there is one, and takes it out of the way. The copy stays.
 * @returns what was done, in words, or undefined when there is none.
 * @throws `StateUnreadable`; `StateConflict` when the state in the bucket has moved on.
 */
export async function pushErroredState(run: Run, state: StateAccess, terraform: Pick<Terraform, 'statePush'>): Promise<string | undefined> {
  const root = { name: run.record.environment, folder: state.folder }
  const kept = await keepErroredState(run.repository, root)
  if (!kept) return undefined
  if (kept.text === '') {
    // A full disk took the file, and nothing of what was to be in it.
    await rm(kept.file, { force: true })
    return undefined
  }
  const errored = summariseState(kept.text)
  if (errored.unreadable) throw unreadable(root, kept)
  const current = await readStateText(state.clients, state)
  const arrived = current !== undefined && samePicture(current, kept.text)
  if (current !== undefined && !arrived) {
    const inBucket = summariseState(current)
    if (inBucket.unreadable) throw unreadableState(root.name)
    if (inBucket.lineage !== errored.lineage || (inBucket.serial ?? 0) >= (errored.serial ?? 0))
      throw movedOn(root, kept, { errored, inBucket })
  }
  if (!arrived) await terraform.statePush(kept.file)
  await rm(kept.file, { force: true })
  return `put the state that an earlier run could not save into the bucket (serial ${errored.serial}, ${errored.resources} resources)`
}

/** The same state, whatever its serial: it arrived, and a run was cut short before it could take the file away. */
function samePicture(a: string, b: string): boolean {
  const stamp = { serial: 0, lineage: '' }
  return restamp(a, stamp) !== undefined && restamp(a, stamp)?.trim() === restamp(b, stamp)?.trim()
}

/** @throws `StateUnreadable` The state in the bucket is damaged. */
export function unreadableState(name: string): UserError {
  return new UserError('StateUnreadable', `The state of ${name} in the bucket is not a Terraform state. Nothing was changed.`, {
    reason: 'It was cut off, or something else wrote to its place. Earlier versions of it are in the bucket.',
    next: [`platform state history ${name}`, `platform state restore ${name} --version ID`],
    details: { root: name },
  })
}

function unreadable({ name, folder }: { name: string; folder: string }, { copy }: KeptState): UserError {
  const file = path.posix.join(folder, ERRORED_STATE)
  return new UserError('StateUnreadable', `${file} is not a Terraform state. Nothing was changed.`, {
    reason: `Terraform writes it when it cannot save the state of ${name}, and it was cut off. A copy is in ${copy}.`,
    next: [`To go on without it, delete ${file} and run the same command again: what exists in AWS is looked for, and imported.`],
    details: { file, copy },
  })
}

function movedOn(
  { name, folder }: { name: string; folder: string },
  { copy }: KeptState,
  { errored, inBucket }: { errored: StateSummary; inBucket: StateSummary },
): UserError {
  const file = path.posix.join(folder, ERRORED_STATE)
  const sameLineage = errored.lineage === inBucket.lineage
  return new UserError('StateConflict', `${file} does not fit the state of ${name} in the bucket. Nothing was changed.`, {
    reason: sameLineage
      ? `The file has serial ${errored.serial} and ${errored.resources} resources, the state in the bucket serial ${inBucket.serial} and ${inBucket.resources}: somebody has changed it since.`
      : `They are two different states (lineage ${errored.lineage} in the file, ${inBucket.lineage} in the bucket).`,
    next: [
      `Compare: platform state history ${name}`,
      `To go on with the state in the bucket, delete ${file} (a copy is in ${copy}) and run the same command again: what exists in AWS and is missing in the state is imported.`,
    ],
    details: { file, copy, serial: errored.serial, serialInBucket: inBucket.serial, sameLineage },
  })
}
