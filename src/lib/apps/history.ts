import { git, textAt, filesAt } from '../git/git.js'
import { readApplication } from '../argocd/argocd.js'
import type { AppsContext } from './context.js'
import { valuesOf } from './edit-values.js'
import { applicationName, OVERLAY_FILE, overlayFolder, parseOverlay, VALUES_FILE } from './model.js'
import { readOverlay } from './repository.js'

export interface HistoryEntry {
  commit: string
  at: string
  author: string
  title: string
  base: string | null
  image: string | null
  /** What the cluster has. Null: it could not be asked. */
  live: boolean | null
}

/** The commits that changed an overlay, the newest first. @throws `AppNotFound` */
export async function appHistory(
  context: AppsContext,
  { app, environment }: { app: string; environment: string },
  { limit = 20, askCluster = true } = {},
): Promise<HistoryEntry[]> {
  const { project } = context
  await readOverlay(project.directory, app, environment)
  const commits = await commitsOf(context, { app, environment }, limit)
  const revision = askCluster ? await liveRevision(context, { app, environment }) : undefined
  const live = revision === undefined ? undefined : await newestWithin(context, commits, revision)
  const entries: HistoryEntry[] = []
  for (const each of commits) {
    const seen = await seenAt(context, { app, environment }, each.commit)
    entries.push({ ...each, ...seen, live: revision === undefined ? null : each.commit === live })
  }
  return entries
}

type Commit = Pick<HistoryEntry, 'commit' | 'at' | 'author' | 'title'>

export async function commitsOf(
  { ports, project }: AppsContext,
  { app, environment }: { app: string; environment: string },
  limit: number,
): Promise<Commit[]> {
  const args = ['log', `--max-count=${limit}`, '--format=%H%x1f%aI%x1f%an%x1f%s', 'HEAD', '--', overlayFolder(app, environment)]
  const { stdout } = await git(ports, project.directory, args)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [commit = '', at = '', author = '', title = ''] = line.split('\u001f')
      return { commit, at, author, title }
    })
}

async function seenAt({ ports, project }: AppsContext, place: { app: string; environment: string }, commit: string) {
  const folder = overlayFolder(place.app, place.environment)
  const files = await filesAt(ports, project.directory, commit, [folder])
  const read = async (name: string): Promise<string | undefined> =>
    files.includes(`${folder}/${name}`) ? textAt(ports, project.directory, commit, `${folder}/${name}`) : undefined
  const [overlay, values] = [await read(OVERLAY_FILE), await read(VALUES_FILE)]
  // What was wrong then must not hide the rest of the history.
  const parsed = overlay === undefined ? undefined : await parseOverlay(place, overlay).catch(() => undefined)
  return { base: parsed?.base ?? null, image: values === undefined ? null : imageIn(values) }
}

/** The image as people write it. */
export function imageIn(values: string): string | null {
  let image: unknown
  try {
    image = valuesOf(VALUES_FILE, values)['image']
  } catch {
    return null
  }
  if (typeof image !== 'object' || image === null) return null
  const { repository, tag, digest } = image as Record<string, unknown>
  if (typeof repository !== 'string' || repository === '') return null
  const end = (mark: string, part: unknown): string => (typeof part === 'string' && part !== '' ? `${mark}${part}` : '')
  return `${repository}${end(':', tag)}${end('@', digest)}`
}

/** The commit that the cluster was last synced to. */
async function liveRevision(context: AppsContext, place: { app: string; environment: string }): Promise<string | undefined> {
  const client = await context.hub()
  const application = await readApplication(client, applicationName(place))
  return application?.operation?.revision ?? undefined
}

async function newestWithin({ ports, project }: AppsContext, commits: readonly Commit[], revision: string): Promise<string | undefined> {
  for (const { commit } of commits) {
    const { exitCode } = await git(ports, project.directory, ['merge-base', '--is-ancestor', commit, revision], [0, 1, 128])
    if (exitCode === 0) return commit
  }
  return undefined
}
