import { describe, expect, it } from 'vitest'
import { parseImage, throughRegistry, wanted } from '../../../src/lib/mirror/references.js'

const digest = `sha256:${'0'.repeat(64)}`

describe('parseImage', () => {
  it.each([
    ['busybox', 'docker.io', 'docker.io/library/busybox', 'busybox', 'latest'],
    ['grafana/grafana:13', 'docker.io', 'docker.io/grafana/grafana', 'grafana/grafana', '13'],
    ['docker.io/busybox:1', 'docker.io', 'docker.io/library/busybox', 'busybox', '1'],
    ['quay.io/argoproj/argocd:v3', 'quay.io', 'quay.io/argoproj/argocd', 'argoproj/argocd', 'v3'],
    ['registry:5000/one:2', 'registry:5000', 'registry:5000/one', 'one', '2'],
    ['localhost/one', 'localhost', 'localhost/one', 'one', 'latest'],
  ])('%s', (text, registry, repository, name, tag) => {
    expect(parseImage(text)).toEqual({ text, registry, repository, name, tag })
  })

  it('keeps a digest, and adds no tag to it', () => {
    expect(parseImage(`quay.io/one@${digest}`)).toMatchObject({ digest, name: 'one' })
    expect(parseImage(`quay.io/one@${digest}`)).not.toHaveProperty('tag')
    expect(parseImage(`quay.io/one:2@${digest}`)).toMatchObject({ digest, tag: '2' })
  })

  it.each(['', 'UPPER/case:1', 'one two', 'https://one/two', 'one:', 'one@sha256:12', '/one', 'one/', '-flag', 'one//two'])(
    'refuses %j',
    (text) => {
      expect(parseImage(text)).toBeUndefined()
    },
  )
})

describe('where an image is asked for', () => {
  it('goes through another registry under the same name', () => {
    const image = parseImage('busybox:1')
    expect(image && wanted(image)).toBe('docker.io/library/busybox:1')
    expect(image && wanted(throughRegistry(image, '127.0.0.1:5000/proxy'))).toBe('127.0.0.1:5000/proxy/busybox:1')
    expect(image && throughRegistry(image, '127.0.0.1:5000/proxy').registry).toBe('127.0.0.1:5000')
  })

  it('asks by digest where one is written', () => {
    const image = parseImage(`quay.io/one:2@${digest}`)
    expect(image && wanted(image)).toBe(`quay.io/one@${digest}`)
  })
})
