import { parseDocument } from 'yaml'
import type { ErrorCode } from '../core/error-codes.js'
import { UserError } from '../core/errors.js'
import { resolveInside, writeFileAtomic } from '../core/files.js'
import { assertEnvironmentName } from '../core/names.js'
import type { Isolation, Preset, Role } from './choices.js'
import { nextFreeCidr } from './cidr.js'
import { defaultKubernetesVersion } from './kubernetes-versions.js'
import { type LoadContext, resolveConfiguration } from './load.js'
import { formatHints, type Problem } from './problem.js'
import type { Project } from './project.js'
import { environmentFilePath, readRepositoryFiles } from './repository-files.js'
import { readSkeleton } from './shipped-template.js'
import { type OutsideSettings, readOutsideSettings } from './user-settings.js'

/** What the flags of `env create` can say about a new environment. */
export interface EnvironmentOptions {
  role?: Role | undefined
  isolation?: Isolation | undefined
  /** Soft environments only. */
  host?: string | undefined
  preset?: Preset | undefined
  region?: string | undefined
  account?: string | undefined
  /** IPv4 range, /16 to /20. Default: the next free /16 of 10.0.0.0/8. */
  cidr?: string | undefined
  kubernetesVersion?: string | undefined
}

/** The flag behind each field of an environment file that `env create` writes. */
const FLAG_OF_FIELD: Readonly<Record<string, string>> = {
  role: '--role',
  isolation: '--isolation',
  host: '--host',
  preset: '--preset',
  region: '--region',
  account: '--account',
  'network.cidr': '--cidr',
  'cluster.kubernetesVersion': '--kubernetes-version',
}

/**
 * Writes `environments/<name>.yaml`. The repository with the new file is validated first, so nothing invalid is written.
 * @returns the project with the new environment
 * @throws `InvalidName`; `BadFlag`, `NetworkOverlap` or `UnsupportedKubernetesVersion` for an option that is not allowed
 */
export async function createEnvironmentFile(
  project: Project,
  name: string,
  options: EnvironmentOptions,
  context: LoadContext & { dryRun?: boolean } = {},
): Promise<Project> {
  const file = environmentFilePath(name)
  const outside = await readOutsideSettings(context.env ?? {})
  return addEnvironmentFile(project, name, context, {
    text: async () => environmentText(project, options, outside),
    explain: (resolve) => forFlags(file, resolve),
  })
}

/**
 * Writes an environment file that does not exist yet, once the repository with it is found valid.
 * @param content.explain turns problems of the new file into what the caller knows it from
 */
export async function addEnvironmentFile(
  project: Project,
  name: string,
  context: LoadContext & { dryRun?: boolean },
  content: { text: () => Promise<string>; explain: (resolve: () => Project) => Project },
): Promise<Project> {
  assertEnvironmentName(name)
  const outside = await readOutsideSettings(context.env ?? {})
  const files = await readRepositoryFiles(project.directory)
  const file = environmentFilePath(name)
  if (files.texts.has(file)) throw new UserError('BadFlag', `${file} already exists.`, { next: [`Change ${file} instead.`] })
  const target = await resolveInside(project.directory, file)

  const text = await content.text()
  // Last, so that what does not fit an older file is a problem of the new one.
  const texts = new Map([...files.texts, [file, text]])
  const created = content.explain(() => resolveConfiguration({ ...files, texts }, outside).project)
  if (context.dryRun !== true) await writeFileAtomic(target, text)
  return created
}

/** The next free range for a new environment, or undefined when there is none. */
export function suggestCidr(project: Project): string | undefined {
  return nextFreeCidr([...project.environments.values()].map(({ network }) => network.cidr))
}

async function environmentText(project: Project, options: EnvironmentOptions, { variables, user }: OutsideSettings): Promise<string> {
  const soft = options.isolation === 'soft'
  const document = parseDocument(await readSkeleton(soft ? 'environment.soft.yaml' : 'environment.hard.yaml'))
  const set = (path: readonly string[], value: string | undefined): void => {
    if (value === undefined) document.deleteIn(path)
    else document.setIn(path, value)
  }
  set(['role'], options.role ?? 'workload')
  set(['preset'], options.preset ?? variables.preset ?? user.preset ?? 'small')
  if (options.host !== undefined || soft) set(['host'], options.host)
  if (!soft || options.account !== undefined)
    set(['account'], options.account ?? defaultAccount(project, variables.account ?? user.account))
  if (!soft || options.region !== undefined) set(['region'], options.region ?? variables.region ?? project.platform.region)
  if (!soft || options.cidr !== undefined) set(['network', 'cidr'], options.cidr ?? suggestCidr(project))
  if (!soft || options.kubernetesVersion !== undefined) {
    set(
      ['cluster', 'kubernetesVersion'],
      options.kubernetesVersion ?? variables.kubernetesVersion ?? user.kubernetesVersion ?? defaultKubernetesVersion,
    )
  }
  return document.toString({ lineWidth: 0 })
}

function defaultAccount({ platform }: Project, preferred: string | undefined): string | undefined {
  const names = Object.keys(platform.accounts)
  return preferred !== undefined && names.includes(preferred) ? preferred : names.length === 1 ? names[0] : undefined
}

/** Turns problems of the file that is about to be written into problems of the flags it was made from. */
function forFlags<T>(file: string, resolve: () => T): T {
  try {
    return resolve()
  } catch (error) {
    const problems = error instanceof UserError ? (error.details['problems'] as Problem[] | undefined) : undefined
    if (!problems?.every((problem) => problem.file === file)) throw error
    throw flagError(problems)
  }
}

function flagError(problems: readonly Problem[]): UserError {
  return new UserError(codeFor(problems), 'The environment cannot be made like this. Nothing was written.', {
    reason: problems.map((problem) => `${flagOf(problem)}: ${problem.message}${formatHints(problem)}`).join('\n'),
    next: ['Run the command again with other flags.'],
    details: { flags: problems.map(flagOf) },
  })
}

function flagOf({ field }: Pick<Problem, 'field'>): string {
  return FLAG_OF_FIELD[field] ?? field
}

function codeFor(problems: readonly Problem[]): ErrorCode {
  if (problems.every(({ conflictsWith }) => conflictsWith !== undefined)) return 'NetworkOverlap'
  return problems.every(({ field }) => field === 'cluster.kubernetesVersion') ? 'UnsupportedKubernetesVersion' : 'BadFlag'
}
