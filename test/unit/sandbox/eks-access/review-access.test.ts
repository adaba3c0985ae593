import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { publishedPolicies } from '../../../../src/lib/sandbox/eks-access/policies/all.js'
import type { AccessEntry, AssociatedPolicy } from '../../../../src/lib/sandbox/eks-access/ports.js'
import { reviewAccess } from '../../../../src/lib/sandbox/eks-access/review-access.js'
import { reviewToken } from '../../../../src/lib/sandbox/eks-access/review-token.js'
import type { SubjectAccessReview } from '../../../../src/lib/sandbox/eks-access/reviews.js'
import { accessReview, cluster, developer, operator, portsOf, tokenReview } from './fakes.js'

const ROLE = 'arn:aws:iam::111122223333:role/developer'
const arnOf = (name: string): string => `arn:aws:eks::aws:cluster-access-policy/${name}`
const clusterWide = (name: string): AssociatedPolicy => ({ policyArn: arnOf(name), accessScope: { type: 'cluster', namespaces: [] } })
const inNamespaces = (name: string, ...namespaces: string[]): AssociatedPolicy => ({
  policyArn: arnOf(name),
  accessScope: { type: 'namespace', namespaces },
})
const entryWith = (...associatedPolicies: AssociatedPolicy[]): AccessEntry => ({ principalArn: ROLE, associatedPolicies })

type Spec = SubjectAccessReview['spec']

/** The spec that an API server sends for a request of the developer. */
async function asDeveloper(request: Partial<Spec>): Promise<Spec> {
  const { status } = await reviewToken(tokenReview(), cluster, portsOf({ caller: developer, entries: [{ principalArn: ROLE }] }))
  const { username = '', uid = '', groups = [], extra = {} } = status?.user ?? {}
  return { user: username, uid, groups: [...groups, 'system:authenticated'], extra, ...request }
}

/** `get pods/log.apps dev/name` as attributes. */
function request(text: string): Partial<Spec> {
  const [verb = '', what = '', where = ''] = text.split(' ')
  if (what.startsWith('/')) return { nonResourceAttributes: { path: what, verb } }
  const [, resource = '', subresource, group = ''] = /^([^/.]+)(?:\/([^.]+))?(?:\.(.+))?$/.exec(what) ?? []
  const [namespace, name] = where.split('/')
  return {
    resourceAttributes: {
      verb,
      group,
      resource,
      ...(subresource !== undefined && { subresource }),
      ...(namespace && { namespace }),
      ...(name !== undefined && { name }),
    },
  }
}

async function allowed(text: string, ...policies: AssociatedPolicy[]): Promise<boolean | undefined> {
  const ports = portsOf({ entries: [entryWith(...policies)] })
  const { status } = await reviewAccess(accessReview(await asDeveloper(request(text))), cluster, ports)
  expect(status?.denied).toBeUndefined()
  return status?.allowed
}

test('the answer repeats the question and says which policy allows it', async () => {
  const spec = await asDeveloper(request('get pods dev/web'))
  const review = accessReview(spec)
  expect(await reviewAccess(review, cluster, portsOf({ entries: [entryWith(clusterWide('AmazonEKSViewPolicy'))] }))).toEqual({
    ...review,
    status: { allowed: true, reason: `EKS access policy AmazonEKSViewPolicy of ${ROLE} allows it` },
  })
})

const onTheCluster: ReadonlyArray<[policy: string, allows: string[], leaves: string[]]> = [
  [
    'AmazonEKSViewPolicy',
    ['get pods dev', 'list pods', 'watch deployments.apps dev', 'get pods/log dev/web', 'list namespaces', 'get configmaps dev'],
    ['get secrets dev', 'delete pods dev', 'create pods/exec dev', 'get roles.rbac.authorization.k8s.io dev', 'get nodes', 'get /metrics'],
  ],
  [
    'AmazonEKSEditPolicy',
    ['create pods dev', 'get secrets dev', 'create pods/exec dev', 'patch deployments/scale.apps dev', 'impersonate serviceaccounts dev'],
    ['create rolebindings.rbac.authorization.k8s.io dev', 'create namespaces', 'delete nodes', 'update resourcequotas dev'],
  ],
  [
    'AmazonEKSAdminPolicy',
    ['create rolebindings.rbac.authorization.k8s.io dev', 'delete roles.rbac.authorization.k8s.io dev', 'list namespaces'],
    ['create clusterroles.rbac.authorization.k8s.io', 'create namespaces', 'update resourcequotas dev', 'get /metrics', 'list nodes'],
  ],
  [
    'AmazonEKSClusterAdminPolicy',
    [
      'create namespaces',
      'escalate clusterroles.rbac.authorization.k8s.io',
      'get /metrics',
      'use widgets/part.example.com',
      'delete nodes',
    ],
    [],
  ],
  [
    'AmazonEKSAdminViewPolicy',
    ['get secrets dev', 'list nodes', 'watch widgets/part.example.com dev'],
    ['delete secrets dev', 'create pods dev', 'get /metrics'],
  ],
  ['AmazonEKSSecretReaderPolicy', ['get secrets dev/a', 'list secrets', 'watch secrets dev'], ['get pods dev', 'create secrets dev']],
  ['AmazonEKSHybridPolicy', ['list nodes'], ['get nodes', 'list pods dev', 'list nodes/status']],
  [
    'AmazonARCRegionSwitchScalingPolicy',
    ['update deployments/scale.apps dev', 'get widgets/status.example.com dev', 'patch horizontalpodautoscalers.autoscaling dev'],
    ['get deployments.apps dev', 'patch deployments/scale.apps dev', 'update horizontalpodautoscalers.autoscaling dev'],
  ],
]

