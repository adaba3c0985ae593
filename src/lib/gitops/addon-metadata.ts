import type { Environment } from '../config/project.js'

/** `enable_<addon>` on the Secret of a cluster: what the ApplicationSet of an add-on looks for. */
export function enableLabel(addon: string): string {
  return `enable_${underscored(addon)}`
}

/** The annotation that says which version of an add-on a cluster has: each environment goes to another version by itself. */
export function versionAnnotation(addon: string): string {
  return `addon_${underscored(addon)}_version`
}

/** As labels and annotations spell the name of an add-on: templates cannot read a dash. */
export function underscored(name: string): string {
  return name.replaceAll('-', '_')
}

/** What the Secret of a cluster says about its add-ons. */
export function addonMetadata({ addons }: Pick<Environment, 'addons'>): {
  labels: Record<string, string>
  annotations: Record<string, string>
} {
  const enabled = enabledAddons({ addons })
  return {
    labels: Object.fromEntries(enabled.map(({ name }) => [enableLabel(name), 'true'])),
    annotations: Object.fromEntries(enabled.map(({ name, version }) => [versionAnnotation(name), version])),
  }
}

export function enabledAddons({ addons }: Pick<Environment, 'addons'>): Array<{ name: string; version: string }> {
  return Object.entries(addons)
    .filter(([, { enabled }]) => enabled)
    .map(([name, { version }]) => ({ name, version }))
}
