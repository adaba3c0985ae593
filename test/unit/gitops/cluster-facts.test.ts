import { describe, expect, it } from 'vitest'
import type { Project } from '../../../src/lib/config/project.js'
import { clusterFacts } from '../../../src/lib/gitops/cluster-facts.js'

const zone = (waitForCertificate: boolean) => ({ certificate: true, waitForCertificate })

function project(zones: Record<string, ReturnType<typeof zone>> = {}): Pick<Project, 'platform' | 'shared'> {
  return { platform: { name: 'acme' }, shared: { dns: { zones } } } as unknown as Project
}

describe('facts of a cluster', () => {
  it('are the name of the platform, and nothing that is not there', () => {
    const outputs = { velero_bucket: null, karpenter_queue: null, metrics_exporter: null }
    expect(clusterFacts(project({ 'new.example.com': zone(false) }), { environment: { role: 'management' }, outputs })).toEqual({
      platform_name: 'acme',
    })
  })

  it('tell of the zone whose certificate is issued, and of what Terraform has made', () => {
    const outputs = {
      velero_bucket: 'acme-dev-velero',
      karpenter_queue: 'acme-dev',
      metrics_exporter: { configuration: { apiVersion: 'v1alpha1' } },
    }
    const zones = { 'new.example.com': zone(false), 'platform.example.com': zone(true) }
    const facts = {
      platform_name: 'acme',
      platform_domain: 'platform.example.com',
      velero_bucket: 'acme-dev-velero',
      karpenter_queue: 'acme-dev',
      cloudwatch_exporter: '{"apiVersion":"v1alpha1"}',
    }
    expect(clusterFacts(project(zones), { environment: { role: 'workload' }, outputs })).toEqual(facts)
    expect(clusterFacts(project(zones), { environment: { role: 'management' }, outputs })).toEqual({
      ...facts,
      management_domain: 'platform.example.com',
    })
  })
})
