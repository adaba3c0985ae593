import { existsSync } from 'node:fs'
import path from 'node:path'

/** The folder of platform itself, with package.json, templates/ and dist/: the same from a source file and from any file in dist/. */
export const packageRoot = findAbove(import.meta.dirname, 'package.json')

function findAbove(folder: string, name: string): string {
  const above = path.dirname(folder)
  if (existsSync(path.join(folder, name))) return folder
  if (above === folder) throw new Error(`${name} is missing: platform is not installed completely.`)
  return findAbove(above, name)
}
