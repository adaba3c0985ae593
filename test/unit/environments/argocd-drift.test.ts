import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { toApplication } from '../../../src/lib/argocd/application.js'
import type { Project } from '../../../src/lib/config/project.js'
import { gitOpsComparison, type GitOpsSource } from '../../../src/lib/environments/fleet/argocd-drift.js'
import { applicationObject } from '../../helpers/fake-kubernetes.js'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'platform-drift-'))
})
afterEach(async () => rm(directory, { recursive: true, force: true }))

async function register(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(path.join(directory, 'gitops/clusters', name), { recursive: true })
    await writeFile(path.join(directory, 'gitops/clusters', name, 'cluster.yaml'), 'kind: Secret\n')
  }
}

function project(): Project {
  const environments = [
    ['dev', { name: 'dev', role: 'workload' }],
    ['mgmt', { name: 'mgmt', role: 'management' }],
  ] as const
  return { directory, environments: new Map<string, unknown>(environments) } as unknown as Project
}

function to(name: string, destination: object, options: Parameters<typeof applicationObject>[1] = {}) {
  const object = applicationObject(name, options)
  object['spec'] = { ...(object['spec'] as object), destination }
  return toApplication(object)
}

class Source implements GitOpsSource {
  readonly asked: string[] = []
  constructor(readonly answer: Awaited<ReturnType<GitOpsSource['applicationsOf']>>) {}
  async applicationsOf(management: string) {
    this.asked.push(management)
    return this.answer
  }
  async folderChanged() {
    return true
  }
  async changesOf({ name }: { name: string }) {
    return name === 'shop-dev' ? [{ object: 'Deployment web', attribute: 'spec.replicas', before: 2, after: 5 }] : []
  }
}

const APPLICATIONS = [
  to('root', { server: 'https://kubernetes.default.svc' }, { health: 'Degraded' }),
  to('shop-dev', { name: 'dev' }, { sync: 'OutOfSync' }),
  to('shop-test', { name: 'test' }, { sync: 'OutOfSync' }),
]

describe('comparing environments with Git', () => {
  test('asks nobody where nothing is bootstrapped', async () => {
    const source = new Source(APPLICATIONS)
    expect(await gitOpsComparison(project(), source)('dev')).toEqual({ argocd: [], argocdState: 'not-bootstrapped' })
    await register('dev')
    expect(await gitOpsComparison(project(), source)('dev')).toMatchObject({ argocdState: 'not-bootstrapped' })
    expect(source.asked).toEqual([])
  })

  test('gives each environment its own applications, and asks once', async () => {
    await register('dev', 'mgmt')
    const source = new Source(APPLICATIONS)
    const compare = gitOpsComparison(project(), source)
    expect(await compare('dev')).toMatchObject({
      argocdState: 'compared',
      argocd: [{ application: 'shop-dev', state: 'drifted', changes: [{ attribute: 'spec.replicas', before: 2, after: 5 }] }],
    })
    expect(await compare('mgmt')).toMatchObject({ argocd: [{ application: 'root', state: 'drifted', health: 'Degraded' }] })
    expect(source.asked).toEqual(['mgmt'])
  })

  test('knows applications that name the cluster by the address in Git', async () => {
    await register('dev', 'mgmt')
    const file = path.join(directory, 'gitops/clusters/dev/cluster.yaml')
    await writeFile(file, 'kind: Secret\nstringData: { name: dev, server: "https://dev.example.com" }\n')
    const source = new Source([
      to('shop-dev', { server: 'https://dev.example.com' }, { sync: 'OutOfSync' }),
      to('shop-test', { server: 'https://test.example.com' }, { sync: 'OutOfSync' }),
    ])
    const { argocd } = await gitOpsComparison(project(), source)('dev')
    expect(argocd.map(({ application, state }) => [application, state])).toEqual([['shop-dev', 'drifted']])
  })

  test('is not known where Argo CD should answer and does not', async () => {
    await register('dev', 'mgmt')
    expect(await gitOpsComparison(project(), new Source({ reason: 'it answered 503' }))('dev')).toEqual({
      argocd: [],
      argocdState: 'unknown',
      argocdReason: 'Argo CD of mgmt: it answered 503',
    })
  })
})
