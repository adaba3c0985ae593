import { readdir, rm, rmdir } from 'node:fs/promises'
import path from 'node:path'
import type { Environment, Project } from '../config/project.js'
import { isSystemError, UserError } from '../core/errors.js'
import { readTextIfExists, resolveInside, writeFileAtomic } from '../core/files.js'
import { nearest } from '../core/names.js'
import { unknownEnvironment } from '../roots/select.js'
import type { TemplateFile } from '../templates/shipped.js'
import { APPS_FOLDER, assertAppName, baseFolder, OVERLAY_FILE, overlayFolder, type Overlay, parseOverlay, VALUES_FILE } from './model.js'

/** Names of the applications in the repository. */
export async function appNames(directory: string): Promise<string[]> {
  return foldersIn(path.join(directory, APPS_FOLDER))
}

/** The environments that an application has an overlay for. */
export async function environmentsOf(directory: string, app: string): Promise<string[]> {
  return foldersIn(path.join(directory, APPS_FOLDER, app, 'environments'))
}

export async function basesOf(directory: string, app: string): Promise<string[]> {
  return foldersIn(path.join(directory, APPS_FOLDER, app, 'base'))
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

/** The overlay of an application for an environment, and its values as text. @throws `AppNotFound`, `InvalidConfiguration` */
export async function readOverlay(directory: string, app: string, environment: string): Promise<Overlay & { values: string }> {
  assertAppName(app)
  const text = await readIn(directory, `${overlayFolder(app, environment)}/${OVERLAY_FILE}`)
  if (text === undefined) throw await appNotFound(directory, app, environment)
  const values = (await readIn(directory, `${overlayFolder(app, environment)}/${VALUES_FILE}`)) ?? ''
  return { ...(await parseOverlay({ app, environment }, text)), values }
}

export async function readIn(directory: string, file: string): Promise<string | undefined> {
  return readTextIfExists(await resolveInside(directory, file))
}

/** Writes and removes files of the repository. @returns their paths */
export async function writeIn(directory: string, files: readonly TemplateFile[], removed: readonly string[] = []): Promise<string[]> {
  for (const { path: file, content } of files) await writeFileAtomic(await resolveInside(directory, file), content)
  for (const file of removed) {
    await rm(await resolveInside(directory, file), { force: true })
    await removeEmptyFolders(directory, path.posix.dirname(file))
  }
  return [...files.map((file) => file.path), ...removed]
}

/** Git knows no empty folders, and here they would look like an application. */
export async function removeEmptyFolders(directory: string, folder: string): Promise<void> {
  for (let each = folder; each.startsWith(`${APPS_FOLDER}/`); each = path.posix.dirname(each)) {
    try {
      await rmdir(await resolveInside(directory, each))
    } catch (error) {
      if (isSystemError(error, 'ENOTEMPTY') || isSystemError(error, 'EEXIST')) return
      if (!isSystemError(error, 'ENOENT')) throw error
    }
  }
}

/** Texts of all files below a folder, by their path from the repository. */
export async function textsBelow(directory: string, folder: string): Promise<Map<string, string>> {
  const top = await resolveInside(directory, folder)
  const entries = await readdir(top, { withFileTypes: true, recursive: true }).catch(() => [])
  const texts = new Map<string, string>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const file = path.relative(directory, path.join(entry.parentPath, entry.name)).split(path.sep).join('/')
    texts.set(file, (await readIn(directory, file)) ?? '')
  }
  return texts
}

/** @throws `BaseNotFound` unless the application has this version of its base */
export async function assertBaseExists(directory: string, app: string, version: string): Promise<void> {
  const bases = await basesOf(directory, app)
  if (bases.includes(version)) return
  throw new UserError('BadFlag', `Application ${app} has no base ${version}.`, {
    reason: bases.length === 0 ? `${APPS_FOLDER}/${app}/base is empty.` : `There are: ${bases.join(', ')}.`,
    next: [`Make it: copy ${baseFolder(app, bases.at(-1) ?? '1.0.0')} to ${baseFolder(app, version)} and change it there`],
    details: { app, version, bases },
  })
}

/** @throws `EnvironmentNotFound`; `NotSupportedYet` for a soft one */
export function environmentOf(project: Project, name: string): Environment {
  const found = project.environments.get(name)
  if (!found) throw unknownEnvironment(project, name)
  return found
}

async function appNotFound(directory: string, app: string, environment: string): Promise<UserError> {
  const apps = await appNames(directory)
  if (!apps.includes(app)) {
    const near = nearest(app, apps)
    return new UserError('AppNotFound', `There is no application ${app}.`, {
      reason: `${APPS_FOLDER}/${app} does not exist.`,
      next: [...(near === undefined ? [] : [`Did you mean ${near}?`]), `platform app create ${app}`],
      details: { app, known: apps },
    })
  }
  const environments = await environmentsOf(directory, app)
  return new UserError('AppNotFound', `Application ${app} has no overlay for ${environment}.`, {
    reason: environments.length === 0 ? 'It has none at all.' : `It has: ${environments.join(', ')}.`,
    next: [`platform app create ${app} --environment ${environment}`],
    details: { app, environment, known: environments },
  })
}
