import { describe, expect, it } from 'vitest'
import { parseCatalogue } from '../../../src/lib/config/addons/parse-catalogue.js'
import { addonCatalogue } from '../../../src/lib/config/addons/catalogue.js'

const withFact = (fact: string): string => `
apiVersion: platform/v1alpha1
kind: AddonCatalogue
addons:
  demo:
    title: Demo
    description: Shows something.
    chart: demo
    repository: https://charts.example.com
    version: 1.0.0
    kubernetes: { from: "1.32", to: "1.35" }
    namespace: demo
    order: 1
    clusters: [workload]
    facts:
      ingress.hosts: ${fact}
`

describe('facts of the catalogue', () => {
  it('reads an annotation as it is unless more is said', () => {
    const [addon] = Object.values(parseCatalogue(withFact('{ annotation: domain }')))
    expect(addon?.facts['ingress.hosts']).toEqual({ annotation: 'domain', text: '{}', as: 'text' })
  })

  it.each([
    ['{ text: "a.{}" }', /annotation or label/],
    ['{ annotation: domain, label: environment }', /annotation or label/],
    ['{ annotation: domain, text: grafana }', /\{\}/],
    ['{ annotation: domain, item: host }', /as: list/],
    ['{ annotation: domain, as: list, with: { path: / } }', /item/],
  ])('refuses %s', (fact, message) => {
    let details = ''
    try {
      parseCatalogue(withFact(fact))
    } catch (error) {
      details = JSON.stringify(error) + String(error)
    }
    expect(details).toMatch(message)
  })

  it('knows of every annotation where it comes from', () => {
    const read = new Set(
      Object.values(addonCatalogue()).flatMap(({ facts }) =>
        Object.values(facts).map(({ annotation, label }) => annotation ?? `label ${label}`),
      ),
    )
    expect([...read].sort()).toEqual([
      'aws_cluster_name',
      'aws_region',
      'aws_vpc_id',
      'cloudwatch_exporter',
      'karpenter_queue',
      'label environment',
      'management_domain',
      'platform_domain',
      'platform_name',
      'velero_bucket',
    ])
  })
})
