import path from 'node:path'
import { UserError } from '../core/errors.js'
import { runSteps, type StepControl, throwIfAborted } from '../core/steps.js'
import { pushChart, writeHelmLogin } from '../helm/push.js'
import { copyImage, digestOfCopy, imageDigest, readManifest } from '../registry/images.js'
import { isLocal, type Regctl } from '../registry/regctl.js'
import { registryError } from '../registry/registry-error.js'
import type { PushContext } from './context.js'
import { type Destination, openRegistry, parseDestination, type RegistryDoor, repositoryNames } from './destination.js'
import type { MirroredChart, MirroredImage, MirrorRecord } from './folder.js'
import { type MirrorPrograms, withPrograms } from './programs.js'
import { layoutRepository } from './pull-images.js'
import { openMirror, verifyMirror } from './verify.js'

export interface PushWish {
  /** Absolute. */
  folder: string
  /** `oci://…` */
  to: string
  createRepositories: boolean
  /** Such as `linux/amd64`. Undefined: what the folder has. */
  platforms?: readonly string[] | undefined
}

/** Numbers of what was sent, and of what the registry had. */
export interface Pushed {
  pushed: number
  there: number
}

export interface PushResult {
  charts: Pushed
  images: Pushed
  /** Repositories of ECR that were made. */
  created: string[]
  /** What to write into platform.yaml. */
  mirrors: { charts: { url: string }; images: { registry: string } }
}

/** What a push would send, read from the folder alone. */
export async function previewPush({ folder, to }: PushWish): Promise<{ charts: string[]; images: string[]; repositories: string[] }> {
  const destination = parseDestination(to)
  const record = await openMirror(folder)
  return {
    charts: record.charts.map(({ chart, version }) => `${destination.charts}/${chart}:${version}`),
    images: record.images.map((image) => targetOf(destination, image)),
    repositories: repositoriesOf(destination, record),
  }
}

/**
 * Sends everything of a folder to a registry, by digest. What the registry has already is not sent again, and what it has under the same
 * name with another digest is never replaced.
 * @throws `MirrorIncomplete`, `MirrorDigestMismatch`, `RepositoryMissing`, `RegistryRefused`, `RegistryUnreachable`
 */
export async function pushMirror(context: PushContext, wish: PushWish): Promise<PushResult> {
  const destination = parseDestination(wish.to)
  await openMirror(wish.folder)
  const door = await openRegistry(context, destination)
  return withPrograms(context, async (programs) => new Push(context, wish, { destination, door, programs }).run(), door?.login)
}

class Push {
  readonly #context: PushContext
  readonly #wish: PushWish
  readonly #destination: Destination
  readonly #door: RegistryDoor | undefined
  readonly #programs: MirrorPrograms
  readonly #charts: Pushed = { pushed: 0, there: 0 }
  readonly #images: Pushed = { pushed: 0, there: 0 }
  #created: string[] = []

  constructor(
    context: PushContext,
    wish: PushWish,
    { destination, door, programs }: { destination: Destination; door: RegistryDoor | undefined; programs: MirrorPrograms },
  ) {
    this.#context = context
    this.#wish = wish
    this.#destination = destination
    this.#door = door
    this.#programs = programs
  }

