import { parseDocument } from 'yaml'
import { resolveInside, writeFileAtomic } from '../core/files.js'
import { UserError } from '../core/errors.js'
import { type LoadContext, resolveConfiguration } from './load.js'
import type { Project } from './project.js'
import { environmentFilePath, readRepositoryFiles } from './repository-files.js'
import { readOutsideSettings } from './user-settings.js'

/** A field of an environment's file, and what it is to be. Undefined: it goes. */
export type FieldChange = readonly [field: readonly string[], value: unknown]

/**
 * Changes fields of `environments/<name>.yaml`; comments and everything else stay. The whole repository is validated with the new text
 * first, so nothing invalid is written.
 * @returns the project with the change
 * @throws `InvalidConfiguration` as `loadProject`; `EnvironmentNotFound`
 */
export async function changeEnvironmentFile(
  project: Project,
  name: string,
  changes: readonly FieldChange[],
  context: LoadContext & { dryRun?: boolean } = {},
): Promise<Project> {
  const outside = await readOutsideSettings(context.env ?? {})
  const files = await readRepositoryFiles(project.directory)
  const file = environmentFilePath(name)
  const before = files.texts.get(file)
  if (before === undefined) throw new UserError('EnvironmentNotFound', `There is no file ${file}.`)
  const text = changed(before, changes)
  const result = resolveConfiguration({ ...files, texts: new Map([...files.texts, [file, text]]) }, outside).project
  if (context.dryRun !== true && text !== before) await writeFileAtomic(await resolveInside(project.directory, file), text)
  return result
}

function changed(text: string, changes: readonly FieldChange[]): string {
  const document = parseDocument(text)
  for (const [field, value] of changes) {
    if (value === undefined) document.deleteIn(field)
    else document.setIn(field, typeof value === 'object' ? document.createNode(value) : value)
  }
  return document.toString({ lineWidth: 0 })
}
