import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Environment, Project } from './project.js'
import { openRepository, readRepositoryFiles, type RepositoryFiles } from './repository-files.js'
import { SETTING_VARIABLES, userSettingsFile, type Variables } from './setting-places.js'

export interface KnownProjects {
  /** Environment variables: `PLATFORM_*`, and where the user configuration lies. */
  env: Variables
  /** A folder of this user, for what can be made again. */
  folder: string
  /** Tells what checks from what checked before. Undefined: nothing is kept. */
  build?: string | undefined
}

/** What decides about a project, and what it was found to be. */
interface Known {
  decides: Decides
  project: Omit<Project, 'directory' | 'environments'> & { environments: Array<[string, Environment]> }
}

interface Decides {
  build: string
  texts: Array<readonly [file: string, text: string]>
  variables: Array<string | null>
  user: string | null
}

const KEEP_DAYS = 60
/** Of a file, on every system. */
const LONGEST_NAME = 255

/**
 * As `loadProject`. What this build has checked already is not checked again as long as every text, variable and setting that decides
 * about it is the same: reading schemas and checking with them takes a third of a short command. Whatever goes wrong with the copy means
 * that it is checked as always. Only a project without a problem is ever kept.
 * @throws as `loadProject`
 */
export async function loadKnownProject(directory: string, { env, folder, build = thisBuild() }: KnownProjects): Promise<Project> {
  const repository = await openRepository(directory)
  const files = await readRepositoryFiles(repository)
  const place = placeOf(folder, repository)
  const user = await userText(userSettingsFile(env))
  if (place === undefined || build === undefined || user === undefined || files.problems.length > 0) return check(files, env)
  const variables = Object.values(SETTING_VARIABLES).map((name) => env[name] ?? null)
  const decides: Decides = { build, texts: [...files.texts], variables, user }
  const known = await read(place)
  if (known && JSON.stringify(known.decides) === JSON.stringify(decides)) {
    return { ...known.project, directory: repository, environments: new Map(known.project.environments) }
  }
  const project = await check(files, env)
  const { platform, shared, policyBreaches, environments } = project
  const kept = { platform, shared, policyBreaches, environments: [...environments] }
  await keep(place, { decides, project: kept }).catch(() => undefined)
  return project
}

async function check(files: RepositoryFiles, env: Variables): Promise<Project> {
  const { resolveConfiguration } = await import('./load.js')
  const { readOutsideSettings } = await import('./user-settings.js')
  return resolveConfiguration(files, await readOutsideSettings(env)).project
}

/** One file for each repository. A path that is too long for a name has none. */
function placeOf(folder: string, repository: string): string | undefined {
  const name = `${encodeURIComponent(repository)}.json`
  return name.length > LONGEST_NAME - 30 ? undefined : path.join(folder, name)
}

/** The compiled file of this source is named after its content, in which the names of the files with the schemas stand. */
function thisBuild(): string | undefined {
  const name = path.basename(import.meta.filename)
  return /-[A-Z0-9]{8}\.cjs$/.test(name) ? name : undefined
}

/** Null: there is none. Undefined: it cannot be told. */
async function userText(file: string | undefined): Promise<string | null | undefined> {
  if (file === undefined) return null
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : undefined
  }
}

async function read(place: string): Promise<Known | undefined> {
  try {
    return JSON.parse(await readFile(place, 'utf8')) as Known
  } catch {
    return undefined
  }
}

async function keep(place: string, known: Known): Promise<void> {
  const folder = path.dirname(place)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Not by the library for it, which brings cryptography and threads along: a copy that is lost in a power cut is made again.
  const unfinished = `${place}.${process.pid}`
  await writeFile(unfinished, JSON.stringify(known), { mode: 0o600 })
  await rename(unfinished, place)
  const oldest = Date.now() - KEEP_DAYS * 24 * 60 * 60 * 1000
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name)
    if ((await stat(file)).mtimeMs < oldest) await rm(file, { force: true })
  }
}
