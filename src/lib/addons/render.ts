import { parse, parseAllDocuments } from 'yaml'
import type { Fact } from '../config/addons/catalogue-schema.js'
import type { Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { readTextIfExists, resolveInside } from '../core/files.js'
import type { KubernetesObject } from '../core/kubernetes.js'
import { fetchCharts, wantedCharts } from '../gitops/addon-charts.js'
import { labelsAndAnnotationsIn } from '../gitops/cluster-addon.js'
import { valueLayers } from '../gitops/places.js'
import { templateChart } from '../helm/chart.js'
import { readLock } from '../templates/lock-file.js'
import type { AddonsContext } from './context.js'
import { type AddonPlace, clusterText } from './place.js'

/**
 * What an add-on is in a version, with the values of this folder and the facts that Argo CD is told of the cluster.
 * @throws `ChartDigestMismatch`, `ChartNotFound`, `HelmFailed`, `InvalidConfiguration`
 */
export async function renderAddon(context: AddonsContext, place: AddonPlace, version: string): Promise<KubernetesObject[]> {
  const { project } = context
  const { name, addon, environment } = place
  const { helm, folder } = await context.helm()
  const wanted = wantedCharts(project, await readLock(project.directory), { name, version })
  const archives = await fetchCharts(helm, wanted, { folder })
  const values = [...(await layersOf(project, place)), factsOf(addon.facts, await clusterText(project, environment.name))]
  const objects: KubernetesObject[] = []
  for (const { key } of wanted) {
    const archive = archives.get(key)
    if (!archive) continue
    const text = await templateChart(helm, archive, {
      release: name,
      namespace: addon.namespace,
      values: key === name ? values : [],
      kubernetesVersion: `${environment.cluster.kubernetesVersion}.0`,
      includeCrds: key !== name || !addon.crds,
    })
    objects.push(...objectsIn(text))
  }
  return objects
}

function objectsIn(text: string): KubernetesObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object): object is KubernetesObject => typeof object?.kind === 'string')
}

async function layersOf(
  { directory, platform }: Pick<Project, 'directory' | 'platform'>,
  { name, environment }: AddonPlace,
): Promise<Array<Record<string, unknown>>> {
  const { role, name: cluster } = environment
  const layers: Array<Record<string, unknown>> = []
  for (const file of valueLayers(name, { role, environment: cluster, cluster }, platform.mirrors)) {
    const text = await readTextIfExists(await resolveInside(directory, file))
    const values: unknown = text === undefined ? {} : (parse(text) ?? {})
    if (typeof values !== 'object' || values === null || Array.isArray(values)) {
      throw new UserError('InvalidConfiguration', `${file} does not hold Helm values.`, { next: [`Mend ${file}.`], details: { file } })
    }
    layers.push(values as Record<string, unknown>)
  }
  return layers
}

/** The same that the ApplicationSet makes of them (gitops/fact-values.ts). */
function factsOf(facts: Readonly<Record<string, Fact>>, secret: string | undefined): Record<string, unknown> {
  const { labels, annotations } = secret === undefined ? { labels: {}, annotations: {} } : labelsAndAnnotationsIn(secret)
  const values: Record<string, unknown> = {}
  for (const [path, fact] of Object.entries(facts)) {
    const said = fact.annotation === undefined ? labels[fact.label ?? ''] : annotations[fact.annotation]
    if (said === undefined || said === '') continue
    const keys = path.split('.')
    const last = keys.pop() ?? path
    let at = values
    for (const key of keys) at = (at[key] ??= {}) as Record<string, unknown>
    at[last] = valueOf(fact, said)
  }
  return values
}

function valueOf({ as, text, item, with: others }: Fact, said: string): unknown {
  if (as === 'given') return true
  const value = text.replaceAll('{}', said)
  if (as !== 'list') return value
  return item === undefined ? [value] : [{ ...others, [item]: value }]
}
