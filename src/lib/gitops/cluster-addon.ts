import { isMap, isScalar, parseDocument, type Document } from 'yaml'
import { enableLabel, versionAnnotation } from './addon-metadata.js'

/**
 * The Secret of a cluster with an add-on switched on in a version, or off. Everything else in the file stays as it is.
 * @param version undefined: off
 */
export function withAddon(text: string, addon: string, version: string | undefined): string {
  const document = parseDocument(text)
  const label = ['metadata', 'labels', enableLabel(addon)]
  const annotation = ['metadata', 'annotations', versionAnnotation(addon)]
  if (version === undefined) {
    document.deleteIn(label)
    document.deleteIn(annotation)
  } else {
    document.setIn(label, 'true')
    document.setIn(annotation, version)
    for (const field of ['labels', 'annotations']) sortFields(document, ['metadata', field])
  }
  return document.toString({ lineWidth: 0 })
}

/** What the Secret of a cluster says. */
export function labelsAndAnnotationsIn(text: string): { labels: Record<string, string>; annotations: Record<string, string> } {
  const object = parseDocument(text).toJS() as { metadata?: Partial<ReturnType<typeof labelsAndAnnotationsIn>> } | null
  return { labels: object?.metadata?.labels ?? {}, annotations: object?.metadata?.annotations ?? {} }
}

/** As a bootstrap writes them: the file is the same whichever command was there last. */
function sortFields(document: Document, path: string[]): void {
  const fields = document.getIn(path)
  if (!isMap(fields)) return
  const keyOf = (key: unknown): string => String(isScalar(key) ? key.value : key)
  fields.items.sort((one, other) => (keyOf(one.key) < keyOf(other.key) ? -1 : 1))
}
