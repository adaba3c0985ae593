import { isInMirror, mirrorValues } from '../config/addons/mirror.js'
import { type ChartArchive, mergeValues, templateChart } from '../helm/chart.js'
import type { Helm } from '../helm/helm.js'
import type { WantedAddon } from './charts.js'
import { imagesOf, operatorImagesOf } from './images-of.js'
import { documentsOf, resourcesOf, valuesOf } from './values.js'

/** What some charts look for before they render objects of it. */
const API_VERSIONS = ['monitoring.coreos.com/v1', 'cert-manager.io/v1']

/** An image, and the add-ons that need it. */
export interface NeededImage {
  reference: string
  addons: string[]
}

/** An image that would not come from the mirror. */
export interface OutsideImage {
  addon: string
  environment: string
  image: string
}

/**
 * Renders every chart with the values of each environment, and reads the images out of what comes.
 * @param registry the mirror of platform.yaml; then everything is rendered a second time with its values, to find what still points elsewhere
 */
export async function neededImages(
  helm: Helm,
  addons: readonly WantedAddon[],
  options: {
    directory: string
    archiveOf(addon: WantedAddon): Pick<ChartArchive, 'name' | 'version' | 'file'>
    registry?: string | undefined
    progress: (detail: string, count: { done: number; total: number }) => void
  },
): Promise<{ images: NeededImage[]; outside: OutsideImage[] }> {
  const images = new Map<string, Set<string>>()
  const outside: OutsideImage[] = []
  for (const [done, wanted] of addons.entries()) {
    const { name, environment, addon } = wanted
    options.progress(`${name} in ${environment.name}`, { done, total: addons.length })
    const values = await valuesOf(options.directory, name, wanted)
    const resources = await resourcesOf(options.directory, name, environment)
    const render = async (layers: ReadonlyArray<Record<string, unknown>>): Promise<unknown[]> => [
      ...documentsOf(await renderAddon(helm, wanted, options.archiveOf(wanted), mergeValues(layers))),
      ...resources,
    ]
    const objects = await render([values])
    for (const image of [...imagesOf(objects), ...operatorImagesOf(objects, addon.images.kinds)]) {
      images.set(image, (images.get(image) ?? new Set()).add(name))
    }
    const { registry } = options
    if (registry === undefined) continue
    const mirrored = imagesOf(await render([values, mirrorValues(addon, { images: { registry } }, values) ?? {}]))
    const left = mirrored.filter((image) => !isInMirror(image, registry))
    outside.push(...left.map((image) => ({ addon: name, environment: environment.name, image })))
  }
  const sorted = [...images].sort(([one], [other]) => (one < other ? -1 : 1))
  return { images: sorted.map(([reference, names]) => ({ reference, addons: [...names].sort() })), outside }
}

async function renderAddon(
  helm: Helm,
  { name, addon, environment }: WantedAddon,
  archive: Pick<ChartArchive, 'name' | 'version' | 'file'>,
  values: Record<string, unknown>,
): Promise<string> {
  return templateChart(helm, archive, {
    release: name,
    namespace: addon.namespace,
    values: [values],
    kubernetesVersion: environment.cluster.kubernetesVersion,
    apiVersions: API_VERSIONS,
    includeCrds: false,
  })
}
