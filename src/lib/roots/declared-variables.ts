import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../core/errors.js'
import { readTextIfExists } from '../core/files.js'
import type { Ports } from '../core/ports.js'
import type { Root } from './root.js'

export interface TakenValues {
  values: Record<string, unknown>
  /** Names of the values that the version of the root module does not know. */
  leftOut: string[]
}

/** Names of the variables that the root module in `folder` declares, also in files that the user added. */
async function declaredVariables(folder: string): Promise<Set<string>> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.tf'))
  const texts = await Promise.all(files.map((name) => readTextIfExists(path.join(folder, name))))
  // A variable is a block of its own, so it starts a line; `terraform fmt` does not indent it.
  return new Set(texts.flatMap((text = '') => [...text.matchAll(/^variable\s+"([^"]+)"/gm)].map(([, name = '']) => name)))
}

/**
 * The values that the root module takes. An older version of it lacks variables: their values are left out, for they come from
 * defaults of this platform.
 * @param repository folder with the configuration files
 * @param directory folder with `infra`: the repository, or a copy of it
 * @throws `TemplatesTooOld` when the user's file asks for something that the version cannot do
 */
export async function valuesTaken(
  root: Pick<Root, 'name' | 'folder' | 'file'>,
  values: Record<string, unknown>,
  { repository, directory }: { repository: string; directory: string },
): Promise<TakenValues> {
  const declared = await declaredVariables(path.join(directory, root.folder))
  const missing = Object.keys(values).filter((name) => !declared.has(name))
  if (missing.length > 0) await refuseUsed(root, missing, repository)
  return { values: Object.fromEntries(Object.entries(values).filter(([name]) => declared.has(name))), leftOut: missing.sort() }
}

/** Says what a preset switches on and the version of the root module cannot do. */
export function reportLeftOut({ report }: Pick<Ports, 'report'>, { name }: Pick<Root, 'name'>, leftOut: readonly string[]): void {
  if (leftOut.length === 0) return
  const message = `Left out, because the templates of ${name} do not know it yet: ${leftOut.join(', ')}. To get it: platform template update ${name}`
  report.emit({ type: 'info', message })
}

async function refuseUsed(root: Pick<Root, 'name' | 'folder' | 'file'>, missing: readonly string[], repository: string): Promise<void> {
  const { parse } = await import('../core/yaml.js')
  const file: unknown = parse((await readTextIfExists(path.join(repository, root.file))) ?? '')
  const fields = typeof file === 'object' && file !== null ? Object.keys(file) : []
  const used = missing.filter((name) => fields.includes(name))
  if (used.length === 0) return
  throw new UserError('TemplatesTooOld', `${root.file} uses ${used.join(', ')}, which the templates of ${root.name} do not know yet.`, {
    reason: `${root.folder} declares no variable of that name.`,
    next: [`platform template update ${root.name}`, `Or take ${used.join(', ')} out of ${root.file}.`],
    details: { root: root.name, fields: used },
  })
}
