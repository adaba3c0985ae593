import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { git, type GitPorts } from './git.js'

export interface ThreeTexts {
  base: string
  ours: string
  theirs: string
  /** What the conflict markers call the two sides. */
  labels: { ours: string; theirs: string }
}

/** `git merge-file` ends with the number of conflicts, up to this one; everything above is an error. */
const MOST_CONFLICTS = 127

/** Merges what changed from `base` to `theirs` into `ours`, as Git does. Conflicts stay in the text, between markers. */
export async function mergeTexts(
  ports: GitPorts,
  { base, ours, theirs, labels }: ThreeTexts,
): Promise<{ text: string; conflicts: number }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'platform-merge-'))
  try {
    const crlf = ours.includes('\r\n')
    const texts = { ours, base, theirs }
    for (const [name, text] of Object.entries(texts)) await writeFile(path.join(folder, name), text.replaceAll('\r\n', '\n'))
    const style = ['-c', 'merge.conflictStyle=merge']
    const names = ['-L', labels.ours, '-L', 'base', '-L', labels.theirs]
    const okCodes = Array.from({ length: MOST_CONFLICTS + 1 }, (_, code) => code)
    const { exitCode, stdout } = await git(ports, folder, [...style, 'merge-file', '-p', ...names, ...Object.keys(texts)], okCodes)
    return { text: crlf ? stdout.replaceAll('\n', '\r\n') : stdout, conflicts: exitCode }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
