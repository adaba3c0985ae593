import { describe, expect, it } from 'vitest'
import { factValues } from '../../../src/lib/gitops/fact-values.js'

const TEXT = { text: '{}', as: 'text' } as const

describe('Helm values out of facts', () => {
  it('come to nothing without facts', () => {
    expect(factValues({})).toBe('{{- $values := dict }}\n{{- $values | toJson }}')
  })

  it('stand where their path says, and only where the Secret knows of them', () => {
    const template = factValues({
      'settings.clusterName': { annotation: 'aws_cluster_name', ...TEXT },
      environment: { label: 'environment', ...TEXT },
      'ingress.enabled': { annotation: 'domain', text: '{}', as: 'given' },
    })
    expect(template.split('\n').slice(1, -1)).toEqual([
      '{{- with (index .metadata.annotations "aws_cluster_name") }}{{- $_ := mergeOverwrite $values (dict "settings" (dict "clusterName" ("{}" | replace "{}" (toString .)))) }}{{- end }}',
      '{{- with (index .metadata.labels "environment") }}{{- $_ := mergeOverwrite $values (dict "environment" ("{}" | replace "{}" (toString .))) }}{{- end }}',
      '{{- with (index .metadata.annotations "domain") }}{{- $_ := mergeOverwrite $values (dict "ingress" (dict "enabled" true)) }}{{- end }}',
    ])
  })

  it('are lists, of texts or of objects', () => {
    expect(factValues({ hosts: { annotation: 'domain', text: 'a.{}', as: 'list' } })).toContain(
      '(dict "hosts" (list ("a.{}" | replace "{}" (toString .))))',
    )
    const object = factValues({ hosts: { annotation: 'domain', text: 'a.{}', as: 'list', item: 'host', with: { path: '/' } } })
    expect(object).toContain(
      '(list (mergeOverwrite ("{\\"path\\":\\"/\\"}" | fromJson) (dict "host" ("a.{}" | replace "{}" (toString .)))))',
    )
  })
})
