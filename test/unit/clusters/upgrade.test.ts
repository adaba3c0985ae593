import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { UpgradeInsight } from '../../../src/lib/aws/upgrade-insights.js'
import { chooseVersion } from '../../../src/lib/clusters/upgrade/addon-changes.js'
import { judge, refuseBlocked, type UpgradeChecks } from '../../../src/lib/clusters/upgrade/checks.js'
import { removedBy } from '../../../src/lib/clusters/upgrade/removed-apis.js'
import { objectsIn, scanManifests } from '../../../src/lib/clusters/upgrade/scan-manifests.js'
import { outsideWindow } from '../../../src/lib/gitops/addon-window.js'
import { upgradePath } from '../../../src/lib/clusters/upgrade/upgrade-path.js'

describe('the way to a version', () => {
  const facts = { version: '1.34', nodes: ['1.34', '1.34'], cutShort: false, written: '1.34' } as const

  test.each([
    ['the next one without a wish', facts, ['1.35'], false],
    ['every minor version on the way', { ...facts, wanted: '1.36' }, ['1.35', '1.36'], false],
    ['nothing where the cluster is there', { ...facts, wanted: '1.34' }, [], false],
    ['nothing where there is no later one', { ...facts, version: '1.36', nodes: ['1.36'], written: '1.36' }, [], false],
    ['what the file says already', { ...facts, written: '1.36' }, ['1.35', '1.36'], true],
    ['the same version again while nodes are behind', { ...facts, version: '1.35', written: '1.35' }, ['1.35'], true],
    ['the same version again after an upgrade that was cut short', { ...facts, cutShort: true }, ['1.34'], true],
    ['on from there where an interrupted upgrade wrote the next version', { ...facts, cutShort: true, written: '1.35' }, ['1.35'], true],
    ['nodes first, then the wish', { ...facts, version: '1.35', written: '1.35', wanted: '1.36' }, ['1.35', '1.36'], true],
  ] as const)('is %s', (_what, given, path, resumes) => {
    expect(upgradePath(given)).toEqual({ path, resumes })
  })

  test('never leads back', () => {
    expect(() => upgradePath({ ...facts, version: '1.35', wanted: '1.34' })).toThrow('EKS never goes back to 1.34')
  })

  test('leaves no version out', () => {
    expect(() => upgradePath({ ...facts, version: '1.31', nodes: ['1.31'], wanted: '1.35' })).toThrow('does not know 1.32')
  })
})

describe('APIs that are gone', () => {
  test('are known by version, kind and replacement', () => {
    expect(removedBy(32, 'flowcontrol.apiserver.k8s.io/v1beta3', 'FlowSchema')).toMatchObject({
      replacement: 'flowcontrol.apiserver.k8s.io/v1',
    })
    expect(removedBy(31, 'flowcontrol.apiserver.k8s.io/v1beta3', 'FlowSchema')).toBeUndefined()
    expect(removedBy(36, 'networking.k8s.io/v1', 'Ingress')).toBeUndefined()
  })

  test('are found in every document, list and template, with their lines', () => {
    const text = [
      'apiVersion: v1 # the first',
      'kind: List',
      'items:',
      '  - apiVersion: "policy/v1beta1"',
      '    metadata:',
      '      name: one',
      '    kind: PodDisruptionBudget',
      '---',
      '{{- if .Values.enabled }}',
      'kind: {{ .Values.kind }}',
      'kind: CronJob',
      'apiVersion: batch/v1beta1',
      '{{- end }}',
      '',
    ].join('\n')
    expect(objectsIn(text)).toEqual([
      { line: 1, apiVersion: 'v1', kind: 'List' },
      { line: 4, apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget' },
      { line: 12, apiVersion: 'batch/v1beta1', kind: 'CronJob' },
    ])
  })

  test('are looked for below gitops only, and without it there are none', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'platform-scan-'))
    expect(await scanManifests(directory, 36)).toEqual([])
    await mkdir(path.join(directory, 'gitops/apps/web/base/templates'), { recursive: true })
    await writeFile(path.join(directory, 'gitops/apps/web/base/templates/job.yaml'), 'apiVersion: batch/v1beta1\r\nkind: CronJob\r\n')
    await writeFile(path.join(directory, 'gitops/apps/web/notes.md'), 'apiVersion: batch/v1beta1\nkind: CronJob\n')
    expect(await scanManifests(directory, 36)).toEqual([
      {
        file: 'gitops/apps/web/base/templates/job.yaml',
        line: 1,
        apiVersion: 'batch/v1beta1',
        kind: 'CronJob',
        removedIn: '1.25',
        replacement: 'batch/v1',
      },
    ])
  })
})

