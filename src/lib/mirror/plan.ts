import { stat } from 'node:fs/promises'
import { UserError } from '../core/errors.js'
import { runSteps } from '../core/steps.js'
import { pullChart } from '../helm/chart.js'
import { wantedAddons, wantedCharts, type WantedChart } from './charts.js'
import type { MirrorContext, MirrorWish } from './context.js'
import { findDigests } from './find-digests.js'
import { type NeededImage, neededImages, type OutsideImage } from './needed-images.js'
import { type MirrorPrograms, withPrograms } from './programs.js'
import { parseImage, throughRegistry } from './references.js'

export interface PlannedChart {
  addon: string
  chart: string
  version: string
  repository: string
  digest: string
  bytes: number
}

export interface PlannedImage extends NeededImage {
  /** Null where it was not asked for, or the registry gave no answer. */
  digest: string | null
}

export interface MirrorPlan {
  charts: PlannedChart[]
  images: PlannedImage[]
  /** Add-ons that start images which no chart names, and where their publishers list them. */
  elsewhere: Array<{ addon: string; list: string }>
  /** With mirrors.images in platform.yaml: what would still come from elsewhere. */
  outside: OutsideImage[]
  /** Registries that gave no answer. */
  unreachable: string[]
}

/**
 * Finds out which charts and images the add-ons of a platform need. Charts are downloaded for it, images are not.
 * @param options.digests whether to ask registries for the digests of images
 * @throws `ChartNotFound`, `ChartDigestMismatch`, `HelmFailed`
 */
export async function planMirror(context: MirrorContext, wish: MirrorWish, options: { digests: boolean }): Promise<MirrorPlan> {
  const { ports, project } = context
  return withPrograms(context, async (programs) => {
    const addons = wantedAddons(project, wish.environments)
    const wishes = await wantedCharts(project, addons, wish)
    const charts: Array<PlannedChart & { file: string }> = []
    let needed: Awaited<ReturnType<typeof neededImages>> = { images: [], outside: [] }
    let digests = new Map<string, string>()
    let unreachable: string[] = []
    await runSteps(ports, 'Plan the mirror', [
      {
        id: 'charts',
        title: 'Download the charts',
        run: async (control) => {
          for (const [done, chart] of wishes.entries()) {
            control.progress(`${chart.chart} ${chart.version}`, { done, total: wishes.length })
            charts.push(await fetchChart(programs, chart))
          }
          return { outcome: 'done', detail: `${charts.length}` }
        },
      },
      {
        id: 'images',
        title: 'Read the images that they name',
        run: async (control) => {
          needed = await neededImages(await programs.helm(), addons, {
            directory: project.directory,
            archiveOf: ({ name, version }) => archiveOf(charts, wishes, name, version),
            registry: project.platform.mirrors?.images?.registry,
            progress: (detail, count) => control.progress(detail, count),
          })
          needed.images = withOthers(needed.images, wish.images ?? [])
          return { outcome: 'done', detail: `${needed.images.length}` }
        },
      },
      ...(options.digests
        ? [
            {
              id: 'digests',
              title: 'Ask registries for their digests',
              run: async ({ progress }: { progress: (detail: string) => void }) => {
                const references = needed.images.map(({ reference }) => throughRegistry(imageOf(reference), wish.imagesFrom))
                const found = await findDigests(await programs.regctl(references.map(({ registry }) => registry)), references, progress)
                digests = found.digests
                unreachable = [...new Set(found.failures.map(({ registry }) => registry))].sort()
                return { outcome: 'done' as const, detail: `${digests.size} of ${references.length}` }
              },
            },
          ]
        : []),
    ])
    const names = [...new Set(addons.map(({ name }) => name))]
    return {
      charts: charts.map(({ addon, chart, version, repository, digest, bytes }) => ({ addon, chart, version, repository, digest, bytes })),
      images: needed.images.map((image) => ({
        ...image,
        digest: digests.get(image.reference) ?? parseImage(image.reference)?.digest ?? null,
      })),
      elsewhere: names.flatMap((addon) => elsewhereOf(addons, addon)),
      outside: needed.outside,
      unreachable,
    }
  })
}

/** Downloads a chart into a folder that vanishes. */
async function fetchChart(programs: MirrorPrograms, wish: WantedChart): Promise<PlannedChart & { file: string }> {
  const { addon, chart, version, repository, digest: expected } = wish
  const { file, digest } = await pullChart(
    await programs.helm(),
    { name: chart, repository, version },
    { folder: programs.folder, ...(expected !== undefined && { digest: expected }) },
  )
  return { addon, chart, version, repository, digest, file, bytes: (await stat(file)).size }
}

/** The archive of the chart of an add-on, which is not the one with its definitions. */
export function archiveOf(
  charts: ReadonlyArray<{ addon: string; chart: string; version: string; file: string }>,
  wishes: readonly WantedChart[],
  name: string,
  version: string,
): { name: string; version: string; file: string } {
  const wish = wishes.find((each) => each.addon === name && each.version === version && !each.definitions)
  const found = charts.find((each) => each.chart === wish?.chart && each.version === version)
  if (!found) throw new Error(`The chart of ${name} ${version} was not downloaded.`)
  return { name: found.chart, version, file: found.file }
}

/** With the images that a person names beside those of add-ons. @throws `BadFlag` */
export function withOthers(images: readonly NeededImage[], others: readonly string[]): NeededImage[] {
  const known = new Set(images.map(({ reference }) => reference))
  for (const other of others) imageOf(other)
  return [...images, ...[...new Set(others)].filter((other) => !known.has(other)).map((reference) => ({ reference, addons: [] }))]
}

/** @throws `BadFlag` */
export function imageOf(text: string): NonNullable<ReturnType<typeof parseImage>> {
  const image = parseImage(text)
  if (image) return image
  throw new UserError('BadFlag', `${text} is not the name of an image.`, {
    next: ['Write it as charts do: registry/name:tag, or registry/name@sha256:…'],
    details: { image: text },
  })
}

function elsewhereOf(addons: ReturnType<typeof wantedAddons>, name: string): Array<{ addon: string; list: string }> {
  const list = addons.find((each) => each.name === name)?.addon.images.elsewhere
  return list === undefined ? [] : [{ addon: name, list }]
}

/** @throws `ImagesOutsideMirror`, naming each image that would not come from the mirror */
export function assertInside({ outside }: MirrorPlan, registry: string | undefined): void {
  if (registry === undefined) {
    throw new UserError('InvalidConfiguration', 'platform.yaml names no mirror for images.', {
      next: ['Write it: mirrors.images.registry in platform.yaml'],
    })
  }
  if (outside.length === 0) return
  throw new UserError('ImagesOutsideMirror', `${outside.length} images would not come from ${registry}.`, {
    reason: outside.map(({ addon, environment, image }) => `${image} (${addon} in ${environment})`).join('\n'),
    next: ['Name them in the values of the add-on: gitops/addons/environments/<environment>/<add-on>.yaml'],
    details: { outside },
  })
}