  async run(): Promise<PushResult> {
    const { folder } = this.#wish
    let record: MirrorRecord | undefined
    const recordOf = (): MirrorRecord => record ?? unread()
    const regctl = await this.#programs.regctl([this.#destination.host])
    await runSteps(this.#context.ports, 'Push the mirror', [
      {
        id: 'verify',
        title: 'Compare the folder with its digests',
        run: async (control) => {
          record = await verifyMirror(folder, (detail, count) => control.progress(detail, count))
          return { outcome: 'done', detail: `${record.charts.length} charts, ${record.images.length} images` }
        },
      },
      ...(this.#door ? [{ id: 'repositories', title: 'Repositories', run: async () => this.#repositories(recordOf()) }] : []),
      {
        id: 'charts',
        title: 'Charts',
        run: async (control: StepControl) =>
          this.#each(control, recordOf().charts, this.#charts, async (chart) => this.#chart(regctl, chart)),
      },
      {
        id: 'images',
        title: 'Images',
        run: async (control: StepControl) =>
          this.#each(control, recordOf().images, this.#images, async (image) => this.#image(regctl, image)),
      },
    ])
    const { charts, images } = this.#destination
    return {
      ...{ charts: this.#charts, images: this.#images, created: this.#created },
      mirrors: { charts: { url: charts }, images: { registry: images } },
    }
  }

  async #repositories(record: MirrorRecord): Promise<{ outcome: 'done' | 'unchanged'; detail: string }> {
    const missing = (await this.#door?.missing(repositoriesOf(this.#destination, record))) ?? []
    if (missing.length === 0) return { outcome: 'unchanged', detail: 'all there' }
    if (!this.#wish.createRepositories) {
      throw new UserError('RepositoryMissing', `${this.#destination.host} has no repository for ${missing.length} charts and images.`, {
        reason: `ECR makes none by itself. Missing: ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ' …' : ''}`,
        next: ['Let them be made, with tags that never change and a scan of each image: --create-repositories'],
        details: { missing },
      })
    }
    for (const name of missing) await this.#door?.create(name)
    this.#created = missing
    return { outcome: 'done', detail: `${missing.length} made` }
  }

  async #each<T extends MirroredChart | MirroredImage>(
    control: StepControl,
    all: readonly T[],
    counts: Pushed,
    push: (each: T) => Promise<boolean>,
  ): Promise<{ outcome: 'done' | 'unchanged'; detail: string }> {
    for (const [done, each] of all.entries()) {
      throwIfAborted(this.#context.ports.signal)
      control.progress('chart' in each ? `${each.chart} ${each.version}` : each.reference, { done, total: all.length })
      if (await push(each)) counts.pushed += 1
      else counts.there += 1
    }
    return { outcome: counts.pushed > 0 ? 'done' : 'unchanged', detail: `${counts.pushed} sent, ${counts.there} already there` }
  }

  /** @returns whether it was sent */
  async #chart(regctl: Regctl, { chart, version, digest, file }: MirroredChart): Promise<boolean> {
    const { host, charts } = this.#destination
    // A plus sign is not allowed in tags: Helm writes an underscore.
    const target = `${charts.slice('oci://'.length)}/${chart}:${version.replaceAll('+', '_')}`
    if (await this.#hasChart(regctl, target, digest)) return false
    if (this.#door) await writeHelmLogin(this.#programs.folder, this.#door.login)
    const { exitCode, stderr } = await pushChart(await this.#programs.helm(), path.join(this.#wish.folder, file), {
      repository: charts,
      plainHttp: isLocal(host),
    })
    if (exitCode !== 0) throw registryError(stderr, `push chart ${chart} ${version}`, { target })
    if (await this.#hasChart(regctl, target, digest)) return true
    throw new UserError('VerifyFailed', `${target} was pushed, and the registry does not have it.`, {
      next: ['Run the same command again.'],
    })
  }

  async #hasChart(regctl: Regctl, target: string, digest: string): Promise<boolean> {
    const found = await readManifest(regctl, target)
    if (!found) return false
    const layer = found.layers?.[0]?.digest ?? 'none'
    if (layer !== digest) throw taken(target, digest, layer)
    return true
  }

  /** @returns whether it was sent */
  async #image(regctl: Regctl, image: MirroredImage): Promise<boolean> {
    const { folder } = this.#wish
    const platforms = image.reference.includes('@') ? undefined : this.#wish.platforms
    const source = { repository: layoutRepository(folder), digest: image.stored }
    const expected = await digestOfCopy(regctl, source, platforms)
    const repository = `${this.#destination.images}/${image.name}`
    const target = image.tag === undefined ? `${repository}@${expected}` : `${repository}:${image.tag}`
    const found = await imageDigest(regctl, target)
    if (found === expected) return false
    if (found !== undefined) throw taken(target, expected, found)
    await copyImage(regctl, source, { repository, tag: image.tag }, platforms)
    const now = await imageDigest(regctl, target)
    if (now === expected) return true
    throw new UserError('VerifyFailed', `${target} was pushed, and the registry has ${now ?? 'nothing'} there.`, {
      next: ['Run the same command again.'],
      details: { target, expected, found: now },
    })
  }
}

function repositoriesOf(destination: Destination, { charts, images }: MirrorRecord): string[] {
  return repositoryNames(destination, { charts: charts.map(({ chart }) => chart), images: images.map(({ name }) => name) })
}

function targetOf({ images }: Destination, { name, tag, stored }: MirroredImage): string {
  return `${images}/${name}${tag === undefined ? `@${stored}` : `:${tag}`}`
}

function taken(target: string, expected: string, found: string): UserError {
  return new UserError('MirrorDigestMismatch', `${target} is in the registry with another digest.`, {
    reason: `The registry has ${found}, and the folder has ${expected}. Clusters may run what is there, so it is not replaced.`,
    next: [
      'Find out where the other one comes from. Where it was pushed with other --platform, use the same again.',
      'Where it is to go, delete it from the registry and push again.',
    ],
    details: { target, expected, found },
  })
}

function unread(): never {
  throw new Error('The folder was not read.')
}
