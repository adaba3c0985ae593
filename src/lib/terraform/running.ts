import { readdir, readFile, readlink } from 'node:fs/promises'
import path from 'node:path'
import type { Ports } from '../core/ports.js'

/** Names of the programs, as the system shortens them. */
const PROGRAMS = new Set(['terraform', 'tofu'])

/** The kernel counts the start of a process in this many steps a second (`USER_HZ`, proc_pid_stat(5)), from a boot time in whole seconds. */
const TICKS_A_SECOND = 100
const ROUNDING_MS = 2000

/**
 * Whether a Terraform of this user may be at work in a folder that ends like `folder`, in whichever clone of the repository.
 * Where the system does not tell folders, any Terraform counts; where it tells nothing, the answer is yes.
 * @param before one that was started later (milliseconds since 1970) does not count, where the system tells.
 */
export async function mayBeAtWork({ exec }: Pick<Ports, 'exec'>, folder: string, before: number): Promise<boolean> {
  const ids = await readdir('/proc').catch(() => undefined)
  if (ids?.includes('self')) {
    const bootedAt = await bootTime()
    const found = await Promise.all(ids.filter((id) => /^\d+$/.test(id)).map((id) => terraformAt(id, bootedAt)))
    return found.some((each) => each && `${each.folder}/`.endsWith(`/${folder}/`) && !(each.startedAt > before + ROUNDING_MS))
  }
  const uid = process.getuid?.()
  const { stdout } = await exec('ps', ['-axo', 'uid=,comm=']).catch(() => ({ stdout: `${uid} terraform` }))
  return stdout.split('\n').some((line) => {
    const [owner, ...program] = line.trim().split(/\s+/)
    return owner === String(uid) && PROGRAMS.has(path.basename(program.join(' ')))
  })
}

/** Where a process that is a Terraform of ours works, and since when. Those of others cannot be read. */
async function terraformAt(id: string, bootedAt: number): Promise<{ folder: string; startedAt: number } | undefined> {
  try {
    const text = await readFile(`/proc/${id}/stat`, 'utf8')
    const end = text.lastIndexOf(')')
    if (!PROGRAMS.has(text.slice(text.indexOf('(') + 1, end))) return undefined
    const ticks = Number(text.slice(end + 2).split(' ')[19])
    return { folder: await readlink(`/proc/${id}/cwd`), startedAt: bootedAt + (ticks / TICKS_A_SECOND) * 1000 }
  } catch {
    return undefined // It has ended.
  }
}

/** Not a number when the system does not tell: then every Terraform counts. */
async function bootTime(): Promise<number> {
  const [, seconds] = /^btime (\d+)$/m.exec(await readFile('/proc/stat', 'utf8').catch(() => '')) ?? []
  return Number(seconds) * 1000
}