test.each([
  ['stays where it fits and is not older', 'v1.13.0-eksbuild.1', 'v1.13.0-eksbuild.1'],
  ['goes to what EKS prefers where it is older', 'v1.11.4-eksbuild.2', 'v1.12.4-eksbuild.1'],
  ['goes to what EKS prefers where it does not fit', 'v1.10.0-eksbuild.1', 'v1.12.4-eksbuild.1'],
  ['counts builds as numbers', 'v1.12.4-eksbuild.10', 'v1.12.4-eksbuild.10'],
])('an add-on %s', (_what, installed, expected) => {
  const compatible = ['v1.13.0-eksbuild.1', 'v1.12.4-eksbuild.10', 'v1.12.4-eksbuild.1', 'v1.11.4-eksbuild.2']
  expect(chooseVersion(installed, { compatible, preferred: 'v1.12.4-eksbuild.1' })).toBe(expected)
})

test('an add-on that knows no such version has none', () => {
  expect(chooseVersion('v1.0.0-eksbuild.1', { compatible: [], preferred: null })).toBeNull()
})

describe('what is found', () => {
  const passing: UpgradeInsight = {
    id: '1',
    name: 'Kubelet version skew',
    version: '1.35',
    status: 'PASSING',
    reason: '',
    recommendation: '',
    refreshedAt: '2026-11-24T10:00:00.000Z',
    stale: false,
  }
  const nothing = { version: '1.35', insights: [passing], manifests: [], requests: [], requestsReason: null, addons: [], outsideWindow: [] }
  const between = (version: string): boolean => version === '1.35'

  test('is nothing when all is well', () => {
    expect(judge(nothing, between)).toEqual({ blocking: [], warnings: [] })
  })

  test('blocks when an insight is an error, and says when AWS looked long ago', () => {
    const error = { ...passing, status: 'ERROR', stale: true, reason: 'Deprecated.', recommendation: 'Mend it.' } as const
    expect(judge({ ...nothing, insights: [error] }, between).blocking).toEqual([
      'EKS says ERROR of "Kubelet version skew" (stale: AWS last looked on 2026-11-24 10:00 UTC): Deprecated. Mend it.',
    ])
    expect(judge({ ...nothing, insights: [{ ...passing, stale: true }] }, between).warnings).toHaveLength(1)
  })

  test('blocks for an API that ends on the way, and warns of one that had ended before', () => {
    const manifest = { file: 'gitops/a.yaml', line: 3, apiVersion: 'x/v1', kind: 'X', removedIn: '1.35', replacement: 'x/v2' }
    const found = judge({ ...nothing, manifests: [manifest, { ...manifest, removedIn: '1.25', replacement: null }] }, between)
    expect(found.blocking).toEqual(['gitops/a.yaml:3: X of x/v1 is gone in 1.35, use x/v2'])
    expect(found.warnings).toEqual(['gitops/a.yaml:3: X of x/v1 is gone in 1.25'])
    expect(judge({ ...nothing, requests: [{ apiVersion: 'x/v1', resource: 'xs', removedIn: '1.35' }] }, between).blocking).toHaveLength(1)
  })

  test('blocks for an add-on of ours without a version, and warns of others', () => {
    const addon = { name: 'coredns', installed: 'v1', version: null, managed: true }
    const found = judge({ ...nothing, addons: [addon, { ...addon, name: 'other', managed: false }] }, between)
    expect(found.blocking).toEqual(['The add-on coredns has no version for Kubernetes 1.35 yet'])
    expect(found.warnings).toEqual(['The add-on other, which is not one of ours, has no version for 1.35'])
  })

  test('blocks for an add-on of the catalogue that does not run there, and says what does', () => {
    const addons = { kyverno: { enabled: true, version: '3.9.0' }, jaeger: { enabled: true, version: '4.11.1' } }
    expect(judge({ ...nothing, outsideWindow: outsideWindow({ addons }, '1.36') }, between).blocking).toEqual([
      'kyverno 3.9.0 runs on Kubernetes 1.33 to 1.35, not on 1.36; no version in the catalogue fits 1.36',
    ])
    expect(outsideWindow({ addons }, '1.35')).toEqual([])
  })

  test('is refused unless it is accepted', () => {
    const checks: UpgradeChecks = { ...nothing, blocking: ['Something breaks'], warnings: [] }
    expect(() => refuseBlocked(checks, 'acme-dev', false)).toThrow('acme-dev cannot go to Kubernetes 1.35 yet')
    expect(() => refuseBlocked(checks, 'acme-dev', true)).not.toThrow()
    expect(() => refuseBlocked({ ...checks, blocking: [] }, 'acme-dev', false)).not.toThrow()
  })
})
