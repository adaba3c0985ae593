import { rm, stat } from 'node:fs/promises'
import { sandboxFolders, type SandboxFolders } from './folders.js'
import { readRecord } from './record.js'
import { withStartLock } from './start-lock.js'
import { endProcesses, type SandboxPorts } from './supervised.js'

/**
 * Stops the repository's local AWS. What is in it stays on disk for the next start.
 * @returns whether it was running.
 */
export async function stopSandbox(ports: SandboxPorts, directory: string): Promise<{ stopped: boolean }> {
  const folders = sandboxFolders(directory)
  if (!(await exists(folders.root))) return { stopped: false }
  return withStartLock(ports, folders.startLock, async () => ({ stopped: await stopLocked(ports, folders) }))
}

/** Stops the local AWS and deletes everything in it. The endpoint stays the same. */
export async function resetSandbox(ports: SandboxPorts, directory: string): Promise<{ reset: boolean }> {
  const folders = sandboxFolders(directory)
  if (!(await exists(folders.root))) return { reset: false }
  return withStartLock(ports, folders.startLock, async () => {
    await stopLocked(ports, folders)
    const { cloudtrail, clusters, data, kubernetesWanted, logs, mends, services } = folders
    for (const place of [data, mends, services, cloudtrail, clusters, kubernetesWanted, logs])
      await rm(place, { recursive: true, force: true })
    return { reset: true }
  })
}

async function stopLocked(ports: SandboxPorts, folders: SandboxFolders): Promise<boolean> {
  const record = await readRecord(folders.record)
  if (!record) return false
  const wasAlive = await ports.processes.isAlive(record.supervisor)
  await endProcesses(ports, folders, record)
  return wasAlive
}

async function exists(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => undefined)) !== undefined
}
