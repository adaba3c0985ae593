import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { resolveConfiguration } from '../config/load.js'
import type { Project } from '../config/project.js'
import { ENVIRONMENTS_FOLDER, isConfigurationFile, PLATFORM_FILE } from '../config/repository-files.js'
import { readOutsideSettings } from '../config/user-settings.js'
import { isSystemError, UserError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'
import { changedSince, commitOf, filesAt, textAt } from '../git/git.js'
import type { Root } from '../roots/root.js'
import { rootsOf } from '../roots/select.js'

export interface AffectedResult {
  since: string
  commit: string
  environments: Array<{ name: string; reasons: string[] }>
  /** Were there then, and are not now. What they made may still be there. */
  removed: string[]
}

/** Written from the configuration: what they say is compared there. */
const WRITTEN = new Set(['terraform.tfvars.json', 'backend.tf.json', 'imports.tf.json'])

/**
 * What a Git change touches: environments whose values differ from those of `since`, or whose root module or modules have changed files.
 * @throws `BadFlag` when `since` names no commit, or this is no Git repository
 */
export async function affectedEnvironments(ports: Ports, project: Project, since: string): Promise<AffectedResult> {
  const { directory } = project
  const commit = await commitOf(ports, directory, since)
  if (commit === undefined) {
    throw new UserError('BadFlag', `--since: ${JSON.stringify(since)} names no commit here.`, {
      next: ['Name a branch, a tag or a commit, such as origin/main or HEAD~1.', 'In CI, fetch the whole history (fetch-depth: 0).'],
    })
  }
  const [changed, before] = [await changedSince(ports, directory, commit), await projectAt(ports, project, commit)]
  const earlier = new Map((before ? rootsOf(before) : []).map((root) => [root.name, root]))
  const programsDiffer = before !== undefined && !isDeepStrictEqual(before.platform.terraform, project.platform.terraform)
  const environments: AffectedResult['environments'] = []
  for (const root of rootsOf(project)) {
    const reasons = [
      ...configurationReasons(root, earlier.get(root.name), before),
      ...(programsDiffer ? ['platform.yaml: the program that builds it'] : []),
      ...(await fileReasons(directory, root, changed)),
    ]
    if (reasons.length > 0) environments.push({ name: root.name, reasons })
  }
  const now = new Set(rootsOf(project).map(({ name }) => name))
  return { since, commit, environments, removed: [...earlier.keys()].filter((name) => !now.has(name)) }
}

function configurationReasons(root: Root, earlier: Root | undefined, before: Project | undefined): string[] {
  if (!before) return ['the configuration could not be read at that commit']
  if (!earlier) return [`${root.file}: new`]
  const nothing = new Map()
  const [now, then] = [root.values(nothing), earlier.values(nothing)]
  const fields = Object.keys({ ...now, ...then }).filter((field) => !isDeepStrictEqual(now[field], then[field]))
  return fields.length === 0 ? [] : [`configuration: ${fields.join(', ')}`]
}

async function fileReasons(directory: string, { folder }: Root, changed: readonly string[]): Promise<string[]> {
  const modules = await modulesOf(path.join(directory, folder))
  return changed.filter((file) => {
    if (file.startsWith(`${folder}/`)) return !WRITTEN.has(path.posix.basename(file))
    return modules.some((module) => file.startsWith(`${path.posix.join(folder, module)}/`))
  })
}

/** Local module sources that a root names. */
async function modulesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  })
  const texts = await Promise.all(names.filter((name) => name.endsWith('.tf')).map((name) => readFile(path.join(folder, name), 'utf8')))
  return texts.flatMap((text) => [...text.matchAll(/^\s*source\s*=\s*"(\.\.?\/[^"]+)"/gm)].map((match) => match[1] ?? ''))
}

/** The configuration at a commit, or undefined when it was not valid there. */
async function projectAt(ports: Ports, { directory }: Project, commit: string): Promise<Project | undefined> {
  const files = (await filesAt(ports, directory, commit, [PLATFORM_FILE, ENVIRONMENTS_FOLDER])).filter(isConfigurationFile)
  const texts = new Map<string, string>()
  for (const file of files) texts.set(file, await textAt(ports, directory, commit, file))
  try {
    return resolveConfiguration({ directory, texts, problems: [] }, await readOutsideSettings(ports.env)).project
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}
