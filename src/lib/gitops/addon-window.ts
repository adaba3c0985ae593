import { addonOf, releaseOf } from '../config/addons/catalogue.js'
import { fittingReleases, outsideWindowText, runsOn } from '../config/addons/window.js'
import type { Environment } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { enabledAddons } from './addon-metadata.js'

/** An add-on in a version that does not run on a Kubernetes version. */
export interface OutsideWindow {
  addon: string
  version: string
  /** Versions in the catalogue that run there, newest first. */
  fitting: string[]
  text: string
}

/** The enabled add-ons that do not run on a Kubernetes version. A version that the catalogue does not know has no window. */
export function outsideWindow(environment: Pick<Environment, 'addons'>, kubernetesVersion: string): OutsideWindow[] {
  return enabledAddons(environment).flatMap(({ name, version }) => {
    const addon = addonOf(name)
    const release = releaseOf(addon, version)
    if (!release || runsOn(release, kubernetesVersion)) return []
    const fitting = fittingReleases(addon, kubernetesVersion)
    return [{ addon: name, version, fitting, text: outsideWindowText(addon, release, kubernetesVersion) }]
  })
}

/** @throws `AddonOutsideWindow` naming the versions that fit */
export function refuseOutsideWindow({ name, cluster, addons }: Pick<Environment, 'name' | 'cluster' | 'addons'>): void {
  const found = outsideWindow({ addons }, cluster.kubernetesVersion)
  if (found.length === 0) return
  throw new UserError('AddonOutsideWindow', `Not every add-on of ${name} runs on Kubernetes ${cluster.kubernetesVersion}.`, {
    reason: found.map(({ text }) => text).join('\n'),
    next: found.flatMap(({ addon, fitting }) => [
      ...fitting.slice(0, 1).map((version) => `platform addon upgrade ${addon} --to ${version} --environment ${name}`),
      `platform addon disable ${addon} --environment ${name}`,
    ]),
    details: {
      environment: name,
      kubernetesVersion: cluster.kubernetesVersion,
      addons: found.map(({ addon, version, fitting }) => ({ addon, version, fitting })),
    },
  })
}
