import { resolveConfiguration } from '../config/load.js'
import { formatHints, type Problem } from '../config/problem.js'
import { PLATFORM_FILE } from '../config/repository-files.js'
import type { Platform } from '../config/schema.js'
import { UserError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'
import { runSteps, type Step } from '../core/steps.js'
import { commitFiles, currentBranch, forgetFiles, initRepository } from '../git/git.js'
import { inspectPlace, type Place, placeFiles, removeEntries } from './place.js'
import { repositoryContent, type RepositoryFile } from './repository-content.js'
import { decideSettings, type InitOptions } from './settings.js'

export interface InitResult {
  name: string
  /** Absolute path. */
  directory: string
  target: Platform['target']
  /** Paths relative to the directory. */
  files: string[]
}

export type InitPorts = Pick<Ports, 'exec' | 'ask' | 'env' | 'report' | 'clock' | 'signal'>

const MAIN_BRANCH = 'main'
const COMMIT_MESSAGE = 'Start the platform repository'

/**
 * Makes a user's repository: files, Git and a first commit; all of it or nothing.
 * @param directory absolute path of the folder, which must be missing, empty, or hold only `.git`
 * @throws `InvalidName`, `BadFlag`, `InputNeeded`, `FolderNotEmpty`, `FileNotWritable`
 */
export async function initRepositoryFolder(
  ports: InitPorts,
  directory: string,
  options: InitOptions & { dryRun?: boolean },
): Promise<InitResult> {
  const place = await inspectPlace(directory)
  const settings = await decideSettings(ports, options)
  const branch = (place === 'git-only' ? await currentBranch(ports, directory) : undefined) ?? MAIN_BRANCH
  const files = await repositoryContent(settings, branch)
  assertValid(directory, files)
  const result = { name: settings.name, directory, target: settings.target, files: files.map((file) => file.path) }
  await runSteps(ports, `Repository ${settings.name}`, [
    options.dryRun === true ? plannedStep(result) : writeStep(ports, directory, place, files, branch),
  ])
  return result
}

function plannedStep({ directory, files }: InitResult): Step {
  return {
    id: 'repository',
    title: 'Write the repository',
    run: async () => ({ outcome: 'planned', detail: `${files.length} files in ${directory}` }),
  }
}

function writeStep(ports: InitPorts, directory: string, place: Place, files: readonly RepositoryFile[], branch: string): Step {
  const paths = files.map((file) => file.path)
  return {
    id: 'repository',
    title: 'Write the repository',
    run: async () => {
      if (place === 'git-only') {
        await placeFiles(directory, place, files, async () => undefined)
        await commitInPlace(ports, directory, paths)
      } else {
        await placeFiles(directory, place, files, async (folder) => {
          await initRepository(ports, folder, branch)
          await commitFiles(ports, folder, paths, COMMIT_MESSAGE)
        })
      }
      return { outcome: 'done', detail: `${files.length} files and a first commit in ${directory}` }
    },
  }
}

async function commitInPlace(ports: InitPorts, directory: string, paths: readonly string[]): Promise<void> {
  try {
    await commitFiles(ports, directory, paths, COMMIT_MESSAGE)
  } catch (error) {
    await forgetFiles({ ...ports, signal: AbortSignal.timeout(10_000) }, directory, paths).catch(() => undefined)
    await removeEntries(directory, new Set(paths.map((file) => file.split('/')[0] ?? file)))
    throw error
  }
}

/** The flag, or argument, behind each field of `platform.yaml` that the command line decides. */
const FLAG_OF_FIELD: ReadonlyArray<[field: RegExp, flag: string]> = [
  [/^name$/, 'NAME'],
  [/^region$/, '--region'],
  [/^accounts\..*\.role$/, '--role-arn'],
  [/^accounts/, '--account'],
]

function assertValid(directory: string, files: readonly RepositoryFile[]): void {
  const texts = new Map(files.filter((file) => file.path === PLATFORM_FILE).map((file) => [file.path, file.content]))
  try {
    resolveConfiguration({ directory, texts, problems: [] }, { variables: {}, user: {} })
  } catch (error) {
    const problems = error instanceof UserError ? (error.details['problems'] as Problem[] | undefined) : undefined
    if (!problems) throw error
    const flagOf = ({ field }: Problem): string => FLAG_OF_FIELD.find(([pattern]) => pattern.test(field))?.[1] ?? field
    throw new UserError('BadFlag', 'The repository cannot be made like this. Nothing was written.', {
      reason: problems.map((problem) => `${flagOf(problem)}: ${problem.message}${formatHints(problem)}`).join('\n'),
      next: ['Run the command again with other values.'],
      details: { flags: problems.map(flagOf) },
    })
  }
}
