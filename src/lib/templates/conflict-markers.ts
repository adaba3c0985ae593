import path from 'node:path'
import { UserError } from '../core/errors.js'
import type { Part } from './parts.js'
import { textsIn } from './pristine.js'

/** A place where a merge left both texts. */
export interface Conflict {
  /** Relative to the repository. */
  path: string
  /** Of its first marker, counted from 1. */
  line: number
}

// Seven equals signs alone may be a heading or a line of a heredoc.
const MARKER = /^(?:<{7}|>{7}) /

/** Where the unresolved conflicts of a text begin. */
export function conflictLines(text: string): number[] {
  const lines = text.split('\n').flatMap((line, index) => (MARKER.test(line) ? [{ line: index + 1, opens: line.startsWith('<') }] : []))
  // A marker that closes belongs to the one that opened before it.
  return lines.filter(({ opens }, index) => opens || lines[index - 1]?.opens !== true).map(({ line }) => line)
}

/** The unresolved conflicts in the folders of these parts, also in files that platform did not write. */
export async function conflictsIn(directory: string, parts: readonly Part[]): Promise<Conflict[]> {
  const groups = await Promise.all(
    parts.map(async ({ folder }) =>
      [...(await textsIn(path.join(directory, folder)))].flatMap(([name, text]) =>
        conflictLines(text).map((line) => ({ path: path.posix.join(folder, name), line })),
      ),
    ),
  )
  return groups.flat()
}

/** @throws `TemplateConflict`, naming every place */
export async function refuseConflicts(directory: string, parts: readonly Part[]): Promise<void> {
  const conflicts = await conflictsIn(directory, parts)
  if (conflicts.length === 0) return
  throw new UserError('TemplateConflict', `${conflicts.length === 1 ? 'A conflict' : `${conflicts.length} conflicts`} of a merge must be resolved first.`, {
    reason: conflicts.map((conflict) => `${conflict.path}:${conflict.line}`).join('\n'),
    next: ['In each place keep what should stay, and remove the lines <<<<<<<, ======= and >>>>>>>. Then run the command again.'],
    details: { conflicts },
  })
}
