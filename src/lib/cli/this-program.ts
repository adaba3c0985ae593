import path from 'node:path'
import { packageRoot } from '../core/package-root.js'

/** Absolute path by which others start this program: as it was started itself, because that place stays when another version comes. */
export function thisProgram(): string {
  const started = process.argv[1]
  return started !== undefined && path.isAbsolute(started) && path.extname(started) !== '.mjs'
    ? started
    : path.join(packageRoot, 'bin', 'run.js')
}
