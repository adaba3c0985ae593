import type { DatabaseSnapshot } from '../aws/database-snapshots.js'
import type { Environment } from '../config/project.js'
import { environmentFilePath } from '../config/repository-files.js'
import { UserError } from '../core/errors.js'

/** What the flags of a restore say. */
export interface Choices {
  from: string
  snapshots: Readonly<Record<string, string>>
  time?: Date | undefined
  cidr?: string | undefined
}

/**
 * Refuses flags that say something else than the file of an environment that was begun: the file decides, and they would do nothing.
 * A snapshot that AWS no longer has says nothing about where it came from.
 * @param others environments whose snapshots may have been taken instead
 * @throws `BadFlag`
 */
export async function refuseOtherChoices(
  { name, network, databases }: Environment,
  { from, snapshots, time, cidr }: Choices,
  others: readonly string[],
  snapshotsOf: (environment: string) => Promise<readonly DatabaseSnapshot[]>,
): Promise<void> {
  if (cidr !== undefined && cidr !== network.cidr) throw decided(name, '--cidr', `network.cidr is ${network.cidr}`)
  for (const [database, wanted] of Object.entries(snapshots)) {
    const snapshot = databases[database]?.snapshot
    if (snapshot !== wanted) throw decided(name, '--snapshot', `databases.${database}.snapshot is ${snapshot ?? 'not set'}`)
  }
  const made = Object.entries(databases).flatMap(([database, { snapshot }]) => (snapshot === undefined ? [] : [{ database, snapshot }]))
  const ofSource = await snapshotsOf(from)
  for (const { database, snapshot } of made) {
    const field = `databases.${database}.snapshot is ${snapshot}`
    const used = ofSource.find(({ id }) => id === snapshot)
    if (!used) {
      for (const other of others) {
        if ((await snapshotsOf(other)).some(({ id }) => id === snapshot)) throw decided(name, '--from', `${field}, of ${other}`)
      }
      continue
    }
    if (!time) continue
    const fitting = ofSource.filter((each) => each.database === database && each.takenAt.getTime() <= time.getTime())
    const best = snapshots[database] === undefined ? fitting[0]?.id : fitting.find(({ id }) => id === snapshot)?.id
    if (best !== snapshot) throw decided(name, '--time', `${field}, taken at ${used.takenAt.toISOString()}`)
  }
}

function decided(name: string, flag: string, what: string): UserError {
  const file = environmentFilePath(name)
  return new UserError('BadFlag', `${file} decides already: ${what}. Nothing was changed.`, {
    next: [
      `Leave out ${flag}, and the same command finishes what was begun.`,
      `Or change it in ${file}, or delete the file when nothing of ${name} was made yet.`,
    ],
    details: { flag, file },
  })
}
