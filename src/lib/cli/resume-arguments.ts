import type { RunRecord } from '../core/journal.js'

/** Flags of the run to be resumed that are not taken over, and whether each has a value. */
const DROPPED: Readonly<Record<string, boolean>> = {
  // They belong to the command that resumes.
  '-C': true,
  '--directory': true,
  '--json': false,
  '--quiet': false,
  '--color': false,
  '--no-color': false,
  // What must be confirmed by name is confirmed each time.
  '--confirm': true,
  // A saved plan is stale once it was applied in part.
  '--plan': true,
  '--plan-digest': true,
}

/** The command line of a run, as it is run again. */
export function argumentsToResume({ arguments: given, command }: Pick<RunRecord, 'arguments' | 'command'>): string[] {
  // Runs of older versions only know their command.
  const words = [...(given ?? command.split(' '))]
  const kept: string[] = []
  let hadPlan = false
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const flag = word.startsWith('--') ? (word.split('=')[0] ?? word) : word.startsWith('-C') ? '-C' : word
    const takesValue = DROPPED[flag]
    if (takesValue === undefined) {
      kept.push(word)
      continue
    }
    if (flag === '--plan') hadPlan = true
    if (takesValue && word === flag) words.shift()
  }
  // The yes was for that plan.
  return hadPlan ? kept.filter((word) => word !== '--yes' && word !== '-y') : kept
}

/** Divides a command line into the id of its command, as oclif names it, and the rest. */
export function commandOf(words: readonly string[], ids: readonly string[]): { id: string; argv: string[] } | undefined {
  for (let count = words.length; count > 0; count -= 1) {
    const id = words.slice(0, count).join(':')
    if (ids.includes(id)) return { id, argv: words.slice(count) }
  }
  return undefined
}
