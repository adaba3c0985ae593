import path from 'node:path'
import * as z from 'zod/mini'
import { toJsonText, writeFileAtomic } from '../../core/files.js'
import type { ClusterFolders } from '../clusters/cluster-folders.js'
import { freePort, isFree } from '../clusters/ports.js'
import { readJsonRecord } from '../json-record.js'

const recordSchema = z.object({ schemaVersion: z.literal(1), port: z.int() })

/** The port of a cluster's Argo CD server: the same for as long as nobody else has taken it meanwhile. */
export async function serverPortOf({ root }: Pick<ClusterFolders, 'root'>): Promise<number> {
  const file = path.join(root, 'argocd.json')
  const known = await readJsonRecord(file, recordSchema)
  if (known && (await isFree(known.port))) return known.port
  const port = await freePort()
  await writeFileAtomic(file, toJsonText({ schemaVersion: 1, port } satisfies z.output<typeof recordSchema>), { mode: 0o600 })
  return port
}
