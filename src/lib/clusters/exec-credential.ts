/** What kubectl reads from an exec plugin. Source: Kubernetes reference, "client.authentication.k8s.io/v1". */
export interface ExecCredential {
  apiVersion: 'client.authentication.k8s.io/v1'
  kind: 'ExecCredential'
  spec: { interactive: false }
  status: { expirationTimestamp: string; token: string }
}

export const EXEC_API_VERSION = 'client.authentication.k8s.io/v1'

export function toExecCredential({ token, expiresAt }: { token: string; expiresAt: Date }): ExecCredential {
  const expirationTimestamp = expiresAt.toISOString().replace(/\.\d+Z$/, 'Z')
  return { apiVersion: EXEC_API_VERSION, kind: 'ExecCredential', spec: { interactive: false }, status: { expirationTimestamp, token } }
}
