import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { installedProgram } from '../locate.js'

/** A word for `sh` that means exactly `text`. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/**
 * Writes `<stage>/bin/<name>`: a script that sets variables and starts the real program. In `lines`, `$here` is the install folder,
 * found at run time, because the folder is moved into place only after everything in it works.
 */
export async function writeLauncher(stage: string, name: string, lines: readonly string[]): Promise<void> {
  const file = installedProgram(stage, name)
  await mkdir(path.dirname(file), { recursive: true })
  const script = ['#!/bin/sh', 'set -eu', 'here=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")', ...lines, '']
  await writeFile(file, script.join('\n'), { mode: 0o755 })
}