describe('on the whole cluster', () => {
  test.each(onTheCluster.flatMap(([name, allows]) => allows.map((text) => [name, text])))('%s allows %s', async (name, text) => {
    expect(await allowed(text, clusterWide(name))).toBe(true)
  })
  test.each(onTheCluster.flatMap(([name, , leaves]) => leaves.map((text) => [name, text])))('%s leaves to RBAC: %s', async (name, text) => {
    expect(await allowed(text, clusterWide(name))).toBe(false)
  })
})

describe('the scope', () => {
  test.each([
    ['get pods dev', ['dev'], true],
    ['get pods dev', ['test', 'dev'], true],
    ['get pods development', ['dev'], false],
    ['get pods dev-blue', ['dev-*'], true],
    ['get pods dev-', ['dev-*'], true],
    ['get pods dev', ['dev-*'], false],
    ['get pods my-dev-blue', ['dev-*'], false],
    ['get pods blue-dev', ['*-dev'], true],
    ['get pods a-team-b', ['a-*-b'], true],
    ['get pods anything', ['*'], true],
    ['get pods dev', ['d.v'], false],
    ['get pods dev', [], false],
    // In no namespace, or in all of them.
    ['list pods', ['*'], false],
    ['get nodes', ['*'], false],
    ['list namespaces', ['*'], false],
    ['get /metrics', ['*'], false],
    // The API server says so itself of a namespace that is named.
    ['get namespaces dev/dev', ['dev'], true],
  ])('%s in %j: %s', async (text, namespaces, expected) => {
    expect(await allowed(text, inNamespaces('AmazonEKSClusterAdminPolicy', ...namespaces))).toBe(expected)
  })

  test('is that of each association for itself', async () => {
    const policies = [inNamespaces('AmazonEKSAdminPolicy', 'dev'), clusterWide('AmazonEKSViewPolicy')]
    expect(await allowed('delete pods dev', ...policies)).toBe(true)
    expect(await allowed('delete pods test', ...policies)).toBe(false)
    expect(await allowed('get pods test', ...policies)).toBe(true)
  })
})

