import { UserError } from '../core/errors.js'
import { imageDigest } from '../registry/images.js'
import type { Regctl } from '../registry/regctl.js'
import { type ImageReference, wanted } from './references.js'

/** What registries said: digests by reference, and those that gave no answer. */
export interface FoundDigests {
  digests: Map<string, string>
  failures: Array<{ reference: string; registry: string; error: UserError }>
}

/**
 * Asks registries for the digests of images, all registries at the same time. One that cannot be reached is asked once only.
 * @throws what is no answer of a registry
 */
export async function findDigests(
  regctl: Regctl,
  images: readonly ImageReference[],
  progress: (detail: string) => void,
): Promise<FoundDigests> {
  const found: FoundDigests = { digests: new Map(), failures: [] }
  const registries = [...new Set(images.map(({ registry }) => registry))]
  await Promise.all(
    registries.map(async (registry) => {
      const ofRegistry = images.filter((image) => image.registry === registry)
      await askRegistry(regctl, { registry, images: ofRegistry, found, progress })
    }),
  )
  return found
}

async function askRegistry(
  regctl: Regctl,
  {
    registry,
    images,
    found,
    progress,
  }: { registry: string; images: readonly ImageReference[]; found: FoundDigests; progress: (detail: string) => void },
): Promise<void> {
  let silent: UserError | undefined
  for (const image of images) {
    try {
      if (silent) throw silent
      const digest = image.digest ?? (await ask(regctl, image))
      found.digests.set(image.text, digest)
      progress(image.text)
    } catch (error) {
      if (!(error instanceof UserError) || error.code === 'Interrupted' || error.code === 'TimedOut') throw error
      if (error.code === 'RegistryUnreachable') silent = error
      found.failures.push({ reference: image.text, registry, error })
    }
  }
}

async function ask(regctl: Regctl, image: ImageReference): Promise<string> {
  const digest = await imageDigest(regctl, wanted(image))
  if (digest !== undefined) return digest
  throw new UserError('ImageNotFound', `${image.registry} does not have ${image.text}.`, {
    next: ['Check the name and the version. A publisher may have withdrawn it.'],
    details: { reference: image.text },
  })
}

/** One error for everything that could not be had. */
export function assertAllFound({ failures }: FoundDigests): void {
  const [first] = failures
  if (!first) return
  const registries = [...new Set(failures.filter(({ error }) => error.code === first.error.code).map(({ registry }) => registry))].sort()
  const message =
    first.error.code === 'RegistryUnreachable'
      ? `Cannot reach ${registries.join(', ')}: ${failures.length} images are missing.`
      : failures.length === 1
        ? first.error.message
        : `${first.error.message} ${failures.length - 1} more images are missing.`
  throw new UserError(first.error.code, message, {
    reason: first.error.reason ?? first.error.message,
    next: first.error.next,
    details: { registries, images: failures.map(({ reference }) => reference).sort() },
  })
}
