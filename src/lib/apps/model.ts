import * as z from 'zod'
import { UserError } from '../core/errors.js'
import { isValidName, NAME_RULE } from '../core/names.js'

export const APPS_FOLDER = 'gitops/apps'
export const OVERLAY_FILE = 'app.yaml'
export const VALUES_FILE = 'values.yaml'

/** One application in one environment, as its overlay says. */
export interface Overlay {
  app: string
  environment: string
  /** Version of the base: the name of a folder in `base/`. */
  base: string
  namespace: string
  /** Whether Argo CD brings what Git says by itself, or waits for `app sync`. */
  autoSync: boolean
}

export const BASE_RULE = '1 to 64 letters, digits, dots and dashes, starting with a letter or digit, such as 1.2.0'
const BASE = /^[0-9A-Za-z][0-9A-Za-z.-]{0,63}$/

const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

export function isNamespace(name: string): boolean {
  return NAMESPACE.test(name)
}

const overlaySchema = z.strictObject({
  base: z.string().regex(BASE, { error: `must be ${BASE_RULE}; put a number in quotes` }),
  namespace: z.string().regex(NAMESPACE, { error: 'must be the name of a namespace' }),
  autoSync: z.boolean({ error: 'must be true or false' }),
})

export function baseFolder(app: string, version: string): string {
  return `${APPS_FOLDER}/${app}/base/${version}`
}

export function overlayFolder(app: string, environment: string): string {
  return `${APPS_FOLDER}/${app}/environments/${environment}`
}

/** Name of the Argo CD Application. Neither part has a dot, so no two can meet. */
export function applicationName({ app, environment }: Pick<Overlay, 'app' | 'environment'>): string {
  return `${app}.${environment}`
}

/** @throws `InvalidName` */
export function assertBase(version: string): void {
  if (BASE.test(version) && !version.includes('..')) return
  throw new UserError('InvalidName', `${JSON.stringify(version)} is not a version of a base.`, {
    reason: `Allowed: ${BASE_RULE}.`,
    next: ['Choose one of this form, such as 1.0.0'],
    details: { version },
  })
}

/** @throws `InvalidName` */
export function assertAppName(name: string): void {
  if (isValidName(name)) return
  throw new UserError('InvalidName', `${JSON.stringify(name)} is not a valid name for an application.`, {
    reason: `Allowed: ${NAME_RULE}.`,
    next: ['Choose a name of this form, such as web'],
    details: { name },
  })
}

/** Reads the text of an overlay's app.yaml. @throws `InvalidConfiguration` naming file, field and what is allowed */
export async function parseOverlay(place: { app: string; environment: string }, text: string): Promise<Overlay> {
  const { parse } = await import('../core/yaml.js')
  const file = `${overlayFolder(place.app, place.environment)}/${OVERLAY_FILE}`
  let value: unknown
  try {
    value = parse(text)
  } catch (error) {
    throw invalid(file, error instanceof Error ? error.message : String(error))
  }
  const parsed = overlaySchema.safeParse(value)
  if (!parsed.success) throw invalid(file, parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'))
  return { ...place, ...parsed.data }
}

function invalid(file: string, reason: string): UserError {
  return new UserError('InvalidConfiguration', `${file} has problems.`, {
    reason,
    next: ['Correct the file. It has base, namespace and autoSync.'],
    details: { file },
  })
}
