import type { Addon } from '../config/addons/catalogue-schema.js'
import { addonOf, releaseOf } from '../config/addons/catalogue.js'
import { chartSource } from '../config/addons/mirror.js'
import type { Environment, Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { readLock } from '../templates/lock-file.js'
import type { MirrorWish } from './context.js'

/** Every cluster is brought into Git's hands by it, whatever an environment file says. */
const ARGO_CD = 'argo-cd'

/** A chart that is needed. */
export interface WantedChart {
  addon: string
  chart: string
  version: string
  repository: string
  /** What its archive must have, where that is known. */
  digest?: string
  /** A chart that only holds definitions. */
  definitions: boolean
}

/** An add-on of an environment. */
export interface WantedAddon {
  name: string
  addon: Addon
  version: string
  environment: Environment
}

/**
 * The add-ons of these environments. Those without a cluster of their own have those of their host.
 * @throws `EnvironmentNotFound`
 */
export function wantedAddons({ environments: all }: Project, names: readonly string[]): WantedAddon[] {
  const unknown = names.find((name) => !all.has(name))
  if (unknown !== undefined) {
    throw new UserError('EnvironmentNotFound', `There is no environment ${unknown}.`, {
      next: ['platform env list'],
      details: { name: unknown },
    })
  }
  const chosen = [...all.values()].filter(({ name, isolation }) => isolation === 'hard' && (names.length === 0 || names.includes(name)))
  return chosen.flatMap((environment) =>
    Object.entries(environment.addons)
      .filter(([name, { enabled }]) => enabled || name === ARGO_CD)
      .map(([name, { version }]) => ({ name, addon: addonOf(name), version, environment })),
  )
}

/** Their charts, each once, with the digests that `platform.lock.json` or the catalogue knows. */
export async function wantedCharts(project: Project, addons: readonly WantedAddon[], wish: MirrorWish): Promise<WantedChart[]> {
  const { charts: locked = {} } = await readLock(project.directory)
  const repacked = project.platform.mirrors?.charts?.digests === 'mirror'
  const from = wish.chartsFrom === undefined ? undefined : { charts: { url: wish.chartsFrom, digests: 'upstream' as const } }
  const charts = new Map<string, WantedChart>()
  for (const { name, addon, version } of addons) {
    const lock = locked[name]?.version === version ? locked[name].digest : undefined
    // The publisher's digest says nothing of what a mirror has packed anew.
    const digest = lock ?? (repacked && wish.chartsFrom !== undefined ? undefined : releaseOf(addon, version)?.digest)
    const { repository } = chartSource(addon, from)
    charts.set(`${name} ${version}`, {
      ...{ addon: name, chart: addon.chart, version, repository, definitions: false },
      ...(digest !== undefined && { digest }),
    })
    if (addon.crds) {
      const { chart } = addon.crds
      charts.set(`${chart} ${version}`, {
        addon: name,
        chart,
        version,
        repository: chartSource(addon.crds, from).repository,
        definitions: true,
      })
    }
  }
  return [...charts.values()]
}
