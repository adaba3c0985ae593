import { describe, expect, it } from 'vitest'
import { imagesOf, operatorImagesOf } from '../../../src/lib/mirror/images-of.js'

describe('imagesOf', () => {
  it('reads containers, init containers and custom resources', () => {
    const pod = { containers: [{ image: 'quay.io/one/two:1' }], initContainers: [{ image: ' busybox ' }] }
    const objects = [
      { kind: 'Deployment', spec: { template: { spec: pod } } },
      { kind: 'Prometheus', spec: { image: 'quay.io/prometheus/prometheus:v3', version: '3' } },
    ]
    expect(imagesOf(objects)).toEqual(['busybox', 'quay.io/one/two:1', 'quay.io/prometheus/prometheus:v3'])
  })

  it('reads what an operator gets as an argument or a variable', () => {
    const container = {
      image: 'quay.io/operator:1',
      args: [
        '--prometheus-config-reloader=quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1',
        '--collector-image="ghcr.io/one/collector@sha256:' + 'a'.repeat(64) + '"',
        '--listen=127.0.0.1:8080',
        '--url=https://one.example.org:443/path',
        '--path=/etc/one/two',
        '--issuer=example.org/one',
      ],
      env: [
        { name: 'RELATED_IMAGE_SHELL', value: 'rancher/shell:v0.8.1' },
        { name: 'IMAGE_NAME', value: 'no/tag' },
        { name: 'OTHER', value: 'one/two:3' },
      ],
    }
    expect(imagesOf([{ kind: 'Pod', spec: { containers: [container] } }])).toEqual([
      'ghcr.io/one/collector@sha256:' + 'a'.repeat(64),
      'quay.io/operator:1',
      'quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1',
      'rancher/shell:v0.8.1',
    ])
  })

  it('leaves out definitions and test pods, and what is no name', () => {
    const spec = { containers: [{ image: 'busybox:1' }] }
    const hook = (text: string) => ({ kind: 'Pod', metadata: { annotations: { 'helm.sh/hook': text } }, spec })
    expect(imagesOf([hook('test'), hook('test-success'), { kind: 'CustomResourceDefinition', spec: { image: 'one:1' } }])).toEqual([])
    expect(imagesOf([hook('pre-install,test')])).toEqual(['busybox:1'])
    expect(
      imagesOf([
        { kind: 'One', image: 'not an image' },
        { kind: 'Two', image: '' },
        { kind: 'Three', image: { repository: 'x' } },
      ]),
    ).toEqual([])
  })
})

describe('operatorImagesOf', () => {
  const kinds = { Elasticsearch: 'docker.elastic.co/elasticsearch/elasticsearch' }

  it('takes the version of the object for the tag, unless the object names an image', () => {
    const objects = [
      { kind: 'Elasticsearch', spec: { version: '9.1.0' } },
      { kind: 'Elasticsearch', spec: { version: '9.2.0', image: 'own/elasticsearch:1' } },
      { kind: 'Kibana', spec: { version: '9.1.0' } },
    ]
    expect(operatorImagesOf(objects, kinds)).toEqual(['docker.elastic.co/elasticsearch/elasticsearch:9.1.0'])
  })
})
