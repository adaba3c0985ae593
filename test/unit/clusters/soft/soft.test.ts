import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { softOf } from '../../../../src/lib/clusters/soft/context.js'
import { removeGitopsFiles, writeGitopsFiles } from '../../../../src/lib/clusters/soft/gitops-files.js'
import { deleteNamespaces, refuseTaken } from '../../../../src/lib/clusters/soft/namespaces.js'
import { objectsOf } from '../../../../src/lib/clusters/soft/objects.js'
import { foreignLosses } from '../../../../src/lib/clusters/soft/own-changes.js'
import { loadProject } from '../../../../src/lib/config/load.js'
import type { KubernetesClient, KubernetesObject } from '../../../../src/lib/core/kubernetes.js'
import { environmentRoot } from '../../../../src/lib/roots/environment-root.js'
import { ENVIRONMENT, PLATFORM, problemsOf, repository } from '../../config/repository.js'

const SOFT = 'apiVersion: platform/v1alpha1\nkind: Environment\nrole: workload\nisolation: soft\nhost: dev\n'
const DEV = 'environments/dev.yaml'
const ALICE = 'arn:aws:iam::111122223333:role/alice'

const load = async (files: Record<string, string>) => loadProject(await repository({ [DEV]: ENVIRONMENT, ...files }), { env: {} })

describe('the file of a soft environment', () => {
  it('decides what is not written by preset', async () => {
    const project = await load({ 'environments/alpha.yaml': `${SOFT}quota:\n  pods: 3\nkeys:\n  rotationDays: 90\n` })
    const { soft, keys, databases } = softOf(project, 'alpha')
    expect(soft).toMatchObject({
      namespaces: ['alpha'],
      quota: { pods: 3, cpu: '4' },
      limits: { maxMemory: '4Gi' },
      podSecurity: 'restricted',
      ownKey: true,
      administrators: { principals: [], groups: [], users: [] },
    })
    expect([keys.rotationDays, databases]).toEqual([90, {}])
  })

  it.each([
    ['a namespace of Kubernetes', 'namespaces: [kube-system]\n', { line: 6, field: 'namespaces[0]' }],
    ['a quota without a unit that exists', 'quota:\n  memory: "4Gb"\n', { line: 7, field: 'quota.memory' }],
    ['a misspelt field', 'quota:\n  memroy: "4Gi"\n', { line: 7, field: 'quota.memroy', nearest: 'memory' }],
    ['a pod security level that does not exist', 'podSecurity: restrict\n', { line: 6, field: 'podSecurity', nearest: 'restricted' }],
    ['a group of the system', 'viewers:\n  groups: ["system:masters"]\n', { line: 7, field: 'viewers.groups[0]' }],
    ['a principal that is none', 'administrators:\n  principals: [alice]\n', { line: 7, field: 'administrators.principals[0]' }],
    [
      'add-ons',
      'addons:\n  velero:\n    enabled: true\n',
      { line: 6, field: 'addons', message: expect.stringContaining('host') as string },
    ],
    ['an edge', 'edge:\n  enabled: true\n', { line: 6, field: 'edge' }],
  ])('refuses %s', async (_what, text, expected) => {
    const problems = await problemsOf(await repository({ [DEV]: ENVIRONMENT, 'environments/alpha.yaml': SOFT + text }))
    expect(problems).toMatchObject([expected])
  })

  it('refuses what belongs to a neighbour, and fields of soft ones in hard ones', async () => {
    const problems = await problemsOf(
      await repository({
        [DEV]: `${ENVIRONMENT}quota:\n  pods: 1\n`,
        'environments/alpha.yaml': SOFT,
        'environments/beta.yaml': `${SOFT}namespaces: [beta, alpha]\n`,
      }),
    )
    expect(problems).toMatchObject([
      { file: 'environments/beta.yaml', line: 6, field: 'namespaces[1]', message: expect.stringContaining('environments/alpha.yaml:5') },
      { file: DEV, field: 'quota', message: expect.stringContaining('belongs to a soft environment') },
    ])
  })

  it('counts its databases among the policies', async () => {
    const platform = `${PLATFORM}policies:\n  databases:\n    allowedEngines: [postgresql]\n`
    const database = 'databases:\n  orders:\n    engine: redis\n'
    const project = await load({ 'platform.yaml': platform, 'environments/alpha.yaml': SOFT + database })
    expect(project.policyBreaches).toMatchObject([{ file: 'environments/alpha.yaml', line: 8, field: 'databases.orders.engine' }])
  })
})

