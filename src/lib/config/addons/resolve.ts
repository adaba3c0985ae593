import type { Environment } from '../project.js'
import type { EnvironmentFile } from '../schema.js'
import type { YamlSource } from '../yaml-source.js'
import type { Catalogue } from './catalogue-schema.js'

/** Decides every add-on that may run in an environment: its file first, then the catalogue. */
export function resolveAddons(
  { role, addons: written = {} }: Pick<EnvironmentFile, 'role' | 'addons'>,
  { catalogue, source, origins }: { catalogue: Catalogue['addons']; source: YamlSource; origins: Map<string, string> },
): Environment['addons'] {
  const resolved: Environment['addons'] = {}
  for (const [name, addon] of Object.entries(catalogue)) {
    if (!addon.clusters.includes(role)) continue
    const { enabled, version } = written[name] ?? {}
    resolved[name] = { enabled: enabled ?? addon.enabled.includes(role), version: version ?? addon.version }
    for (const field of ['enabled', 'version'] as const) {
      const path = ['addons', name, field]
      const place = `${source.file}:${source.keyPosition(path).line}`
      origins.set(path.join('.'), source.has(path) ? place : 'add-on catalogue')
    }
  }
  return resolved
}
