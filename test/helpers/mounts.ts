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
