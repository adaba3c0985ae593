import path from 'node:path'
import { writeFileAtomic } from '../core/files.js'
import type { ExecResult } from '../core/ports.js'
import type { Helm } from './helm.js'

/** Lets Helm, which works in this folder, log in to a registry. The folder is nobody else's. */
export async function writeHelmLogin(folder: string, login: { host: string; user: string; password: string }): Promise<void> {
  const auth = Buffer.from(`${login.user}:${login.password}`).toString('base64')
  const file = path.join(folder, 'helm', 'config', 'registry', 'config.json')
  await writeFileAtomic(file, JSON.stringify({ auths: { [login.host]: { auth } } }), { mode: 0o600 })
}

/**
 * Sends an archive to an OCI registry as it is, byte for byte.
 * @param options.repository `oci://…` without the chart's name
 * @returns what Helm said: whoever calls knows registries
 */
export async function pushChart(helm: Helm, file: string, options: { repository: string; plainHttp: boolean }): Promise<ExecResult> {
  return helm.run(['push', file, options.repository, ...(options.plainHttp ? ['--plain-http'] : [])])
}
