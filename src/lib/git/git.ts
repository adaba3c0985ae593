import { UserError } from '../core/errors.js'
import type { ExecResult, Ports } from '../core/ports.js'

export type GitPorts = Pick<Ports, 'exec' | 'env' | 'signal'>

/** Settings of the user that would start other programs or ask questions in the middle of a commit. */
const QUIET_SETTINGS = ['core.hooksPath=/dev/null', 'commit.gpgSign=false', 'gc.auto=0']

/** Who commits when the user has told Git no name. */
const FALLBACK_IDENTITY = ['user.name=platform', 'user.email=platform@localhost']

/** Makes an empty repository in an existing folder. The user's template folder, which may hold hooks, is not used. */
export async function initRepository(ports: GitPorts, directory: string, branch: string): Promise<void> {
  await git(ports, directory, ['init', '--quiet', '--template=', `--initial-branch=${branch}`])
}

/** Makes an empty repository without a working tree in an existing folder. */
export async function initBareRepository(ports: GitPorts, directory: string, branch: string): Promise<void> {
  await git(ports, directory, ['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`])
}

/** Name of the branch that is checked out, also before its first commit; undefined when there is none. */
export async function currentBranch(ports: GitPorts, directory: string): Promise<string | undefined> {
  const { stdout } = await git(ports, directory, ['symbolic-ref', '--quiet', '--short', 'HEAD'], [0, 1])
  return stdout.trim() || undefined
}

/** Commits these files (paths relative to `directory`), and nothing else. Hooks and signing are left out. */
export async function commitFiles(ports: GitPorts, directory: string, files: readonly string[], message: string): Promise<void> {
  await git(ports, directory, ['add', '--force', '--', ...files])
  await git(ports, directory, [
    ...(await identitySettings(ports, directory)),
    'commit',
    '--quiet',
    '--no-verify',
    '--message',
    message,
    '--',
    ...files,
  ])
}

/** Takes files out of the index again, where a commit of them failed. */
export async function forgetFiles(ports: GitPorts, directory: string, files: readonly string[]): Promise<void> {
  await git(ports, directory, ['rm', '--cached', '--quiet', '--ignore-unmatch', '--', ...files])
}

/** Those of `files` (paths relative to `directory`) whose text is not the committed one. Undefined where there is no repository. */
export async function uncommittedFiles(ports: GitPorts, directory: string, files: readonly string[]): Promise<string[] | undefined> {
  if (files.length === 0) return []
  // `traditional` names each file also where its whole folder is ignored.
  const args = ['status', '--porcelain', '-z', '--no-renames', '--untracked-files=all', '--ignored=traditional', '--', ...files]
  const { exitCode, stdout } = await git(ports, directory, args, [0, 128])
  if (exitCode !== 0) return undefined
  // Paths are given from the top of the repository, which may lie above.
  const found = stdout
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => line.slice(3))
  return files.filter((file) => found.some((each) => each === file || each.endsWith(`/${file}`)))
}

/** Settings that name somebody as the author where the user has told Git no name. */
export async function identitySettings(ports: GitPorts, directory: string): Promise<string[]> {
  return (await hasIdentity(ports, directory)) ? [] : asSettings(FALLBACK_IDENTITY)
}

async function hasIdentity(ports: GitPorts, directory: string): Promise<boolean> {
  if (ports.env['GIT_AUTHOR_EMAIL'] && ports.env['GIT_COMMITTER_EMAIL']) return true
  const { stdout } = await git(ports, directory, ['config', '--get', 'user.email'], [0, 1])
  return stdout.trim() !== ''
}

/** Runs Git with settings that keep it quiet. `index`: a file to use instead of the repository's own index. */
export async function git(
  ports: GitPorts,
  directory: string,
  args: readonly string[],
  okCodes: readonly number[] = [0],
  { index, timeoutMs }: { index?: string; timeoutMs?: number } = {},
): Promise<ExecResult> {
  return ports.exec('git', [...asSettings(QUIET_SETTINGS), ...args], {
    cwd: directory,
    env: { ...childEnvironment(ports.env), ...(index !== undefined && { GIT_INDEX_FILE: index }) },
    okCodes,
    signal: ports.signal,
    ...(timeoutMs !== undefined && { timeoutMs }),
  })
}

function asSettings(settings: readonly string[]): string[] {
  return settings.flatMap((setting) => ['-c', setting])
}

/** The caller's variables without those that point Git at another repository, as they do inside of a hook. */
function childEnvironment(env: Ports['env']): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !/^GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|NAMESPACE|PREFIX|COMMON_DIR|CONFIG_PARAMETERS)$/.test(entry[0]),
  )
  return { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' }
}

/**
 * The commit that a revision names.
 * @returns undefined when there is none.
 * @throws `BadFlag` outside of a Git repository
 */
export async function commitOf(ports: GitPorts, directory: string, revision: string): Promise<string | undefined> {
  const { stdout, stderr } = await git(
    ports,
    directory,
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
    [0, 1, 128],
  )
  if (!/not a git repository/i.test(stderr)) return stdout.trim() || undefined
  throw new UserError('BadFlag', `${directory} is in no Git repository, so it has no revision ${JSON.stringify(revision)}.`, {
    next: ['Put it under Git first: git init && git add --all && git commit'],
  })
}

/** Files below `directory` that differ from a commit, uncommitted and untracked ones included. Paths relative to `directory`. */
export async function changedSince(ports: GitPorts, directory: string, commit: string): Promise<string[]> {
  const changed = await git(ports, directory, ['diff', '--name-only', '--relative', '--no-renames', '-z', commit, '--', '.'])
  const untracked = await git(ports, directory, ['ls-files', '--others', '--exclude-standard', '-z', '--', '.'])
  return [...new Set(`${changed.stdout}${untracked.stdout}`.split('\0').filter((file) => file !== ''))].sort()
}

/** Files of a commit below these paths, relative to `directory`. */
export async function filesAt(ports: GitPorts, directory: string, commit: string, paths: readonly string[]): Promise<string[]> {
  const { stdout } = await git(ports, directory, ['ls-tree', '-r', '--name-only', '-z', commit, '--', ...paths])
  return stdout.split('\0').filter((file) => file !== '')
}

/** The text of a file in a commit. */
export async function textAt(ports: GitPorts, directory: string, commit: string, file: string): Promise<string> {
  return (await git(ports, directory, ['show', `${commit}:./${file}`])).stdout
}

/** Commits that changed something below these paths, the newest first. */
export async function commitsTouching(ports: GitPorts, directory: string, paths: readonly string[], most: number): Promise<string[]> {
  const { exitCode, stdout } = await git(ports, directory, ['log', `--max-count=${most}`, '--format=%H', 'HEAD', '--', ...paths], [0, 128])
  return exitCode === 0 ? stdout.split('\n').filter((line) => line !== '') : []
}

/** Whether anything below these paths differs between two commits. undefined: they are not here. */
export async function pathsDiffer(
  ports: GitPorts,
  directory: string,
  { paths, from, to }: { paths: readonly string[]; from: string; to: string },
): Promise<boolean | undefined> {
  const { exitCode } = await git(ports, directory, ['diff', '--quiet', '--end-of-options', from, to, '--', ...paths], [0, 1, 128])
  return exitCode === 128 ? undefined : exitCode === 1
}

/** As `pathsDiffer`, for one folder. */
export async function folderChanged(
  ports: GitPorts,
  directory: string,
  { folder, from, to }: { folder: string; from: string; to: string },
): Promise<boolean | undefined> {
  return pathsDiffer(ports, directory, { paths: [folder], from, to })
}
