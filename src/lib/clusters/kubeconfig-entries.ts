import type { ClusterAccess } from '../aws/cluster-details.js'
import type { Section } from '../kube/kubeconfig-document.js'
import { EXEC_API_VERSION } from './exec-credential.js'
import { tokenFlags, type TokenRequest } from './token-request.js'

const PROVIDER = 'platform'

/** Says of an entry that it was written here, and for what. kubectl keeps it as an extension. */
export interface Owner {
  platform: string
  environment: string
  /** Of a sandbox: every one has the same account. */
  repository?: string
}

/** What the three entries of a cluster hold. */
export function entriesFor(
  name: string,
  owner: Owner,
  { access, request, program }: { access: ClusterAccess; request: TokenRequest; program: string },
): Record<Section, Record<string, unknown>> {
  const extensions = [{ extension: { provider: PROVIDER, ...owner }, name: PROVIDER }]
  return {
    clusters: { 'certificate-authority-data': access.certificateAuthority, extensions, server: access.endpoint },
    contexts: { cluster: name, extensions, user: name },
    users: {
      exec: {
        apiVersion: EXEC_API_VERSION,
        args: ['cluster', 'token', ...tokenFlags(request)],
        command: program,
        installHint: `platform makes the tokens of this cluster. Where it has moved, write this entry again: platform cluster kubeconfig ${owner.environment}`,
        interactiveMode: 'Never',
        provideClusterInfo: false,
      },
      extensions,
    },
  }
}

/** Whose entry this is, or undefined when it was not written here. */
export function ownerOf(entry: Record<string, unknown>): Owner | undefined {
  const { extensions } = entry
  const found: unknown = Array.isArray(extensions) ? extensions.find(isOurs) : undefined
  return isOurs(found) ? found.extension : undefined
}

export function sameOwner(one: Owner | undefined, other: Owner): boolean {
  return one?.platform === other.platform && one.environment === other.environment && one.repository === other.repository
}

function isOurs(value: unknown): value is { name: string; extension: Owner } {
  if (typeof value !== 'object' || value === null || !('name' in value) || value.name !== PROVIDER || !('extension' in value)) return false
  const { extension } = value
  return typeof extension === 'object' && extension !== null && 'provider' in extension && extension.provider === PROVIDER
}
