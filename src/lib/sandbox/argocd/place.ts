import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { writeFileAtomic } from '../../core/files.js'
import type { ClusterFolders } from '../clusters/cluster-folders.js'
import type { ArgoCdPrograms } from './programs.js'

/** Names by which the one program of Argo CD tells what it is to be (argo-cd, cmd/main.go). */
const NAMES = [
  'argocd',
  'argocd-server',
  'argocd-application-controller',
  'argocd-applicationset-controller',
  'argocd-repo-server',
  'argocd-git-ask-pass',
  'argocd-k8s-auth',
]

/** Where Argo CD of one cluster keeps its things on this machine. */
export interface ArgoCdPlace {
  root: string
  programs: string
  temporary: string
  certificates: string
  ssh: string
  redisConfiguration: string
  askPass: string
}

export function placeOf({ root: cluster }: Pick<ClusterFolders, 'root'>): ArgoCdPlace {
  const root = path.join(cluster, 'argocd')
  return {
    root,
    programs: path.join(root, 'bin'),
    temporary: path.join(root, 'tmp'),
    certificates: path.join(root, 'tls'),
    ssh: path.join(root, 'ssh'),
    redisConfiguration: path.join(root, 'redis.conf'),
    // The path of a socket has about 100 bytes, which a repository may have used up.
    askPass: path.join(tmpdir(), `platform-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.sock`),
  }
}

/** Makes the folders, and the programs under the names that they are called by. */
export async function preparePlace(place: ArgoCdPlace, programs: ArgoCdPrograms): Promise<void> {
  await clearPlace(place)
  for (const folder of [place.programs, place.temporary, place.certificates, place.ssh])
    await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of NAMES) await symlink(programs.argocd.path, path.join(place.programs, name))
  await writeFile(path.join(place.programs, 'git-verify-wrapper.sh'), VERIFY, { mode: 0o755 })
}

/** Its image has such a script. Signatures are not checked here (`ARGOCD_GPG_ENABLED`), but it must be there. */
const VERIFY = '#!/bin/sh\ngit verify-commit "$1" 2>&1 || true\n'

/** Which hosts are trusted, as Argo CD's image has it mounted from ConfigMaps. */
export async function writeTrust(
  place: ArgoCdPlace,
  { certificates, sshKnownHosts }: { sshKnownHosts: string; certificates: Readonly<Record<string, string>> },
): Promise<void> {
  await writeFileAtomic(path.join(place.ssh, 'ssh_known_hosts'), sshKnownHosts)
  for (const [host, text] of Object.entries(certificates)) {
    // A key of a ConfigMap holds no slash; `..` is one all the same.
    if (/^[\w-][\w.-]*$/.test(host)) await writeFileAtomic(path.join(place.certificates, host), text)
  }
}

/** @param password may hold anything: every byte is written by its number (redis.conf, "\\xHH"). */
export async function writeRedisConfiguration(place: ArgoCdPlace, password: string): Promise<void> {
  const bytes = [...Buffer.from(password)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
  await writeFileAtomic(place.redisConfiguration, `requirepass "${bytes.join('')}"\n`, { mode: 0o600 })
}

/** Removes what can be fetched again. */
export async function clearPlace(place: ArgoCdPlace): Promise<void> {
  await makeDeletable(place.temporary)
  await rm(place.root, { recursive: true, force: true })
  await rm(place.askPass, { force: true })
}

/** The repo-server takes all rights from folders that it does not use just now (argo-cd, reposerver/repository). */
async function makeDeletable(folder: string): Promise<void> {
  try {
    await chmod(folder, 0o700)
  } catch {
    return
  }
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeDeletable(path.join(folder, entry.name))
  }
}
