/** A variable of a container, as far as it is followed (core/v1 EnvVar). */
export interface EnvironmentEntry {
  name: string
  value?: string
  valueFrom?: {
    configMapKeyRef?: { name: string; key: string }
    secretKeyRef?: { name: string; key: string }
  }
}

/** What of it is a setting of Argo CD. The rest (`HELM_CACHE_HOME`, for example) names places inside of its image. */
const SETTINGS = /^(?:ARGOCD|REDIS|WORKQUEUE)_/

/**
 * The settings that a container would find in its environment: those of `argocd-cmd-params-cm` work that way.
 * @param dataOf the data of a ConfigMap (`configmaps`), or of a Secret as it is kept (`secrets`).
 */
export async function environmentOf(
  entries: readonly EnvironmentEntry[],
  dataOf: (kind: 'configmaps' | 'secrets', name: string) => Promise<Record<string, string> | undefined>,
): Promise<Record<string, string>> {
  const result: Record<string, string> = {}
  for (const { name, value, valueFrom } of entries) {
    if (!SETTINGS.test(name)) continue
    const { configMapKeyRef: config, secretKeyRef: secret } = valueFrom ?? {}
    const found = config
      ? (await dataOf('configmaps', config.name))?.[config.key]
      : secret
        ? decoded((await dataOf('secrets', secret.name))?.[secret.key])
        : value
    if (found !== undefined) result[name] = found
  }
  return result
}

/** The text of a value of a Secret. */
export function decoded(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, 'base64').toString('utf8')
}
