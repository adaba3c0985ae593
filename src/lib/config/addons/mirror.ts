import type { Platform } from '../schema.js'
import type { Addon } from './catalogue-schema.js'

/** `mirrors` of platform.yaml. */
export type Mirrors = NonNullable<Platform['mirrors']>

/** Where a chart comes from. */
export interface ChartSource {
  chart: string
  /** As Helm takes it: `https://…`, or `oci://…` without the chart's name. */
  repository: string
  /** As Argo CD takes it: an OCI registry stands there without its scheme. */
  repoURL: string
  /** Whether the archive must be the publisher's, byte for byte. False: a mirror packs it anew, and the first digest is held to. */
  upstreamDigest: boolean
}

type Values = Record<string, unknown>

/** The place of a chart: its publisher's, or the mirror's where there is one. */
export function chartSource({ chart, repository }: Pick<Addon, 'chart' | 'repository'>, mirrors: Mirrors | undefined): ChartSource {
  const mirror = mirrors?.charts
  const place = (mirror?.url ?? repository).replace(/\/$/, '')
  return { chart, repository: place, repoURL: place.replace(/^oci:\/\//, ''), upstreamDigest: mirror?.digests !== 'mirror' }
}

/**
 * The Helm values that make a chart take its images from the mirror.
 * @param below the values of the layers below it, which may name other images than the chart does
 * @returns undefined without a mirror for images, and for a chart without images
 */
export function mirrorValues(
  { images: { registry, repository, lists } }: Pick<Addon, 'images'>,
  mirrors: Mirrors | undefined,
  below: Values = {},
): Values | undefined {
  const mirror = mirrors?.images?.registry
  if (mirror === undefined) return undefined
  const values: Values = {}
  for (const path of registry) setAt(values, path.split('.'), mirror)
  for (const [path, image] of Object.entries(repository)) {
    const written = valueAt(below, path.split('.'))
    setAt(values, path.split('.'), inMirror(typeof written === 'string' && written !== '' ? written : image, mirror))
  }
  for (const path of lists) {
    const [list = '', field = ''] = path.split('[].')
    const written = valueAt(below, list.split('.'))
    if (Array.isArray(written)) {
      setAt(
        values,
        list.split('.'),
        written.map((item: unknown) => withImage(item, field, mirror)),
      )
    }
  }
  return Object.keys(values).length > 0 ? values : undefined
}

/**
 * An image, or its repository, as the mirror has it: the registry is replaced, and the name stays.
 * @param image such as `quay.io/argoproj/argocd:v3` or `busybox`
 */
export function inMirror(image: string, mirror: string): string {
  return isInMirror(image, mirror) ? image : `${mirror}/${nameInMirror(image)}`
}

/** Whether an image comes from the mirror. */
export function isInMirror(image: string, mirror: string): boolean {
  return image.startsWith(`${mirror}/`)
}

/** The name of an image without its registry. As container engines do: what has no dot, no port and is not localhost is no registry. */
export function nameInMirror(image: string): string {
  const slash = image.indexOf('/')
  const first = image.slice(0, Math.max(slash, 0))
  return /[.:]/.test(first) || first === 'localhost' ? image.slice(slash + 1) : image
}

function withImage(item: unknown, field: string, mirror: string): unknown {
  if (typeof item !== 'object' || item === null) return item
  const image = (item as Values)[field]
  return typeof image === 'string' ? { ...item, [field]: inMirror(image, mirror) } : item
}

function valueAt(values: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return values
  return typeof values === 'object' && values !== null && Object.hasOwn(values, key) ? valueAt((values as Values)[key], rest) : undefined
}

function setAt(values: Values, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    values[key] = value
    return
  }
  const inner = (values[key] ??= {}) as Values
  setAt(inner, rest, value)
}