describe('no opinion', () => {
  const adminOf = (entry: Partial<AccessEntry> = {}) =>
    portsOf({ entries: [{ ...entryWith(clusterWide('AmazonEKSClusterAdminPolicy')), ...entry }] })
  const statusFor = async (spec: Spec, ports = adminOf(), mode = cluster.authenticationMode) =>
    (await reviewAccess(accessReview(spec), { ...cluster, authenticationMode: mode }, ports)).status

  test('about components, nodes, service accounts and EKS itself: nobody is even asked', async () => {
    for (const user of [
      'system:kube-controller-manager',
      'system:kube-scheduler',
      'system:apiserver',
      'system:node:ip-10-0-0-1.eu-west-1.compute.internal',
      'system:serviceaccount:kube-system:default',
      'system:anonymous',
      'eks:cluster-bootstrap',
      'eks:addon-manager',
      'kubernetes-admin',
    ]) {
      const ports = adminOf()
      expect(await statusFor({ user, groups: ['system:authenticated'], ...request('get pods dev') }, ports)).toEqual({ allowed: false })
      expect(ports.asked).toEqual([])
    }
  })

  test('about whoever is impersonated, whatever else the request says', async () => {
    const spec = await asDeveloper(request('get pods dev'))
    expect(await statusFor({ ...spec, uid: '' })).toEqual({ allowed: false })
    expect(await statusFor({ ...spec, extra: {} })).toEqual({ allowed: false })
    const uid = 'aws-iam-authenticator:111122223333:AIDAEXAMPLEUSER000001'
    expect(await statusFor({ ...spec, uid })).toEqual({ allowed: false })
    const extra = { ...spec.extra, canonicalArn: [operator.arn] }
    expect(await statusFor({ ...spec, extra })).toEqual({ allowed: false })
    expect(await statusFor({ ...spec, extra: { ...spec.extra, arn: ['nonsense'] } })).toEqual({ allowed: false })
    expect((await statusFor(spec))?.allowed).toBe(true)
  })

  test('without an entry, with one of a role that is gone, with one of a node', async () => {
    const spec = await asDeveloper(request('get pods dev'))
    expect(await statusFor(spec, portsOf({}))).toEqual({ allowed: false })
    expect(await statusFor(spec, adminOf({ principalId: 'AROAOTHER' }))).toEqual({ allowed: false })
    expect(await statusFor(spec, adminOf({ type: 'EC2_LINUX' }))).toEqual({ allowed: false })
    expect(await statusFor(spec, portsOf({ entries: [{ principalArn: ROLE }] }))).toEqual({ allowed: false })
  })

  test('where the cluster knows no access entries', async () => {
    const ports = adminOf()
    expect(await statusFor(await asDeveloper(request('get pods dev')), ports, 'CONFIG_MAP')).toEqual({ allowed: false })
    expect(ports.asked).toEqual([])
  })

  test('with a policy whose rules AWS does not publish: the reason names it', async () => {
    const ports = portsOf({ entries: [entryWith(clusterWide('AmazonEKSAutoNodePolicy'))] })
    expect(await statusFor(await asDeveloper(request('get pods dev')), ports)).toEqual({
      allowed: false,
      reason: 'AWS does not publish the rules of AmazonEKSAutoNodePolicy: nothing is allowed by it here',
    })
  })

  test('about a request without attributes', async () => {
    expect(await statusFor(await asDeveloper({}))).toEqual({ allowed: false })
  })
})

describe('of any request', () => {
  const word = fc.constantFrom('get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'impersonate', 'bind')
  const rules = [...publishedPolicies.values()].flatMap((policy) => policy.rules)
  const known = [...new Set(rules.flatMap((rule) => rule.resources ?? []))].filter((name) => !name.startsWith('*'))
  const groups = [...new Set(rules.flatMap((rule) => rule.apiGroups ?? []))].filter((name) => name !== '*')
  const anyRequest = fc.record({
    verb: word,
    resource: fc.oneof(fc.constantFrom(...known), fc.stringMatching(/^[a-z]{1,12}$/)),
    group: fc.oneof(fc.constantFrom(...groups), fc.stringMatching(/^[a-z]{1,8}\.example\.com$/)),
    namespace: fc.constantFrom('', 'dev', 'dev-blue', 'kube-system'),
  })
  const toText = ({ verb, resource, group, namespace }: { verb: string; resource: string; group: string; namespace: string }): string =>
    `${verb} ${resource}${group === '' ? '' : `.${group}`} ${namespace}`

  test('view allows no more than edit, edit than admin, admin than cluster admin', async () => {
    const order = ['AmazonEKSViewPolicy', 'AmazonEKSEditPolicy', 'AmazonEKSAdminPolicy', 'AmazonEKSClusterAdminPolicy']
    await fc.assert(
      fc.asyncProperty(anyRequest, async (attributes) => {
        const answers = []
        for (const name of order) answers.push(await allowed(toText(attributes), clusterWide(name)))
        expect(answers).toEqual(answers.toSorted((a, b) => Number(a) - Number(b)))
      }),
      { numRuns: 300 },
    )
  })

  test('a namespace allows no more than the cluster, and nothing outside of itself', async () => {
    await fc.assert(
      fc.asyncProperty(anyRequest, fc.constantFrom(...publishedPolicies.keys()), async (attributes, name) => {
        const [narrow, wide] = [
          await allowed(toText(attributes), inNamespaces(name, 'dev-*')),
          await allowed(toText(attributes), clusterWide(name)),
        ]
        expect(narrow).toBe(wide === true && attributes.namespace === 'dev-blue')
      }),
      { numRuns: 300 },
    )
  })
})

test('the tables of AWS were written down whole', () => {
  const rows = [...publishedPolicies].map(([name, { rules }]) => [name, rules.length])
  expect(Object.fromEntries(rows)).toEqual({
    AmazonARCRegionSwitchScalingPolicy: 3,
    AmazonEKSAdminPolicy: 22,
    AmazonEKSAdminViewPolicy: 1,
    AmazonEKSClusterAdminPolicy: 2,
    AmazonEKSEditPolicy: 20,
    AmazonEKSHybridPolicy: 1,
    AmazonEKSSecretReaderPolicy: 1,
    AmazonEKSViewPolicy: 10,
  })
})
