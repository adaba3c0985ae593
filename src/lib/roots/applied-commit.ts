import { UserError } from '../core/errors.js'
import { commitOf, git, type GitPorts } from '../git/git.js'
import type { Root } from './root.js'

/** Written from the configuration at every run. */
export const DERIVED_FILES: readonly string[] = ['terraform.tfvars.json', 'backend.tf.json', 'imports.tf.json']

/** The commit that the files of a root are in, as they are now. undefined: they were changed since, or there is no Git. */
export async function appliedCommit(
  ports: GitPorts,
  directory: string,
  { file, folder }: Pick<Root, 'file' | 'folder'>,
): Promise<string | undefined> {
  try {
    const derived = DERIVED_FILES.map((name) => `:(exclude)${folder}/${name}`)
    const args = ['status', '--porcelain', '--untracked-files=all', '--', file, folder, ...derived]
    const { exitCode, stdout } = await git(ports, directory, args, [0, 128])
    return exitCode === 0 && stdout.trim() === '' ? await commitOf(ports, directory, 'HEAD') : undefined
  } catch (error) {
    // It is a note for later: without Git there is none.
    if (error instanceof UserError && !ports.signal.aborted) return undefined
    throw error
  }
}
