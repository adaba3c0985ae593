import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { UserError } from '../core/errors.js'
import { commitFiles, commitOf, currentBranch, git, type GitPorts, identitySettings, uncommittedFiles } from './git.js'
import { type RemoteBranch, remoteError } from './remote-errors.js'

export interface Publication extends RemoteBranch {
  /** Paths relative to the repository. One that is not there any more is removed. */
  files: readonly string[]
  /** First line, empty line, reason. */
  message: string
}

export interface Published {
  /** The commit on the server that has the files as they are here. */
  commit: string
  /** Whether a commit was made; false: the server had everything. */
  changed: boolean
  /** What the caller's own branch did: it has the commit, or has to be brought together with the server's by hand. */
  local: 'up-to-date' | 'diverged'
}

/** Somebody else pushed between our look and our push. */
const MOST_TRIES = 5
const REMOTE_TIMEOUT_MS = 120_000
/** What the Git of a sandbox says of a repository that nobody has pushed to. */
const NOT_MADE_YET = /the first push makes it/
/** A server that sends nothing for this long is given up. */
const SLOW = ['-c', 'http.lowSpeedLimit=1', '-c', 'http.lowSpeedTime=20']

/**
 * Brings the named files to a branch of a server as one commit, and nothing else: neither other changes nor commits of the caller that are
 * not there yet. The commit is made on top of what the server has, so a push by somebody else in between only means another try. The
 * caller's branch takes the commit over where that is a step forward. An empty server gets the whole branch.
 * @throws `GitUnreachable`, `GitRefused`; `GitConflict` when the server has another version of one of the files
 */
export async function publish(ports: GitPorts, directory: string, publication: Publication): Promise<Published> {
  const { files, branch, message } = publication
  await refuseOtherBranch(ports, directory, branch)
  for (let tries = 1; ; tries++) {
    const tip = await fetchTip(ports, directory, publication)
    if (tip === undefined) return publishAll(ports, directory, publication)
    await refuseConflicts(ports, directory, publication, tip)
    const commit = await commitOnTop(ports, directory, tip, files, message)
    if (commit === tip) return { commit, changed: false, local: await takeOver(ports, directory, publication, tip) }
    if (await push(ports, directory, publication, commit)) {
      return { commit, changed: true, local: await takeOver(ports, directory, publication, commit) }
    }
    if (tries === MOST_TRIES) throw busy(publication)
  }
}

/** What would be published is compared with a branch that is not the one of the files. */
async function refuseOtherBranch(ports: GitPorts, directory: string, branch: string): Promise<void> {
  const current = await currentBranch(ports, directory)
  if (current === branch) return
  throw new UserError(
    'GitConflict',
    `${current === undefined ? 'No branch' : `Branch ${current}`} is checked out, and ${branch} is the one that is deployed.`,
    {
      next: [`git switch ${branch}`, 'Or name another branch in platform.yaml: git.branch'],
      details: { current: current ?? null, branch },
    },
  )
}

/** Ref under which the server's branch is kept: outside of what a user sees. */
function refOf(branch: string): string {
  return `refs/platform/${branch}`
}

/** The newest commit of the server's branch; undefined where it has no such branch. */
async function fetchTip(ports: GitPorts, directory: string, remote: RemoteBranch): Promise<string | undefined> {
  const { url, branch } = remote
  const listed = await atRemote(ports, directory, ['ls-remote', '--exit-code', url, `refs/heads/${branch}`], [0, 2, 128])
  if (listed.exitCode === 2 || NOT_MADE_YET.test(listed.stderr)) return undefined
  if (listed.exitCode !== 0) throw remoteError(listed.stderr, remote, 'read')
  const fetched = await atRemote(
    ports,
    directory,
    ['fetch', '--quiet', '--no-tags', url, `+refs/heads/${branch}:${refOf(branch)}`],
    [0, 1, 128],
  )
  if (fetched.exitCode !== 0) throw remoteError(fetched.stderr, remote, 'fetch from')
  return commitOf(ports, directory, refOf(branch))
}

async function atRemote(ports: GitPorts, directory: string, args: readonly string[], okCodes: readonly number[]) {
  return git(ports, directory, [...SLOW, ...args], okCodes, { timeoutMs: REMOTE_TIMEOUT_MS })
}

/** The first push: the server needs everything that the branch has. */
async function publishAll(ports: GitPorts, directory: string, publication: Publication): Promise<Published> {
  const { files, message } = publication
  const open = (await uncommittedFiles(ports, directory, files)) ?? []
  const before = await commitOf(ports, directory, 'HEAD')
  if (open.length > 0) await commitFiles(ports, directory, open, message)
  const commit = (await commitOf(ports, directory, 'HEAD')) ?? ''
  try {
    if (!(await push(ports, directory, publication, commit))) throw busy(publication)
  } catch (error) {
    if (before !== undefined && before !== commit) await takeBack(ports, directory, before, open)
    throw error
  }
  return { commit, changed: true, local: 'up-to-date' }
}

/** A commit that the server did not take is none; its files stay. */
async function takeBack(ports: GitPorts, directory: string, before: string, files: readonly string[]): Promise<void> {
  // Also when the run was interrupted.
  const still = { ...ports, signal: new AbortController().signal }
  await git(still, directory, ['reset', '--quiet', '--soft', before])
  await git(still, directory, ['reset', '--quiet', '--', ...files])
}