describe('the values of a host', () => {
  const files = {
    'environments/alpha.yaml': `${SOFT}administrators:\n  principals: ["${ALICE}"]\nkeys: {}\ndatabases:\n  orders:\n    engine: redis\n`,
    'environments/beta.yaml': SOFT,
  }

  it('have the soft environments of its state, the one that comes, and not the one that leaves', async () => {
    const project = await load(files)
    const [dev, alpha] = ['dev', 'alpha'].map((name) => project.environments.get(name))
    if (!dev || !alpha) throw new Error('not loaded')
    const state = (...names: string[]) => new Map([['dev', { soft_environments: Object.fromEntries(names.map((name) => [name, {}])) }]])
    const namesIn = (values: Record<string, unknown>) => Object.keys(values['soft_environments'] ?? {})
    expect(environmentRoot(project, dev).values(new Map())).not.toHaveProperty('soft_environments')
    expect(namesIn(environmentRoot(project, dev).values(state('beta')))).toEqual(['beta'])
    const added = environmentRoot(project, alpha).values(state('beta'))
    expect(added['soft_environments']).toMatchObject({
      alpha: { namespaces: ['alpha'], administrators: [ALICE], viewers: [], key: { rotation_days: 365 } },
      beta: { key: null },
    })
    expect(Object.keys(added['databases'] as object)).toEqual(['alpha-orders'])
    const removed = environmentRoot(project, alpha, 'remove').values(state('alpha', 'beta'))
    expect(namesIn(removed)).toEqual(['beta'])
    expect(removed).not.toHaveProperty('databases')
  })

  it('are planned in the folder and the state of the host', async () => {
    const project = await load(files)
    const alpha = project.environments.get('alpha')
    if (!alpha) throw new Error('not loaded')
    expect(environmentRoot(project, alpha)).toMatchObject({
      name: 'dev',
      folder: 'infra/environments/dev',
      stateKey: 'environments/dev/terraform.tfstate',
      commands: { destroy: 'platform env destroy alpha' },
      upstream: [{ name: 'dev' }],
    })
  })
})

