import { UserError } from '../../core/errors.js'
import { Journal, type RunRecord } from '../../core/journal.js'
import type { Ports } from '../../core/ports.js'
import { commitOf, commitsTouching, pathsDiffer } from '../../git/git.js'
import { pathsOf } from './paths.js'

export type RevisionPorts = Pick<Ports, 'exec' | 'env' | 'signal' | 'clock'>

/** What the journal calls a run, so that one that was cut short goes on to the same commit. */
export function commandFor(name: string, target: string): string {
  return `env rollback ${name} --to ${target}`
}

const MOST_COMMITS = 200

/**
 * The commit to go back to. Without a wish: that of a rollback that was cut short; else the newest that was applied and in which the
 * environment's files are not as they are now; else, where no run says so, the one before the last change of these files.
 * @throws `RollbackRefused` when there is none, `BadFlag` outside of Git
 */
export async function revisionOf(ports: RevisionPorts, directory: string, name: string, to: string | undefined): Promise<string> {
  const head = await commitOf(ports, directory, 'HEAD')
  if (head === undefined) throw nothingThere(name, 'This repository has no commit yet.')
  if (to !== undefined) {
    const found = await commitOf(ports, directory, to)
    if (found !== undefined) return found
    throw nothingThere(name, `This repository has no commit ${JSON.stringify(to)}.`)
  }
  const runs = (await new Journal(directory, ports.clock).list(name)).filter(({ purpose }) => purpose === 'change')
  const unfinished = unfinishedTarget(runs)
  if (unfinished !== undefined) return unfinished
  const applied = runs.flatMap(({ status, commit }) => (status === 'succeeded' && commit !== undefined ? [commit] : []))
  const paths = pathsOf(name)
  for (const commit of new Set(applied)) {
    if ((await pathsDiffer(ports, directory, { paths, from: commit, to: head })) === true) return commit
  }
  const [, before] = await commitsTouching(ports, directory, paths, MOST_COMMITS)
  if (before === undefined) throw nothingThere(name, 'Its files were committed once, and never changed.')
  return before
}

/** Where a rollback was going that had begun to apply, when nothing was applied since. */
function unfinishedTarget(runs: readonly RunRecord[]): string | undefined {
  const last = sinceSuccess(runs).find(didApply)
  return last && /^env rollback \S+ --to ([0-9a-f]{40,64})$/.exec(last.command)?.[1]
}

/**
 * Whether AWS is on its way to what the files of a commit say, so that they have to stay.
 * @param runs those that change the environment, the newest first
 * @param known ids of runs from before this call
 * @param repeated the files were at the commit before this call: what an earlier one applied counts too
 */
export function isOnItsWay(
  runs: readonly RunRecord[],
  { command, known, repeated }: { command: string; known: ReadonlySet<string>; repeated: boolean },
): boolean {
  const ours = runs.filter((run) => run.command === command && didApply(run))
  if (ours.some(({ runId }) => !known.has(runId))) return true
  if (!repeated) return false
  const earlier = runs.filter(({ runId }) => known.has(runId))
  const open = sinceSuccess(earlier)
  // It may have applied everything, and have been cut short before its commit.
  return earlier.slice(0, open.length + 1).find(didApply)?.command === command
}

function sinceSuccess(runs: readonly RunRecord[]): readonly RunRecord[] {
  const success = runs.findIndex(({ status }) => status === 'succeeded')
  return success === -1 ? runs : runs.slice(0, success)
}

function didApply({ processes }: RunRecord): boolean {
  return processes.some(({ operation }) => operation === 'apply')
}

export function nothingThere(name: string, reason: string): UserError {
  return new UserError('RollbackRefused', `There is nothing to bring ${name} back to.`, {
    reason,
    next: [`See its commits: git log -- environments/${name}.yaml infra/environments/${name}`],
    details: { name },
  })
}