/** @returns false when the server's branch has moved on meanwhile */
async function push(ports: GitPorts, directory: string, remote: RemoteBranch, commit: string): Promise<boolean> {
  const args = ['push', '--porcelain', '--no-verify', remote.url, `${commit}:refs/heads/${remote.branch}`]
  const { exitCode, stdout, stderr } = await atRemote(ports, directory, args, [0, 1, 128])
  if (exitCode === 0) return true
  if (/\[rejected\]|\(fetch first\)|\(non-fast-forward\)|cannot lock ref|incorrect old value/.test(`${stdout}${stderr}`)) return false
  throw remoteError(`${stderr}\n${stdout}`, remote, 'push to')
}

/** Files that have one text here and another on the server, where neither comes from the other. */
async function refuseConflicts(ports: GitPorts, directory: string, { files, branch }: Publication, tip: string): Promise<void> {
  const { stdout } = await git(ports, directory, ['merge-base', 'HEAD', tip], [0, 1, 128])
  const base = stdout.trim()
  if (base === '') {
    throw new UserError('GitConflict', `The repository on the server has nothing in common with this one.`, {
      next: [
        'git.url in platform.yaml names another repository, or its branch was made anew.',
        `git fetch, and look: git log ${refOf(branch)}`,
      ],
      details: { branch },
    })
  }
  const [before, theirs, ours] = await Promise.all([
    blobsAt(ports, directory, base, files),
    blobsAt(ports, directory, tip, files),
    blobsHere(ports, directory, files),
  ])
  const conflicts = files.filter((file) => theirs.get(file) !== before.get(file) && theirs.get(file) !== ours.get(file))
  if (conflicts.length === 0) return
  const who = await git(ports, directory, ['log', '-1', '--format=%h by %an, %ad: %s', '--date=short', tip, '--', ...conflicts])
  throw new UserError('GitConflict', `Somebody changed the same files in Git: ${conflicts.join(', ')}. Nothing was pushed.`, {
    reason: `The last change there: ${who.stdout.trim()}`,
    next: ['Bring both together; what you have here stays: git pull --rebase --autostash', 'Then run the same command again.'],
    details: { files: conflicts, branch },
  })
}

async function blobsAt(ports: GitPorts, directory: string, commit: string, files: readonly string[]): Promise<Map<string, string>> {
  const { stdout } = await git(ports, directory, ['ls-tree', '-r', '-z', commit, '--', ...files])
  return blobsIn(stdout)
}

/** As Git would store the files of the working tree. */
async function blobsHere(ports: GitPorts, directory: string, files: readonly string[]): Promise<Map<string, string>> {
  return withIndex(async (index) => {
    await addToIndex(ports, directory, files, index)
    const { stdout } = await git(ports, directory, ['ls-files', '--stage', '-z', '--', ...files], [0], { index })
    return blobsIn(stdout)
  })
}

/** The name of each file and of its blob, of lines with `<mode> <type> <blob>` or `<mode> <blob> <stage>`, a tab and the file. */
function blobsIn(listing: string): Map<string, string> {
  const form = /^\d+ (?:blob )?(\S+)[^\t]*\t(.*)$/s
  return new Map(
    listing.split('\0').flatMap((line) => {
      const [, blob, name] = form.exec(line) ?? []
      return blob === undefined || name === undefined ? [] : [[name, blob] as const]
    }),
  )
}

/** A commit with the files as they are here on top of another one, without touching branch, index or working tree. */
async function commitOnTop(ports: GitPorts, directory: string, tip: string, files: readonly string[], message: string): Promise<string> {
  return withIndex(async (index) => {
    await git(ports, directory, ['read-tree', tip], [0], { index })
    await addToIndex(ports, directory, files, index)
    const tree = (await git(ports, directory, ['write-tree'], [0], { index })).stdout.trim()
    const same = (await git(ports, directory, ['rev-parse', `${tip}^{tree}`])).stdout.trim()
    if (tree === same) return tip
    const identity = await identitySettings(ports, directory)
    return (await git(ports, directory, [...identity, 'commit-tree', tree, '-p', tip, '-m', message])).stdout.trim()
  })
}

/** @param index a file instead of the repository's own index */
async function addToIndex(ports: GitPorts, directory: string, files: readonly string[], index?: string): Promise<void> {
  if (files.length === 0) return
  await git(ports, directory, ['update-index', '--add', '--remove', '--', ...files], [0], index === undefined ? {} : { index })
}

async function withIndex<T>(work: (index: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'platform-index-'))
  try {
    return await work(path.join(folder, 'index'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The caller's branch goes forward to the commit where it has nothing of its own; else it commits the same change, which a rebase drops. */
async function takeOver(ports: GitPorts, directory: string, { files, message }: Publication, commit: string): Promise<Published['local']> {
  const head = await commitOf(ports, directory, 'HEAD')
  if (head === commit) return 'up-to-date'
  const { exitCode } = await git(ports, directory, ['merge-base', '--is-ancestor', 'HEAD', commit], [0, 1])
  if (exitCode === 0) {
    // What is in the index like in the commit does not count as a change of the caller.
    await addToIndex(ports, directory, files)
    const merged = await git(ports, directory, ['merge', '--ff-only', '--quiet', commit], [0, 1, 128])
    if (merged.exitCode === 0) return 'up-to-date'
  }
  const open = (await uncommittedFiles(ports, directory, files)) ?? []
  if (open.length > 0) await commitFiles(ports, directory, open, message)
  return 'diverged'
}

function busy({ url, branch }: RemoteBranch): UserError {
  return new UserError('GitConflict', `Others push to ${branch} all the time: ${MOST_TRIES} tries were not enough.`, {
    next: ['Run the same command again in a moment.'],
    details: { url, branch },
  })
}
