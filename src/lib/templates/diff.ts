import { createTwoFilesPatch } from 'diff'
import { UserError } from '../core/errors.js'
import { nearest } from '../core/names.js'
import { inspectTemplates, type InspectedFile } from './inspect.js'
import { partsOf } from './parts.js'

export interface TemplateDifference {
  /** Relative to the repository. */
  path: string
  change: 'edited' | 'added' | 'deleted'
  /** Unified diff from the text of the template to that of the repository. `git apply -R` takes the change back. */
  patch: string
}

/**
 * What the user changed in the vendored files, of all roots or of one with its modules.
 * @throws `EnvironmentNotFound`
 */
export async function diffTemplates(directory: string, name: string | undefined, templates?: string): Promise<TemplateDifference[]> {
  const { roots, parts } = await inspectTemplates(directory, templates)
  const root = roots.find((each) => each.name === name)
  if (name !== undefined && !root) throw notFound(name, roots.map((each) => each.name))
  const folders = root && new Set(partsOf(root.folder, root.entry).map(({ folder }) => folder))
  return parts
    .filter(({ folder }) => folders?.has(folder) ?? true)
    .flatMap(({ files }) => files.flatMap(difference))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

function difference({ path, state, pristine, current }: InspectedFile): TemplateDifference[] {
  switch (state) {
    case 'intact':
      return []
    case 'edited':
      return [{ path, change: 'edited', patch: patchOf(path, pristine ?? '', current ?? '') }]
    case 'yours':
      return [{ path, change: 'added', patch: patchOf(path, undefined, current ?? '') }]
    case 'missing':
    case 'removed':
      return [{ path, change: 'deleted', patch: patchOf(path, pristine ?? '', undefined) }]
  }
}

/** Line ends do not count: Git may change them between machines. */
function patchOf(path: string, before: string | undefined, after: string | undefined): string {
  const texts = [before, after].map((text) => (text ?? '').replaceAll('\r\n', '\n')) as [string, string]
  const names = [before === undefined ? '/dev/null' : `a/${path}`, after === undefined ? '/dev/null' : `b/${path}`] as const
  // Its first line is a rule of equals signs, which nobody needs.
  return createTwoFilesPatch(...names, ...texts, undefined, undefined, { context: 3 }).replace(/^=+\n/, '')
}

function notFound(name: string, known: readonly string[]): UserError {
  const near = nearest(name, known)
  return new UserError('EnvironmentNotFound', `${JSON.stringify(name)} has no Terraform files in this repository.`, {
    next: [...(near === undefined ? [] : [`Did you mean ${near}?`]), 'platform template list'],
    details: { name, known },
  })
}
