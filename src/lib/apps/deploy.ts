import { UserError } from '../core/errors.js'
import type { AppsContext } from './context.js'
import { deliver, type Delivery, type DeliveryOptions } from './deliver.js'
import { type Assignment, imageAssignments, parseAssignment, valuesOf, withValues } from './edit-values.js'
import { OVERLAY_FILE, overlayFolder, type Overlay, VALUES_FILE } from './model.js'
import { assertBaseExists, environmentOf, readIn, readOverlay } from './repository.js'
import type { TemplateFile } from '../templates/shipped.js'

export interface OverlayChange {
  image?: string | undefined
  /** As `--set` takes them. */
  set: readonly string[]
  unset: readonly string[]
  base?: string | undefined
  autoSync?: boolean | undefined
}

/** Changes an overlay, commits it, and waits until the cluster has it. Without a change it waits for what Git says. */
export async function deployApp(
  context: AppsContext,
  place: { app: string; environment: string },
  change: OverlayChange,
  options: DeliveryOptions,
): Promise<Delivery> {
  const { project } = context
  environmentOf(project, place.environment)
  const overlay = await readOverlay(project.directory, place.app, place.environment)
  const assignments: Assignment[] = [
    ...(change.image === undefined ? [] : imageAssignments(change.image)),
    ...change.set.map(parseAssignment),
    ...change.unset.map((keys) => ({ ...parseAssignment(`${keys}=null`), value: undefined })),
  ]
  const next: Overlay = { ...overlay, base: change.base ?? overlay.base, autoSync: change.autoSync ?? overlay.autoSync }
  await assertBaseExists(project.directory, place.app, next.base)
  const write = await overlayTexts(context, next, withValues(VALUES_FILE, overlay.values, assignments))
  const title = `Deploy ${place.app} to ${place.environment}${titleEnd(change)}`
  return deliver(context, next, { write, remove: [], title }, options)
}

function titleEnd({ image, base, set, unset }: OverlayChange): string {
  if (image !== undefined) return `: ${image}`
  if (base !== undefined) return `: base ${base}`
  const keys = [...set.map((each) => each.split('=')[0] ?? ''), ...unset]
  return keys.length === 0 ? '' : `: ${keys.join(', ')}`
}

/** Base and image of one environment for another one; with `values`, everything that its values say. */
export async function promoteApp(
  context: AppsContext,
  { app, from, to, values }: { app: string; from: string; to: string; values: boolean },
  options: DeliveryOptions,
): Promise<Delivery> {
  const { project } = context
  for (const name of [from, to]) environmentOf(project, name)
  if (from === to) {
    throw new UserError('BadFlag', `${from} cannot be promoted to itself.`, { next: ['Name another environment: --to NAME'] })
  }
  const source = await readOverlay(project.directory, app, from)
  const target = await readOverlay(project.directory, app, to)
  await assertBaseExists(project.directory, app, source.base)
  const next: Overlay = { ...target, base: source.base }
  const image = valuesOf(VALUES_FILE, source.values)['image']
  const text = values
    ? source.values
    : withValues(VALUES_FILE, target.values, image === undefined ? [] : [{ keys: ['image'], value: image }])
  const write = await overlayTexts(context, next, text)
  return deliver(context, next, { write, remove: [], title: `Promote ${app} from ${from} to ${to}: base ${source.base}` }, options)
}

/** The files of an overlay, with the comments that they have. */
async function overlayTexts({ project }: AppsContext, overlay: Overlay, values: string): Promise<TemplateFile[]> {
  const folder = overlayFolder(overlay.app, overlay.environment)
  const { base, namespace, autoSync } = overlay
  const current = (await readIn(project.directory, `${folder}/${OVERLAY_FILE}`)) ?? ''
  const text = withValues(
    OVERLAY_FILE,
    current,
    Object.entries({ base, namespace, autoSync }).map(([key, value]) => ({ keys: [key], value })),
  )
  return [
    { path: `${folder}/${OVERLAY_FILE}`, content: text },
    { path: `${folder}/${VALUES_FILE}`, content: values },
  ]
}
