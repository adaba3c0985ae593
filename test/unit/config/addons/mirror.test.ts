import { describe, expect, it } from 'vitest'
import { addonCatalogue, addonOf } from '../../../../src/lib/config/addons/catalogue.js'
import { chartSource, inMirror, mirrorValues, nameInMirror } from '../../../../src/lib/config/addons/mirror.js'

const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror'
const images = { registry: [], repository: {}, lists: [], kinds: {} }
const mirrors = { images: { registry } }

describe('chartSource', () => {
  const addon = { chart: 'karpenter', repository: 'oci://public.ecr.aws/karpenter' }

  it('is the publisher without a mirror, and Argo CD gets no scheme of OCI', () => {
    expect(chartSource(addon, undefined)).toEqual({
      chart: 'karpenter',
      repository: 'oci://public.ecr.aws/karpenter',
      repoURL: 'public.ecr.aws/karpenter',
      upstreamDigest: true,
    })
  })

  it('is the mirror for every chart', () => {
    const charts = { url: 'https://charts.example.org/all/', digests: 'mirror' } as const
    expect(chartSource(addon, { charts })).toEqual({
      chart: 'karpenter',
      repository: 'https://charts.example.org/all',
      repoURL: 'https://charts.example.org/all',
      upstreamDigest: false,
    })
  })
})

describe('mirrorValues', () => {
  it('says nothing without a mirror, and for a chart without images', () => {
    expect(mirrorValues(addonOf('argo-cd'), undefined)).toBeUndefined()
    expect(mirrorValues(addonOf('argo-cd'), { charts: { url: 'https://charts.example.org', digests: 'upstream' } })).toBeUndefined()
    expect(mirrorValues({ images }, mirrors)).toBeUndefined()
  })

  it('fills in registries and repositories at their paths', () => {
    const table = { ...images, registry: ['a.registry'], repository: { 'a.b.repository': 'quay.io/one/two', 'c.image': 'busybox' } }
    expect(mirrorValues({ images: table }, mirrors)).toEqual({
      a: { registry, b: { repository: `${registry}/one/two` } },
      c: { image: `${registry}/busybox` },
    })
  })

  it('keeps the name that a layer below has chosen', () => {
    const table = { ...images, repository: { 'image.repository': 'ghcr.io/one/core' } }
    const below = { image: { repository: 'ghcr.io/one/contrib' } }
    expect(mirrorValues({ images: table }, mirrors, below)).toEqual({ image: { repository: `${registry}/one/contrib` } })
    expect(mirrorValues({ images: table }, mirrors, { image: { repository: '' } })).toEqual({
      image: { repository: `${registry}/one/core` },
    })
  })

  it('repeats a list, because Helm replaces it as a whole', () => {
    const table = { ...images, lists: ['initContainers[].image'] }
    const below = { initContainers: [{ name: 'plugin', image: 'velero/plugin:v1', args: ['x'] }, { name: 'other' }] }
    expect(mirrorValues({ images: table }, mirrors, below)).toEqual({
      initContainers: [{ name: 'plugin', image: `${registry}/velero/plugin:v1`, args: ['x'] }, { name: 'other' }],
    })
    expect(mirrorValues({ images: table }, mirrors)).toBeUndefined()
  })

  it('knows the images of every add-on of the catalogue', () => {
    const without = Object.entries(addonCatalogue()).filter(
      ([, addon]) => mirrorValues(addon, mirrors) === undefined && Object.keys(addon.images.kinds).length === 0,
    )
    expect(without.map(([name]) => name)).toEqual([])
  })
})

describe('inMirror', () => {
  it.each([
    ['busybox', 'busybox'],
    ['library/redis:8', 'library/redis:8'],
    ['docker.io/grafana/grafana:13', 'grafana/grafana:13'],
    ['localhost/one', 'one'],
    ['registry:5000/one/two@sha256:1', 'one/two@sha256:1'],
    ['ecr-public.aws.com/docker/library/redis', 'docker/library/redis'],
  ])('%s keeps the name %s', (image, name) => {
    expect(nameInMirror(image)).toBe(name)
    expect(inMirror(image, registry)).toBe(`${registry}/${name}`)
  })

  it('leaves what is in the mirror', () => {
    expect(inMirror(`${registry}/one:1`, registry)).toBe(`${registry}/one:1`)
  })
})
