import type { Addon, Fact } from '../config/addons/catalogue-schema.js'

/**
 * Helm values out of the facts of a cluster, as a Go template of an ApplicationSet: it reads the Secret of the cluster, and leaves out
 * what is not known. Belongs into `helm.values`, where a template may become any value and not only a text.
 */
export function factValues(facts: Addon['facts']): string {
  const steps = Object.entries(facts).map(([place, fact]) => {
    const nested = place.split('.').reduceRight((value, key) => `(dict ${quoted(key)} ${value})`, valueOf(fact))
    return `{{- with ${said(fact)} }}{{- $_ := mergeOverwrite $values ${nested} }}{{- end }}`
  })
  return ['{{- $values := dict }}', ...steps, '{{- $values | toJson }}'].join('\n')
}

/** What the Secret says; nothing when it does not know. */
function said({ annotation, label }: Fact): string {
  return annotation === undefined
    ? `(index .metadata.labels ${quoted(label ?? '')})`
    : `(index .metadata.annotations ${quoted(annotation)})`
}

function valueOf({ as, text, item, with: others = {} }: Fact): string {
  if (as === 'given') return 'true'
  const value = `(${quoted(text)} | replace "{}" (toString .))`
  if (as !== 'list') return value
  return item === undefined
    ? `(list ${value})`
    : `(list (mergeOverwrite (${quoted(JSON.stringify(others))} | fromJson) (dict ${quoted(item)} ${value})))`
}

/** As Go writes texts. */
function quoted(text: string): string {
  return JSON.stringify(text)
}
