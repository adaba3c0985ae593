import path from 'node:path'
import shipped from '../../../../templates/addons/catalogue.json' with { type: 'json' }
import { UserError } from '../../core/errors.js'
import { nearest } from '../../core/names.js'
import { packageRoot } from '../../core/package-root.js'
import type { Role } from '../choices.js'
import type { Addon, AddonRelease, Catalogue } from './catalogue-schema.js'

/** Folder of the catalogue, and of the values of each add-on. */
export const addonTemplates = path.join(packageRoot, 'templates', 'addons')

/** The add-on that brings all others. */
export const ARGO_CD = 'argo-cd'

/**
 * The catalogue that comes with platform. `catalogue.json` is generated from `catalogue.yaml`, which is checked then. It is part of the
 * build, so another catalogue is another build, and what was found valid with the old one is checked again (config/known-project.ts).
 */
export function addonCatalogue(): Catalogue['addons'] {
  return shipped as unknown as Catalogue['addons']
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
