import { parseImage } from './references.js'

type Fields = Record<string, unknown>

/** What an operator starts for objects of these kinds: the name of its image, whose tag is `spec.version`. */
export type OperatorKinds = Readonly<Record<string, string>>

/**
 * Every image that these objects name: of containers, of custom resources, and those that an operator gets as an argument or a variable.
 * Definitions and test pods are left out: nothing of them runs.
 */
export function imagesOf(objects: readonly unknown[]): string[] {
  const found = new Set<string>()
  for (const object of objects) if (isFields(object) && !isIgnored(object)) collect(object, found)
  return [...found].sort()
}

/** The images that operators start for these objects, where the objects name none themselves. */
export function operatorImagesOf(objects: readonly unknown[], kinds: OperatorKinds): string[] {
  const found = objects.flatMap((object) => {
    if (!isFields(object) || typeof object['kind'] !== 'string' || !isFields(object['spec'])) return []
    const { version, image } = object['spec']
    const name = kinds[object['kind']]
    return name !== undefined && typeof version === 'string' && typeof image !== 'string' ? [`${name}:${version}`] : []
  })
  return [...new Set(found)].sort()
}

function isIgnored({ kind, metadata }: Fields): boolean {
  if (kind === 'CustomResourceDefinition') return true
  const hook = isFields(metadata) && isFields(metadata['annotations']) ? metadata['annotations']['helm.sh/hook'] : undefined
  return typeof hook === 'string' && hook.split(',').every((each) => each.trim().startsWith('test'))
}

function collect(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const each of value) {
      if (typeof each === 'string') addArgument(each, found)
      else collect(each, found)
    }
    return
  }
  if (!isFields(value)) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'image' && typeof inner === 'string') add(inner, found)
    else collect(inner, found)
  }
  const { name, value: text } = value
  if (typeof name === 'string' && typeof text === 'string' && /(?:^|_)IMAGE(?:_|$)/.test(name)) addPinned(text, found)
}

/** Such as `--prometheus-config-reloader=quay.io/…:v1`. */
function addArgument(argument: string, found: Set<string>): void {
  const [, text] = /^--?[A-Za-z][\w-]*=["']?([^"'\s]+)["']?$/.exec(argument) ?? []
  if (text !== undefined && text.includes('/')) addPinned(text, found)
}

/** Where an image is not the only thing that a text could be, it counts with a tag or digest only, and below a registry. */
function addPinned(text: string, found: Set<string>): void {
  if (/^[a-z0-9][a-z0-9.-]*(?::\d+)?\/[a-z0-9._/-]+[:@][\w.:@-]+$/.test(text)) add(text, found)
}

function add(text: string, found: Set<string>): void {
  const trimmed = text.trim()
  if (parseImage(trimmed)) found.add(trimmed)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
