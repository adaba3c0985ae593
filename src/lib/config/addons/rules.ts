import { nearest } from '../../core/names.js'
import { problemAt, type Problem } from '../problem.js'
import type { Environment } from '../project.js'
import { valueAt } from '../schema-problems.js'
import type { YamlSource } from '../yaml-source.js'
import type { Catalogue } from './catalogue-schema.js'
import { addonsFor, ARGO_CD, releaseOf } from './catalogue.js'
import { outsideWindowText, runsOn } from './window.js'

/** What an environment file says about add-ons that do not exist, or must not run there. Looks at raw values. */
export function checkAddons(source: YamlSource, catalogue: Catalogue['addons']): Problem[] {
  const written = valueAt(source.value, ['addons'])
  if (typeof written !== 'object' || written === null) return []
  const role = valueAt(source.value, ['role']) === 'management' ? 'management' : 'workload'
  const allowed = addonsFor(role, catalogue)
  return Object.keys(written).flatMap((name) => {
    const path = ['addons', name]
    const at = source.keyPosition(path)
    const addon = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined
    if (!addon) {
      const near = nearest(name, allowed)
      return [
        { ...problemAt(source, path, `there is no add-on ${name}`, { allowed, ...(near !== undefined && { nearest: near }) }), ...at },
      ]
    }
    const enabled = valueAt(written, [name, 'enabled'])
    if (name === ARGO_CD && role === 'management' && enabled === false) {
      return [problemAt(source, [...path, 'enabled'], `${name} cannot be disabled: it brings all other add-ons`)]
    }
    const wanted = enabled === true
    if (!wanted || addon.clusters.includes(role)) return []
    return [
      problemAt(
        source,
        [...path, 'enabled'],
        `${name} runs in ${addon.clusters.join(' and ')} environments only, and this is a ${role} one`,
      ),
    ]
  })
}

/**
 * Add-ons that a file switches on, or whose version it names, on a Kubernetes version that they do not run on. What is on by default is
 * not a mistake of the file: that is refused where add-ons are written.
 */
export function checkWindows(environment: Environment, source: YamlSource, catalogue: Catalogue['addons']): Problem[] {
  if (environment.isolation === 'soft') return []
  return Object.entries(environment.addons).flatMap(([name, { enabled, version }]) => {
    const addon = catalogue[name]
    const release = addon && releaseOf(addon, version)
    const { kubernetesVersion } = environment.cluster
    if (!enabled || !source.has(['addons', name]) || !release || runsOn(release, kubernetesVersion)) return []
    const field = source.has(['addons', name, 'version']) ? 'version' : 'enabled'
    return [problemAt(source, ['addons', name, field], outsideWindowText(addon, release, kubernetesVersion))]
  })
}
