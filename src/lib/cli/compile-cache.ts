import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Script } from 'node:vm'
import { cacheFolder } from '../tools/cache-folder.js'
import { loadOwnFiles, type Wrapper } from './own-files.js'

type Env = Readonly<Record<string, string | undefined>>

/** Smaller files compile as fast as their compiled code is read. */
const WORTH_CHARACTERS = 4096
const KEEP_DAYS = 60
const BEFORE = '(function (exports, require, module, __filename, __dirname) { '
const AFTER = '\n})'

/**
 * Keeps the compiled code of the files in `dist/chunks` in the user's cache, and reads it at the next start: compiling takes up to a third
 * of the time of a short command. Node 22 has `module.enableCompileCache` for this, Node 20 has not.
 * Whatever goes wrong here must not stop a command: then everything is compiled as always.
 * @param dist the folder of compiled files. In `chunks` below it are those whose names change with their content.
 */
export function keepCompiledCode(dist: string, env: Env): void {
  if (env['NODE_DISABLE_COMPILE_CACHE'] !== undefined) return
  const folder = attempt(() => path.join(cacheFolder(env), 'compiled', `${process.version}-${process.arch}`))
  if (folder === undefined) return
  const chunks = path.join(dist, 'chunks') + path.sep
  const known = new Set(attempt(() => (isOurs(folder) ? readdirSync(folder) : [])))
  const used = new Map<string, Script>()
  let incomplete = false

  loadOwnFiles(dist, (file) => {
    // What esbuild writes is plain ASCII.
    const source = readFileSync(file, 'latin1')
    const name = file.startsWith(chunks) && source.length >= WORTH_CHARACTERS ? path.basename(file) : undefined
    const cachedData = name !== undefined && known.has(name) ? attempt(() => readFileSync(path.join(folder, name))) : undefined
    const script = new Script(BEFORE + source + AFTER, { filename: file, columnOffset: -BEFORE.length, ...(cachedData && { cachedData }) })
    if (name !== undefined) {
      used.set(name, script)
      if (cachedData === undefined || script.cachedDataRejected === true) incomplete = true
    }
    return script.runInThisContext() as Wrapper
  })
  // At the end, because only what has run is compiled. A new command may have run more of the files that were known already.
  process.once('exit', () => {
    if (incomplete) attempt(() => save(folder, used))
  })
}

/** Compiled code is run, so nobody else may have written it. */
function isOurs(folder: string): boolean {
  const { uid, mode } = statSync(folder)
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
}

function save(folder: string, scripts: ReadonlyMap<string, Script>): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!isOurs(folder)) return
  removeOld(path.dirname(folder))
  for (const [name, script] of scripts) {
    const file = path.join(folder, name)
    const unfinished = `${file}.${process.pid}`
    writeFileSync(unfinished, script.createCachedData(), { mode: 0o600 })
    renameSync(unfinished, file)
  }
}

/** Of other versions of platform or Node. What is still in use comes again. */
function removeOld(compiled: string): void {
  const oldest = Date.now() - KEEP_DAYS * 24 * 60 * 60 * 1000
  for (const entry of readdirSync(compiled, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    if (entry.isFile() && statSync(file).mtimeMs < oldest) rmSync(file)
  }
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}
