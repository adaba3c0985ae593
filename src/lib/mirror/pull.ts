import { rm } from 'node:fs/promises'
import path from 'node:path'
import { makeFolder } from '../core/files.js'
import { takeRunLock } from '../core/run-lock.js'
import { runSteps, type StepControl, throwIfAborted } from '../core/steps.js'
import { sweepLayout } from '../registry/layout.js'
import { type WantedAddon, wantedAddons, type WantedChart, wantedCharts } from './charts.js'
import { assertNoRepository, removeEmptyLockFolders } from './clean-folder.js'
import type { MirrorContext, MirrorWish } from './context.js'
import { assertAllFound, findDigests } from './find-digests.js'
import { assertSameMirror, type MirroredImage, type MirrorRecord, mirrorPlaces, readMirror, writeMirror } from './folder.js'
import { neededImages } from './needed-images.js'
import { archiveOf, imageOf, withOthers } from './plan.js'
import { type MirrorPrograms, withPrograms } from './programs.js'
import { type Fetched, pullWantedChart } from './pull-charts.js'
import { countOf, isThere, pullImage } from './pull-images.js'
import { throughRegistry } from './references.js'

export interface PullWish extends MirrorWish {
  /** Absolute. */
  folder: string
  /** Such as `linux/amd64`. Undefined: all. */
  platforms?: readonly string[] | undefined
}

export interface PullResult {
  folder: string
  charts: Record<Fetched, number>
  images: Record<Fetched, number>
  /** Size of everything that mirror.json names; what images share counts once. */
  bytes: number
}

/**
 * Brings every chart and every image that the add-ons need into a folder. What is there is compared with its digest, and not fetched again;
 * what was damaged, or left half-written by a run that was killed, is fetched once more.
 * @throws `BadFlag` for a folder with a platform.yaml
 */
export async function pullMirror(context: MirrorContext, wish: PullWish): Promise<PullResult> {
  const { folder } = wish
  await assertNoRepository(folder)
  const found = await readMirror(folder)
  const wanted = { platform: context.project.platform.name, platforms: wish.platforms }
  if (found) assertSameMirror(found, folder, wanted)
  await makeFolder(folder)
  const release = await takeRunLock(context.ports, { repository: folder, name: 'mirror', command: 'mirror pull' })
  try {
    const record: MirrorRecord = {
      ...{ apiVersion: 'platform/v1alpha1', kind: 'Mirror', platform: wanted.platform },
      ...(wish.platforms && { platforms: [...wish.platforms] }),
      complete: false,
      charts: found?.charts ?? [],
      images: found?.images ?? [],
    }
    return await withPrograms(context, async (programs) => new Pull(context, wish, programs, record).run())
  } finally {
    await rm(mirrorPlaces(folder).work, { recursive: true, force: true })
    await release()
    await removeEmptyLockFolders(folder)
  }
}

class Pull {
  readonly #context: MirrorContext
  readonly #wish: PullWish
  readonly #programs: MirrorPrograms
  readonly #record: MirrorRecord
  readonly #addons: WantedAddon[]
  readonly #charts: Fetched[] = []
  readonly #images: Fetched[] = []
  /** Digests of files that were read, and their sizes. */
  readonly #known = new Map<string, number>()
  #wishes: WantedChart[] = []

  constructor(context: MirrorContext, wish: PullWish, programs: MirrorPrograms, record: MirrorRecord) {
    this.#context = context
    this.#wish = wish
    this.#programs = programs
    this.#record = record
    this.#addons = wantedAddons(context.project, wish.environments)
  }

