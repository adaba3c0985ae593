import { execa } from 'execa'
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { execProgram } from '../../src/lib/core/exec.js'

/** Words before a program that give it mounts of its own, which nobody else sees and which end with it. */
export function withMounts(script: string): string[] {
  return ['unshare', '--mount', '--map-root-user', 'sh', '-ec', `${script}; exec "$@"`, 'sh']
}

/** The repository can only be read; `except` stays writable. */
export function readOnly(directory: string): string[] {
  return withMounts(`mount --bind "${directory}" "${directory}"; mount -o remount,bind,ro "${directory}"; cd "${directory}"`)
}

/** The folder lies on a disk of its own, with so many kilobytes. What was in it is copied there. */
export function onSmallDisk(directory: string, kilobytes: number, copied: boolean): string[] {
  const copy = copied ? `cp -a "${directory}/." "$tmp/"` : ':'
  return withMounts(
    `tmp=$(mktemp -d); mount -t tmpfs -o size=${kilobytes}k none "$tmp"; ${copy}; mount --move "$tmp" "${directory}"; rmdir "$tmp"; cd "${directory}"`,
  )
}

/** Whether this machine lets us do that: as root, or where users may have namespaces. */
export async function canMount(): Promise<boolean> {
  if (process.platform !== 'linux') return false
  return execProgram('unshare', ['--mount', '--map-root-user', 'mount', '-t', 'tmpfs', 'none', '/mnt']).then(
    () => true,
    () => false,
  )
}

/** Ends when it is told to. */
function startKeeper([program = '', ...words]: readonly string[]) {
  return execa(program, words, { reject: false, stdin: 'ignore' })
}

/** A folder that lies on a small disk of its own, seen only by what is run `below` it, until it is put back. */
export class SmallDisk {
  readonly #directory: string
  readonly #keeper: ReturnType<typeof startKeeper>

  private constructor(directory: string, keeper: ReturnType<typeof startKeeper>) {
    this.#directory = directory
    this.#keeper = keeper
  }

  /** What is in the folder is copied there. */
  static async under(directory: string, kilobytes: number): Promise<SmallDisk> {
    const keeper = startKeeper([...onSmallDisk(directory, kilobytes, true), 'sh', '-c', 'echo ready; exec sleep 3600'])
    await new Promise((resolve, reject) => {
      keeper.stdout.once('data', resolve)
      void keeper.then(({ stderr }) => reject(new Error(stderr)))
    })
    return new SmallDisk(directory, keeper)
  }

  /** Words before a program that runs with this disk. */
  get below(): string[] {
    const enter = ['nsenter', '--target', String(this.#keeper.pid), '--user', '--mount', '--preserve-credentials']
    return [...enter, 'sh', '-ec', 'cd "$0"; exec "$@"', this.#directory]
  }

  /** The folder as it is on this disk. */
  get directory(): string {
    return path.join('/proc', String(this.#keeper.pid), 'root', this.#directory)
  }

  /** Takes all the room that is left. */
  async fill(): Promise<void> {
    const filled = await writeFile(this.#filler, Buffer.alloc(64 * 1024 * 1024)).then(
      () => false,
      () => true,
    )
    if (!filled) throw new Error('The disk has more room than this.')
  }

  /** Gives that room back. */
  async clear(): Promise<void> {
    await rm(this.#filler)
  }

  async remove(): Promise<void> {
    this.#keeper.kill('SIGKILL')
    await this.#keeper
  }

  get #filler(): string {
    return path.join(this.directory, 'filler')
  }
}
