import { UserError } from '../core/errors.js'
import { commitOf, filesAt, textAt } from '../git/git.js'
import type { TemplateFile } from '../templates/shipped.js'
import type { AppsContext } from './context.js'
import { deliver, type Delivery, type DeliveryOptions } from './deliver.js'
import { commitsOf } from './history.js'
import { type Irreversible, irreversibleIn } from './irreversible.js'
import { baseFolder, OVERLAY_FILE, overlayFolder, parseOverlay } from './model.js'
import { basesOf, environmentOf, readOverlay, textsBelow } from './repository.js'

export interface RollbackResult extends Delivery {
  /** The commit whose overlay is there again. */
  to: string
  /** What Git cannot undo. */
  irreversible: Irreversible[]
}

export interface RollbackPlan {
  to: string
  irreversible: Irreversible[]
  run(): Promise<RollbackResult>
}

const MOST_COMMITS = 500

/**
 * Finds the commit to go back to, and what that does not undo. `run` makes a new commit with the overlay as it was then: no other
 * application and no other environment changes, and what syncs by itself syncs to it.
 * @param to absent: the one before the last change
 * @throws `AppRevisionNotFound`
 */
export async function planRollback(
  context: AppsContext,
  place: { app: string; environment: string },
  to: string | undefined,
  options: DeliveryOptions,
): Promise<RollbackPlan> {
  const { ports, project } = context
  const { app, environment } = place
  environmentOf(project, environment)
  const current = await readOverlay(project.directory, app, environment)
  const target = await targetOf(context, place, to)
  const folder = overlayFolder(app, environment)
  const write: TemplateFile[] = []
  for (const file of await filesAt(ports, project.directory, target, [folder])) {
    write.push({ path: file, content: await textAt(ports, project.directory, target, file) })
  }
  const overlay = write.find(({ path }) => path === `${folder}/${OVERLAY_FILE}`)
  if (!overlay) throw noRevision(place, `${target.slice(0, 12)} has no ${folder}/${OVERLAY_FILE}.`)
  const next = await parseOverlay(place, overlay.content)
  const bases = await basesOf(project.directory, app)
  if (!bases.includes(next.base)) write.push(...(await baseAt(context, app, next.base, target)))
  const kept = new Set(write.map(({ path }) => path))
  const remove = [...(await textsBelow(project.directory, folder)).keys()].filter((path) => !kept.has(path))
  const irreversible = irreversibleIn(
    new Map([
      ...(await textsBelow(project.directory, baseFolder(app, current.base))),
      ...(await textsBelow(project.directory, baseFolder(app, next.base))),
    ]),
  )
  const title = `Roll back ${app} in ${environment} to ${target.slice(0, 12)}`
  const run = async (): Promise<RollbackResult> => ({
    ...(await deliver(context, next, { write, remove, title }, options)),
    to: target,
    irreversible,
  })
  return { to: target, irreversible, run }
}

async function targetOf(context: AppsContext, place: { app: string; environment: string }, to: string | undefined): Promise<string> {
  const { ports, project } = context
  if (to !== undefined) {
    const found = await commitOf(ports, project.directory, to)
    if (found === undefined) throw noRevision(place, `This repository has no commit ${to}.`)
    return found
  }
  const [, before] = await commitsOf(context, place, MOST_COMMITS)
  if (!before) throw noRevision(place, 'Its overlay was never changed since it was made.')
  return before.commit
}

/** The base as it was then: somebody has deleted it since. */
async function baseAt({ ports, project }: AppsContext, app: string, base: string, commit: string): Promise<TemplateFile[]> {
  const files = await filesAt(ports, project.directory, commit, [baseFolder(app, base)])
  const texts: TemplateFile[] = []
  for (const file of files) texts.push({ path: file, content: await textAt(ports, project.directory, commit, file) })
  return texts
}

function noRevision({ app, environment }: { app: string; environment: string }, reason: string): UserError {
  return new UserError('AppRevisionNotFound', `There is nothing to roll ${app} in ${environment} back to.`, {
    reason,
    next: [`See its commits: platform app history ${app} --environment ${environment}`],
    details: { app, environment },
  })
}
