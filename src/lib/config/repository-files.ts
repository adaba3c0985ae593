import { readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { isSystemError, messageOf, UserError } from '../core/errors.js'
import { resolveInside } from '../core/files.js'
import { isValidName, NAME_RULE } from '../core/names.js'
import { readPlainText } from './plain-text.js'
import type { Problem } from './problem.js'

export const PLATFORM_FILE = 'platform.yaml'
export const ENVIRONMENTS_FOLDER = 'environments'

/** Where commands write in a repository, apart from the configuration itself. */
const WRITTEN_TO = [
  '.platform/runs',
  '.platform/locks',
  '.platform/states',
  '.platform/template-update',
  '.platform/sandbox/data',
  '.platform/sandbox/logs',
  'infra/environments',
  'infra/modules',
  'infra/shared',
  'infra/.templates',
  'platform.lock.json',
]

/** The texts of a repository's configuration, by path relative to it. What could not be read is a problem instead. */
export interface RepositoryFiles {
  directory: string
  texts: ReadonlyMap<string, string>
  problems: readonly Problem[]
}

/** `environments/dev.yaml` of `dev`: always with forward slashes, as in messages. */
export function environmentFilePath(name: string): string {
  return `${ENVIRONMENTS_FOLDER}/${name}.yaml`
}

/** Whether a path relative to the repository is that of a configuration file: others below `environments` are not read. */
export function isConfigurationFile(file: string): boolean {
  const { dir, name, ext } = path.posix.parse(file)
  return file === PLATFORM_FILE || (dir === ENVIRONMENTS_FOLDER && ext === '.yaml' && isValidName(name))
}

/**
 * The nearest folder at or above `directory` with a `platform.yaml`.
 * @throws `NotARepository`
 */
export async function findRepository(directory: string): Promise<string> {
  const start = path.resolve(directory)
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (await exists(path.join(folder, PLATFORM_FILE))) return folder
    if (folder === path.dirname(folder)) break
  }
  const misnamed = await exists(path.join(start, 'platform.yml'))
  throw new UserError('NotARepository', `There is no ${PLATFORM_FILE} in ${start} or above it.`, {
    next: misnamed
      ? ['Rename platform.yml to platform.yaml.']
      : ['Go to the repository, or name it with -C.', 'Make a new one with: platform init NAME --target sandbox'],
    details: { directory: start },
  })
}

/**
 * As `findRepository`, for whoever may write there: what is written through a link would land, and what is deleted vanish, somewhere else.
 * @throws `NotARepository`, `PathOutsideRepository`
 */
export async function openRepository(directory: string): Promise<string> {
  const repository = await findRepository(directory)
  for (const place of WRITTEN_TO) await resolveInside(repository, place)
  return repository
}

/** Reads `platform.yaml` and `environments/*.yaml`. */
export async function readRepositoryFiles(directory: string): Promise<RepositoryFiles> {
  const texts = new Map<string, string>()
  const problems: Problem[] = []
  const listing = await listEnvironmentFiles(directory)
  problems.push(...listing.problems)
  for (const file of [PLATFORM_FILE, ...listing.files]) {
    const result = await readConfigurationText(directory, file)
    if (typeof result === 'string') texts.set(file, result)
    else problems.push(result)
  }
  return { directory, texts, problems }
}

async function listEnvironmentFiles(directory: string): Promise<{ files: string[]; problems: Problem[] }> {
  const files: string[] = []
  const problems: Problem[] = []
  for (const name of (await readFolder(path.join(directory, ENVIRONMENTS_FOLDER))).sort()) {
    const file = `${ENVIRONMENTS_FOLDER}/${name}`
    const { name: stem, ext } = path.parse(name)
    if (name.startsWith('.')) continue
    if (ext === '.yml') problems.push(fileProblem(file, `must end in .yaml: rename it to ${stem}.yaml`))
    else if (isConfigurationFile(file)) files.push(file)
    else if (ext.toLowerCase() === '.yaml')
      problems.push(fileProblem(file, `the file is named after the environment, whose name must be ${NAME_RULE}`))
  }
  return { files, problems }
}

async function readFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    throw new UserError('NotARepository', `${folder} cannot be read.`, {
      cause: error,
      reason: messageOf(error),
      next: [`${ENVIRONMENTS_FOLDER} must be a folder that you may read: it holds one file for each environment.`],
    })
  }
}

/** Text of a configuration file, or what keeps it from being read. */
export async function readConfigurationText(directory: string, file: string): Promise<string | Problem> {
  const full = path.join(directory, file)
  if (await leadsOutside(directory, full)) return fileProblem(file, 'is a link that leads outside the repository')
  const read = await readPlainText(full)
  return 'text' in read ? read.text : fileProblem(file, read.wrong)
}

async function leadsOutside(directory: string, file: string): Promise<boolean> {
  try {
    const [root, real] = [await realpath(directory), await realpath(file)]
    return !real.startsWith(root + path.sep)
  } catch {
    return false // Whoever reads it says what is wrong.
  }
}

function fileProblem(file: string, message: string): Problem {
  return { file, line: 1, column: 1, field: '', message }
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file)
    return true
  } catch {
    return false
  }
}