  async run(): Promise<PullResult> {
    const { folder } = this.#wish
    let needed: Array<{ reference: string }> = []
    await runSteps(this.#context.ports, 'Pull the mirror', [
      {
        id: 'look',
        title: 'Look at what the folder has',
        run: async () => {
          await rm(mirrorPlaces(folder).work, { recursive: true, force: true })
          const swept = await sweepLayout(mirrorPlaces(folder).images)
          const detail = `${this.#record.charts.length} charts, ${this.#record.images.length} images`
          return { outcome: 'done', detail: swept > 0 ? `${detail}; half of ${swept} files thrown away` : detail }
        },
      },
      {
        id: 'charts',
        title: 'Charts',
        run: async (control) => {
          await this.#pullCharts(control)
          return { outcome: this.#charts.some((each) => each !== 'there') ? 'done' : 'unchanged', detail: textOf(countOf(this.#charts)) }
        },
      },
      {
        id: 'read',
        title: 'Read the images that they name',
        run: async (control) => {
          needed = await this.#neededImages(control)
          return { outcome: 'done', detail: `${needed.length}` }
        },
      },
      {
        id: 'images',
        title: 'Images',
        run: async (control) => {
          await this.#pullImages(needed, control)
          return { outcome: this.#images.some((each) => each !== 'there') ? 'done' : 'unchanged', detail: textOf(countOf(this.#images)) }
        },
      },
    ])
    this.#record.complete = true
    await writeMirror(folder, this.#record)
    const bytes =
      this.#record.charts.reduce((sum, chart) => sum + chart.bytes, 0) + [...this.#known.values()].reduce((sum, each) => sum + each, 0)
    return { folder, charts: countOf(this.#charts), images: countOf(this.#images), bytes }
  }

  async #pullCharts(control: StepControl): Promise<void> {
    const { folder } = this.#wish
    this.#wishes = await wantedCharts(this.#context.project, this.#addons, this.#wish)
    const helm = await this.#programs.helm()
    for (const [done, wish] of this.#wishes.entries()) {
      throwIfAborted(this.#context.ports.signal)
      control.progress(`${wish.chart} ${wish.version}`, { done, total: this.#wishes.length })
      const noted = this.#record.charts.find(({ chart, version }) => chart === wish.chart && version === wish.version)
      const { chart, fetched } = await pullWantedChart(helm, folder, { wish, noted })
      this.#charts.push(fetched)
      if (fetched === 'there') continue
      this.#record.charts = [...this.#record.charts.filter(({ file }) => file !== chart.file), chart]
      await writeMirror(folder, this.#record)
    }
  }

  async #neededImages(control: StepControl): Promise<Array<{ reference: string }>> {
    const charts = this.#record.charts.map((chart) => ({ ...chart, file: path.join(this.#wish.folder, chart.file) }))
    const { images } = await neededImages(await this.#programs.helm(), this.#addons, {
      directory: this.#context.project.directory,
      archiveOf: ({ name, version }) => archiveOf(charts, this.#wishes, name, version),
      progress: (detail, count) => control.progress(detail, count),
    })
    return withOthers(images, this.#wish.images ?? [])
  }

  async #pullImages(needed: ReadonlyArray<{ reference: string }>, control: StepControl): Promise<void> {
    const { folder, imagesFrom, platforms } = this.#wish
    const missing: Array<{ reference: string; noted: MirroredImage | undefined; fetched: Fetched }> = []
    for (const { reference } of needed) {
      control.progress(`comparing ${reference}`)
      const noted = this.#record.images.find((image) => image.reference === reference)
      const { there, damaged } = noted ? await isThere(folder, noted, this.#known) : { there: false, damaged: false }
      if (there) this.#images.push('there')
      else missing.push({ reference, noted, fetched: damaged ? 'mended' : 'fetched' })
    }
    if (missing.length === 0) return
    const sources = missing.map(({ reference }) => throughRegistry(imageOf(reference), imagesFrom))
    const regctl = await this.#programs.regctl(sources.map(({ registry }) => registry))
    // All at once, and before anything large is fetched: a registry that cannot be reached should be known now.
    const asked = sources.filter((_, index) => missing[index]?.noted === undefined)
    const found = await findDigests(regctl, asked, (reference) => control.progress(`asking for ${reference}`))
    assertAllFound(found)
    for (const [index, { reference, noted, fetched }] of missing.entries()) {
      throwIfAborted(this.#context.ports.signal)
      const source = sources[index]
      const digest = noted?.digest ?? source?.digest ?? found.digests.get(reference)
      if (!source || digest === undefined) throw new Error(`Nothing is known of ${reference}.`)
      control.progress(reference, { done: this.#images.length, total: needed.length })
      const image = await pullImage(regctl, folder, { reference, source, digest, platforms, known: this.#known })
      this.#images.push(fetched)
      this.#record.images = [...this.#record.images.filter((each) => each.reference !== reference), image]
      await writeMirror(folder, this.#record)
    }
  }
}

function textOf({ there, fetched, mended }: Record<Fetched, number>): string {
  return [`${fetched} fetched`, ...(mended > 0 ? [`${mended} mended`] : []), `${there} already there`].join(', ')
}
