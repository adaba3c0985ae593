import { constants } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import semver from 'semver'
import { toolsFolder } from './cache-folder.js'

type Env = Readonly<Record<string, string | undefined>>

/** Every executable file called `name` on the caller's `PATH`, first one first. */
export async function findOnPath(env: Env, name: string): Promise<string[]> {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name]
  const found: string[] = []
  for (const folder of new Set((env.PATH ?? '').split(path.delimiter))) {
    // A relative entry would run whatever lies in the folder that the user happens to be in.
    if (!path.isAbsolute(folder)) continue
    for (const file of names) {
      const candidate = path.join(folder, file)
      if (await isExecutable(candidate)) found.push(candidate)
    }
  }
  return found
}

/** The programs called `name` that platform installed earlier: the preferred version first, then newest first. */
export async function findInCache(env: Env, name: string, preferred: string): Promise<string[]> {
  const folder = path.join(toolsFolder(env), name)
  const versions = await readdir(folder).catch(() => [])
  const sorted = versions
    .filter((version) => semver.valid(version) !== null || version === preferred)
    .sort((a, b) => (a === preferred ? -1 : b === preferred ? 1 : semver.rcompare(a, b, { loose: true })))
  const found: string[] = []
  for (const version of sorted) {
    const candidate = installedProgram(path.join(folder, version), name)
    if (await isExecutable(candidate)) found.push(candidate)
  }
  return found
}

/** Where the program lies inside an install folder. */
export function installedProgram(folder: string, name: string): string {
  return path.join(folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return (await stat(file)).isFile()
  } catch {
    return false
  }
}
