import { readdir, readFile, readlink } from 'node:fs/promises'
import path from 'node:path'
import type { Ports } from '../core/ports.js'

/** Names of the programs, as the system shortens them. */
const PROGRAMS = new Set(['terraform', 'tofu'])

/**
 * Whether a Terraform of this user may be at work in a folder that ends like `folder`, in whichever clone of the repository.
 * Where the system does not tell folders, any Terraform counts; where it tells nothing, the answer is yes.
 */
export async function mayBeAtWork({ exec }: Pick<Ports, 'exec'>, folder: string): Promise<boolean> {
  const ids = await readdir('/proc').catch(() => undefined)
  if (ids?.includes('self')) {
    const folders = await Promise.all(ids.filter((id) => /^\d+$/.test(id)).map(terraformFolder))
    return folders.some((each) => each !== undefined && `${each}/`.endsWith(`/${folder}/`))
  }
  const uid = process.getuid?.()
  const { stdout } = await exec('ps', ['-axo', 'uid=,comm=']).catch(() => ({ stdout: `${uid} terraform` }))
  return stdout.split('\n').some((line) => {
    const [owner, ...program] = line.trim().split(/\s+/)
    return owner === String(uid) && PROGRAMS.has(path.basename(program.join(' ')))
  })
}

/** The working folder of a process that is a Terraform of ours. Those of others cannot be read. */
async function terraformFolder(id: string): Promise<string | undefined> {
  try {
    const name = (await readFile(`/proc/${id}/comm`, 'utf8')).trim()
    return PROGRAMS.has(name) ? await readlink(`/proc/${id}/cwd`) : undefined
  } catch {
    return undefined // It has ended.
  }
}
