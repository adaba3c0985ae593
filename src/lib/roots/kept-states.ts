import { createHash } from 'node:crypto'
import { chmod } from 'node:fs/promises'
import path from 'node:path'
import { summariseState } from '../aws/state-document.js'
import { readTextIfExists, writeFileAtomic } from '../core/files.js'

/** A state that nobody else has is kept, however large. */
const ANY_SIZE = { maxBytes: Infinity }

/** Where Terraform writes a state that it could not save, in the folder of the root module. */
export const ERRORED_STATE = 'errored.tfstate'

export interface KeptState {
  /** What Terraform wrote, absolute. */
  file: string
  /** The copy, relative to the repository. */
  copy: string
  /** It holds secrets. */
  text: string
}

/**
 * Copies the state that Terraform could not save to where the next failure does not overwrite it. Only its owner may read it.
 * @param folder folder of the root module, relative to the repository.
 * @returns undefined when there is none.
 */
export async function keepErroredState(
  repository: string,
  { name, folder }: { name: string; folder: string },
): Promise<KeptState | undefined> {
  const file = path.join(repository, folder, ERRORED_STATE)
  const text = await readTextIfExists(file, ANY_SIZE)
  if (text === undefined) return undefined
  await chmod(file, 0o600)
  return { file, copy: await keepState(repository, name, 'errored', text), text }
}

/** Writes a state below `.platform/states`, under a name made of its contents. @returns its path, relative to the repository. */
export async function keepState(repository: string, name: string, what: string, text: string): Promise<string> {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12)
  const copy = path.posix.join('.platform', 'states', name, `${what}-${summariseState(text).serial ?? 'unreadable'}-${digest}.tfstate`)
  const target = path.join(repository, copy)
  if ((await readTextIfExists(target, ANY_SIZE)) !== text) await writeFileAtomic(target, text, { mode: 0o600 })
  await chmod(target, 0o600)
  return copy
}
