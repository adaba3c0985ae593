import { describe, expect, it } from 'vitest'
import { parseDestination, repositoryNames } from '../../../src/lib/mirror/destination.js'

describe('parseDestination', () => {
  it('tells ECR from other registries', () => {
    expect(parseDestination('oci://123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror')).toEqual({
      host: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
      images: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror',
      charts: 'oci://123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror/charts',
      ecr: { host: '123456789012.dkr.ecr.eu-west-1.amazonaws.com', accountId: '123456789012', region: 'eu-west-1' },
    })
    expect(parseDestination('oci://registry.example.org:5000')).toEqual({
      host: 'registry.example.org:5000',
      images: 'registry.example.org:5000',
      charts: 'oci://registry.example.org:5000/charts',
    })
    expect(parseDestination('oci://123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/m').ecr?.region).toBe('cn-north-1')
    expect(parseDestination('oci://123456789012.dkr.ecr.eu-west-1.amazonaws.com.example.org/m').ecr).toBeUndefined()
  })

  it.each([
    'registry.example.org/mirror',
    'https://registry.example.org',
    'oci://',
    'oci://user:secret@registry/x',
    'oci://registry/Upper',
    'oci://registry/x:1',
  ])('refuses %s', (text) => {
    expect(() => parseDestination(text)).toThrow(/is not the address of a registry/)
  })
})

describe('repositoryNames', () => {
  it('are below the path, each once', () => {
    const names = { charts: ['argo-cd'], images: ['argoproj/argocd', 'argoproj/argocd', 'busybox'] }
    expect(repositoryNames(parseDestination('oci://registry.example.org/a/b'), names)).toEqual([
      'a/b/argoproj/argocd',
      'a/b/busybox',
      'a/b/charts/argo-cd',
    ])
    expect(repositoryNames(parseDestination('oci://registry.example.org'), names)).toContain('charts/argo-cd')
  })
})
