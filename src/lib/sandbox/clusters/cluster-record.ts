import { readdir } from 'node:fs/promises'
import * as z from 'zod/mini'
import { toJsonText, writeFileAtomic } from '../../core/files.js'
import type { SandboxFolders } from '../folders.js'
import { readJsonRecord } from '../json-record.js'
import { clusterFolders, isClusterName } from './cluster-folders.js'

const recordSchema = z.object({
  schemaVersion: z.literal(1),
  name: z.string(),
  region: z.string(),
  /** Of its API server. The same for as long as it lives, so that a kubeconfig stays true. */
  port: z.int(),
})

/** What the sandbox remembers of a cluster beside what the emulator knows. */
export type ClusterRecord = z.output<typeof recordSchema>

export function endpointOf({ port }: Pick<ClusterRecord, 'port'>): string {
  return `https://127.0.0.1:${port}`
}

/** The record of a cluster, or undefined when there is none or it cannot be understood. */
export async function readClusterRecord(file: string): Promise<ClusterRecord | undefined> {
  return readJsonRecord(file, recordSchema)
}

export async function writeClusterRecord(file: string, record: ClusterRecord): Promise<void> {
  await writeFileAtomic(file, toJsonText(record), { mode: 0o600 })
}

/** The names of all clusters that have a folder, also of those whose record was never finished. */
export async function keptClusters(folders: Pick<SandboxFolders, 'clusters'>): Promise<string[]> {
  const entries = await readdir(folders.clusters, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory() && isClusterName(entry.name)).map(({ name }) => name)
}

/** The records of all clusters. */
export async function clusterRecords(folders: Pick<SandboxFolders, 'clusters' | 'logs'>): Promise<ClusterRecord[]> {
  const names = await keptClusters(folders)
  const records = await Promise.all(names.map(async (name) => readClusterRecord(clusterFolders(folders, name).record)))
  return records.filter((record) => record !== undefined)
}
