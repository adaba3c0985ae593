import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { toJsonText, writeFileAtomic } from '../core/files.js'

/** A cluster, and the program that makes tokens for it: no secret is ever written. */
export interface KubeconfigServer {
  /** Name of the cluster. */
  name: string
  endpoint: string
  /** PEM in base64. */
  certificateAuthority: string
  /** The exec plugin that answers with a token. */
  token: { command: string; args: readonly string[] }
}

/** A kubeconfig of its own and a folder for what the programs around Kubernetes keep. */
export interface TemporaryKubeconfig {
  file: string
  folder: string
}

/**
 * A kubeconfig with this cluster alone during `work`, so that the caller's contexts never count. JSON is YAML, too.
 * It is gone afterwards; after a crash it stays in the system's temporary folder, without a secret.
 */
export async function withTemporaryKubeconfig<T>(
  server: KubeconfigServer,
  work: (kubeconfig: TemporaryKubeconfig) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'platform-kube-'))
  try {
    const file = path.join(folder, 'kubeconfig')
    await writeFileAtomic(file, toJsonText(documentOf(server)), { mode: 0o600 })
    return await work({ file, folder })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function documentOf({ name, endpoint, certificateAuthority, token }: KubeconfigServer): unknown {
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: token.command,
    args: token.args,
    interactiveMode: 'Never',
    provideClusterInfo: false,
  }
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: endpoint, 'certificate-authority-data': certificateAuthority } }],
    users: [{ name, user: { exec } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  }
}
