import { readFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../core/errors.js'
import { nearest } from '../../core/names.js'
import { packageRoot } from '../../core/package-root.js'
import type { Role } from '../choices.js'
import { invalidConfiguration } from '../problem.js'
import { checkSchema } from '../schema-problems.js'
import { parseYaml } from '../yaml-source.js'
import { type Addon, type AddonRelease, type Catalogue, catalogueSchema } from './catalogue-schema.js'

/** Folder of the catalogue, and of the values of each add-on. */
export const addonTemplates = path.join(packageRoot, 'templates', 'addons')

const CATALOGUE_FILE = 'templates/addons/catalogue.yaml'

let shipped: Catalogue['addons'] | undefined

/** The catalogue that comes with platform, read once. */
export function addonCatalogue(): Catalogue['addons'] {
  shipped ??= parseCatalogue(readFileSync(path.join(addonTemplates, 'catalogue.yaml'), 'utf8'))
  return shipped
}

/**
 * The add-ons of a catalogue's text, by name.
 * @throws `InvalidConfiguration` with every problem, its line and its field
 */
export function parseCatalogue(text: string, file = CATALOGUE_FILE): Catalogue['addons'] {
  const parsed = parseYaml(file, text)
  const checked = parsed.source ? checkSchema(catalogueSchema, parsed.source) : { problems: [] }
  const problems = [...parsed.problems, ...checked.problems]
  if (problems.length > 0 || !checked.value) throw invalidConfiguration(problems, ['Change the places named above.'])
  return checked.value.addons
}

/** @throws `AddonNotFound` with the nearest name */
export function addonOf(name: string, catalogue = addonCatalogue()): Addon {
  const addon = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined
  if (addon) return addon
  const near = nearest(name, Object.keys(catalogue))
  throw new UserError('AddonNotFound', `There is no add-on ${name}.`, {
    next: [...(near === undefined ? [] : [`Did you mean ${near}?`]), 'platform addon list'],
    details: { name, known: Object.keys(catalogue), ...(near !== undefined && { nearest: near }) },
  })
}

/** Every version of an add-on that the catalogue knows, the one that it recommends first. */
export function releasesOf(addon: Addon): AddonRelease[] {
  return [addon, ...addon.earlier]
}

/** What the catalogue knows of this version; undefined when it is another one. */
export function releaseOf(addon: Addon, version: string): AddonRelease | undefined {
  return releasesOf(addon).find((release) => release.version === version)
}

/** The names of add-ons that may run in an environment of this role. */
export function addonsFor(role: Role, catalogue = addonCatalogue()): string[] {
  return Object.entries(catalogue)
    .filter(([, { clusters }]) => clusters.includes(role))
    .map(([name]) => name)
}
