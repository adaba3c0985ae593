import { UserError } from '../core/errors.js'
import { readTextIfExists, resolveInside } from '../core/files.js'
import { conflictLines } from './conflict-markers.js'
import { inspectTemplates, type InspectedFile, type InspectedPart } from './inspect.js'
import { digestOf, type PlatformLock } from './lock-file.js'
import { pristineFolderOf } from './parts.js'

export interface VerifyFinding {
  /** Relative to the repository. */
  path: string
  /**
   * `lock`: the digest in platform.lock.json is not that of the template. `copy`: the pristine copy is not the text that was
   * vendored. `unknown`: the template has such a file, and the lock does not. `lost`: nobody knows any more what was vendored.
   * `edited`, `missing`, `added`: only with `strict`. `conflict`: the markers of a merge are in it.
   */
  finding: 'lock' | 'copy' | 'unknown' | 'lost' | 'conflict' | 'edited' | 'missing' | 'added'
}

export interface VerifyResult {
  /** How many vendored files were compared. */
  files: number
  /** Edits of the user, which are legal. Paths relative to the repository. */
  edited: string[]
  findings: VerifyFinding[]
}

/**
 * Checks that what was vendored is what the templates say. Three places must agree about each file: the templates of that version
 * that come with platform (as long as they do), the digest in `platform.lock.json`, and the copy in `infra/.templates`. The file
 * itself may differ: that is an edit of the user, and a finding only with `strict`.
 * @throws `TemplateTampered` with every finding
 */
export async function verifyTemplates(directory: string, options: { strict?: boolean; templates?: string } = {}): Promise<VerifyResult> {
  const { parts, lock } = await inspectTemplates(directory, options.templates)
  const findings = parts.flatMap((part) => part.files.flatMap((file) => findingsIn(part, file, options.strict === true)))
  const gitops = await gitopsFiles(directory, lock)
  if (options.strict === true) findings.push(...gitops.flatMap(({ path, state }) => (state === 'intact' ? [] : [{ path, finding: state }])))
  const vendored = parts.flatMap(({ files }) => files.filter(({ state }) => state !== 'yours'))
  const edited = [...vendored, ...gitops].filter(({ state }) => state === 'edited').map(({ path }) => path)
  const result = { files: vendored.length + gitops.length, edited, findings }
  if (findings.length > 0) throw tampered(result)
  return result
}

/** What platform wrote for Argo CD: there is no template of it, so platform.lock.json alone says how it was. */
async function gitopsFiles(directory: string, lock: PlatformLock): Promise<Array<{ path: string; state: 'intact' | 'edited' | 'missing' }>> {
  const noted = Object.entries(lock.files).filter(([path]) => path.startsWith('gitops/') && lock.removed?.includes(path) !== true)
  return Promise.all(
    noted.map(async ([path, digest]) => {
      const text = await readTextIfExists(await resolveInside(directory, path))
      return { path, state: text === undefined ? 'missing' : digestOf(text) === digest ? 'intact' : 'edited' }
    }),
  )
}

function findingsIn(part: InspectedPart, file: InspectedFile, strict: boolean): VerifyFinding[] {
  const { path, state, digests, pristine, current } = file
  const findings: VerifyFinding[] = []
  const add = (finding: VerifyFinding['finding'], where = path): void => void findings.push({ path: where, finding })
  if (state !== 'yours') {
    const right = digests.shipped ?? digests.lock
    if (digests.lock === undefined && digests.shipped !== undefined) add('unknown')
    if (digests.lock !== undefined && digests.lock !== right) add('lock')
    if (digests.copy !== undefined && digests.copy !== right) add('copy', `${pristineFolderOf(part)}/${path.slice(part.folder.length + 1)}`)
    if (pristine === undefined) add('lost')
  }
  if (current !== undefined && conflictLines(current).length > 0) add('conflict')
  if (!strict) return findings
  if (state === 'edited') add('edited')
  if (state === 'missing') add('missing')
  if (state === 'yours') add('added')
  return findings
}

const MEANING: Record<VerifyFinding['finding'], string> = {
  lock: 'its digest in platform.lock.json is not that of the template',
  copy: 'this pristine copy is not the text that was vendored',
  unknown: 'the template has this file, and platform.lock.json does not name it',
  lost: 'the text that was vendored is nowhere to be found',
  conflict: 'it holds the markers of a merge conflict',
  edited: 'it was edited',
  missing: 'it is missing',
  added: 'it is not part of the template',
}

function tampered({ findings, edited, files }: VerifyResult): UserError {
  return new UserError('TemplateTampered', `${findings.length} of what was vendored is not as it should be.`, {
    reason: findings.map(({ path, finding }) => `${path}: ${MEANING[finding]}`).join('\n'),
    next: ['See what was changed: platform template diff', 'See who changed it: git log -- infra platform.lock.json'],
    details: { files, edited, findings },
  })
}
