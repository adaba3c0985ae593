import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readClusterAccess, readClusterDetails } from '../../../src/lib/aws/cluster-details.js'
import { readVersionSupport } from '../../../src/lib/aws/cluster-parts.js'
import { readApiStatus } from '../../../src/lib/clusters/api-status.js'
import { TestApiServer } from '../../helpers/api-server.js'
import { awsError, fakeAws } from '../../helpers/fake-aws.js'

const ports = { signal: new AbortController().signal }
const token = async () => 'k8s-aws-v1.abc'

describe('what an API server says', () => {
  let folder: string
  let server: TestApiServer
  const answers: Record<string, unknown> = {
    '/version': { gitVersion: 'v1.35.4-eks-1' },
    '/api/v1/nodes': {
      items: [
        {
          metadata: { name: 'a', labels: { 'eks.amazonaws.com/nodegroup': 'default' } },
          status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kubeletVersion: 'v1.35.4' } },
        },
        { metadata: { name: 'b' }, spec: { unschedulable: true }, status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } },
      ],
    },
    '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications': {
      items: [{ metadata: { name: 'shop', namespace: 'argocd' }, status: { sync: { status: 'OutOfSync' } } }],
    },
  }
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'platform-api-'))
    server = await TestApiServer.start(folder, answers)
  })
  afterAll(async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })
  const read = (extra: object = {}) =>
    readApiStatus(ports, { endpoint: server.url, certificateAuthority: server.certificateAuthority, ...extra }, { localOnly: true, token })

  test('is its version, certificate, nodes and applications', async () => {
    expect(await read()).toMatchObject({
      reachable: true,
      authorized: true,
      version: 'v1.35.4-eks-1',
      certificate: { subject: 'kube-apiserver', trusted: true },
      nodes: [
        { name: 'a', ready: true, nodeGroup: 'default', cordoned: false },
        { name: 'b', ready: false, nodeGroup: null, cordoned: true },
      ],
      applications: [{ namespace: 'argocd', name: 'shop', sync: 'OutOfSync', health: 'Unknown', revision: null, cluster: null }],
    })
    expect(server.requests[0]?.authorization).toBe('Bearer k8s-aws-v1.abc')
  })

  test.each([
    [401, /no access entry/],
    [403, /no permission/],
  ])('is a reason when it answers %s', async (status, reason) => {
    const before = { ...answers }
    Object.assign(answers, { '/api/v1/nodes': status, '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications': 404 })
    const said = await read()
    Object.assign(answers, before)
    expect(said).toMatchObject({ reachable: true, authorized: false, nodes: null, applicationsReason: 'Argo CD is not installed' })
    expect(said.reason).toMatch(reason)
  })

  test('is nothing when nobody listens, when it is elsewhere, and when another authority has signed for it', async () => {
    expect(await read({ endpoint: 'https://127.0.0.1:1' })).toMatchObject({
      reachable: false,
      reason: expect.stringContaining('ECONNREFUSED') as string,
    })
    const before = server.requests.length
    expect(await read({ endpoint: 'https://cluster.example.com' })).toMatchObject({
      reachable: false,
      reason: expect.stringContaining('local AWS') as string,
    })
    const folder2 = await mkdtemp(path.join(folder, 'other-'))
    const other = await TestApiServer.start(folder2, {})
    const said = await read({ certificateAuthority: other.certificateAuthority })
    await other.stop()
    expect(said).toMatchObject({ certificate: { trusted: false }, authorized: false })
    // The token went nowhere.
    expect(server.requests.length).toBe(before)
  })
})

describe('what EKS says', () => {
  test('of the cluster', async () => {
    const { clients } = fakeAws({
      DescribeCluster: () => ({
        cluster: {
          arn: 'arn:aws:eks:eu-west-1:111122223333:cluster/acme-dev',
          status: 'ACTIVE',
          version: '1.35',
          endpoint: 'https://abc',
          certificateAuthority: { data: 'Q0E=' },
          resourcesVpcConfig: { endpointPublicAccess: false, publicAccessCidrs: ['0.0.0.0/0'], endpointPrivateAccess: true },
          logging: {
            clusterLogging: [
              { enabled: true, types: ['audit'] },
              { enabled: false, types: ['api'] },
            ],
          },
          accessConfig: { authenticationMode: 'API' },
          health: { issues: [{ code: 'Ec2SubnetNotFound', message: 'gone' }] },
        },
      }),
    })
    expect(await readClusterDetails(clients, 'acme-dev')).toMatchObject({
      // Nobody may use the public addresses: access is off.
      endpoint: { public: false, publicCidrs: [], private: true },
      logs: { on: ['audit'], off: ['api', 'authenticator', 'controllerManager', 'scheduler'] },
      issues: ['Ec2SubnetNotFound: gone'],
      deletionProtection: false,
    })
    expect(await readClusterAccess(clients, 'acme-dev', 'dev')).toEqual({ endpoint: 'https://abc', certificateAuthority: 'Q0E=' })
  })

  test('of one that is not there, or not ready', async () => {
    const missing = fakeAws({ DescribeCluster: () => Promise.reject(awsError('ResourceNotFoundException', 404)) })
    await expect(readClusterAccess(missing.clients, 'acme-dev', 'dev')).rejects.toMatchObject({
      code: 'ClusterNotFound',
      next: ['platform env create dev', 'platform env show dev'],
    })
    const creating = fakeAws({ DescribeCluster: () => ({ cluster: { status: 'CREATING' } }) })
    await expect(readClusterAccess(creating.clients, 'acme-dev', 'dev')).rejects.toMatchObject({
      code: 'ClusterNotReady',
      details: { status: 'CREATING' },
    })
  })

  test('of a version', async () => {
    const { clients } = fakeAws({
      DescribeClusterVersions: () => ({
        clusterVersions: [
          { clusterVersion: '1.35', versionStatus: 'STANDARD_SUPPORT', endOfStandardSupportDate: new Date('2027-03-27T00:00:00Z') },
        ],
      }),
    })
    expect(await readVersionSupport(clients, '1.35')).toEqual({ status: 'standard', standardEnds: '2027-03-27', extendedEnds: null })
    expect(await readVersionSupport(clients, '1.20')).toEqual({ status: 'unknown', standardEnds: null, extendedEnds: null })
  })
})