describe('the objects of a soft environment', () => {
  it('are the same in each of its namespaces', async () => {
    const project = await load({
      'environments/alpha.yaml': `${SOFT}namespaces: [web, jobs]\nnetworkPolicy:\n  egressCidrs: [10.0.0.0/16]\nviewers:\n  groups: [staff]\n`,
    })
    const objects = objectsOf(softOf(project, 'alpha'))
    expect(objects.slice(0, 2).map(({ kind, metadata }) => [kind, metadata.name])).toEqual([
      ['Namespace', 'web'],
      ['Namespace', 'jobs'],
    ])
    expect(objects).toHaveLength(2 + 2 * 8)
    const find = (kind: string, name: string) => objects.find((each) => each.kind === kind && each.metadata.name === `platform-${name}`)
    expect(find('NetworkPolicy', 'default-deny')).toMatchObject({ spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } })
    expect(find('NetworkPolicy', 'default-deny')?.['spec']).not.toHaveProperty('ingress')
    expect(find('NetworkPolicy', 'allow-others')).toMatchObject({
      spec: { ingress: [], egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/16' } }] }] },
    })
    expect(find('RoleBinding', 'viewers')).toMatchObject({ subjects: [{ kind: 'Group', name: 'staff' }], roleRef: { name: 'view' } })
    expect(find('RoleBinding', 'administrators')).toMatchObject({ subjects: [] })
  })

  it('are written for Argo CD with a project of their own, and removed again', async () => {
    const project = await load({
      'platform.yaml': `${PLATFORM}git:\n  url: https://git.example/acme.git\n`,
      'environments/alpha.yaml': SOFT,
    })
    const alpha = softOf(project, 'alpha')
    const written = await writeGitopsFiles(project, alpha)
    expect(written).toEqual([
      'gitops/namespaces/dev/alpha/objects.yaml',
      'gitops/projects/apps-alpha.yaml',
      'gitops/bootstrap/soft-alpha.yaml',
    ])
    expect(await writeGitopsFiles(project, alpha)).toEqual([])
    const read = async (file: string) =>
      parseAllDocuments(await readFile(path.join(project.directory, file), 'utf8')).map((each) => each.toJS() as KubernetesObject)
    expect((await read(written[0] ?? '')).filter(Boolean)).toEqual(objectsOf(alpha))
    expect((await read(written[1] ?? '')).at(-1)).toMatchObject({ spec: { destinations: [{ name: 'dev', namespace: 'alpha' }] } })
    // A sync by itself would bring back what was destroyed.
    expect((await read(written[2] ?? '')).at(-1)?.['spec']).not.toHaveProperty('syncPolicy')
    expect(await removeGitopsFiles(project, alpha)).toHaveLength(3)
  })
})

describe('what belongs to neighbours', () => {
  const lost = (address: string) => ({ address, actions: ['delete' as const], imported: false, holdsData: true })

  it('is told from what is its own', () => {
    const own = [
      'module.soft_environments[0].aws_kms_key.this["alpha"]',
      `module.soft_environments[0].aws_eks_access_entry.this["${ALICE}"]`,
      'module.databases[0].aws_db_instance.this["alpha-orders"]',
    ]
    const foreign = [
      'module.soft_environments[0].aws_kms_key.this["beta"]',
      'module.databases[0].aws_db_instance.this["alpha-x-orders"]',
      'module.databases[0].aws_db_instance.this["main"]',
      'module.databases[0].aws_db_subnet_group.this[0]',
      'module.cluster.aws_eks_node_group.this["default"]',
    ]
    const found = foreignLosses({ resources: [...own, ...foreign].map(lost) }, 'alpha', ['main', 'alpha-x-orders'])
    expect(found.map(({ address }) => address)).toEqual(foreign)
    expect(foreignLosses({ resources: [lost('module.databases[0].aws_db_subnet_group.this[0]')] }, 'alpha', [])).toEqual([])
  })

  it('is not taken as a namespace', async () => {
    const alpha = softOf(await load({ 'environments/alpha.yaml': SOFT }), 'alpha')
    const namespace = (owner: string): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'alpha', labels: { 'platform/environment': owner } },
    })
    await expect(refuseTaken({ get: async () => namespace('beta') }, alpha)).rejects.toMatchObject({ code: 'NamespaceTaken' })
    await expect(refuseTaken({ get: async () => namespace('alpha') }, alpha)).resolves.toMatchObject({ detail: '1 of 1 are there' })
  })
})

describe('a namespace that does not go', () => {
  it('is explained by its own conditions', async () => {
    let now = 0
    const message = 'Some content in the namespace has finalizers remaining: acme.example/held in 1 resource instances'
    const stuck: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'alpha' },
      status: { conditions: [{ type: 'NamespaceFinalizersRemaining', status: 'True', message }] },
    }
    const kubectl = { get: async () => stuck, delete: async () => undefined } as unknown as KubernetesClient
    const clock = { now: () => new Date(now), sleep: async (ms: number) => void (now += ms) }
    const deletion = deleteNamespaces({ clock, signal: new AbortController().signal }, kubectl, ['alpha'], () => undefined, 5000)
    await expect(deletion).rejects.toMatchObject({ code: 'NamespaceStuck', reason: `alpha: ${message}` })
    expect(now).toBe(5000)
  })
})
