import { describe, expect, test } from 'vitest'
import type { ControlPlaneView } from '../../../../src/lib/sandbox/clusters/control-planes.js'
import type { ClusterHooks } from '../../../../src/lib/sandbox/clusters/sandbox-clusters.js'
import { errorAnswer, json, jsonBody, type Answer } from '../../../../src/lib/sandbox/gateway/answer.js'
import { describeCall } from '../../../../src/lib/sandbox/gateway/call.js'
import { allMends } from '../../../../src/lib/sandbox/mends/all.js'
import type { MendContext } from '../../../../src/lib/sandbox/mends/mend.js'

const EKS = 'AWS4-HMAC-SHA256 Credential=test/20300101/eu-west-1/eks/aws4_request, SignedHeaders=host, Signature=ab'
const shape = {
  name: 'dev',
  status: 'ACTIVE',
  endpoint: 'https://X.eks.amazonaws.com',
  certificateAuthority: { data: 'none' },
  version: '1.35',
}

/** Sends a call through the mend that has it, and says what the control planes heard. */
async function call(method: string, path: string, view?: ControlPlaneView, answer: Answer = json(200, { cluster: shape })) {
  const heard: string[] = []
  const clusters: ClusterHooks = {
    created: (name) => void heard.push(`created ${name}`),
    deleted: (name) => void heard.push(`deleted ${name}`),
    versionChanged: (name) => void heard.push(`version of ${name}`),
    nodeGroupsChanged: async (name) => void heard.push(`nodes of ${name}`),
    view: () => view,
  }
  const described = describeCall({ method, url: path, headers: { authorization: EKS }, rawHeaders: [] })
  const mend = allMends.find(({ actions, service }) => service === 'eks' && actions.includes(described.action))
  if (!mend) throw new Error(`no mend for ${described.action}`)
  const context = {
    clusters,
    region: 'eu-west-1',
    forward: async () => answer,
    sendAsRoot: async () => json(200, { cluster: shape }),
    exclusively: async (_: string, work: () => Promise<unknown>) => work(),
  } as unknown as MendContext
  const { body, status } = await mend.handle({ call: described, body: Buffer.alloc(0) }, context)
  return { heard, status, cluster: jsonBody(body)?.['cluster'] }
}

describe('calls of EKS', () => {
  test.each([
    ['POST', '/clusters', 'created dev'],
    ['DELETE', '/clusters/dev', 'deleted dev'],
    ['POST', '/clusters/dev/updates', 'version of dev'],
    ['POST', '/clusters/dev/node-groups', 'nodes of dev'],
    ['POST', '/clusters/dev/node-groups/a/update-config', 'nodes of dev'],
    ['POST', '/clusters/dev/node-groups/a/update-version', 'nodes of dev'],
    ['DELETE', '/clusters/dev/node-groups/a', 'nodes of dev'],
  ])('%s %s: %s', async (method, path, expected) => {
    expect((await call(method, path)).heard).toEqual([expected])
  })

  test.each([
    ['POST', '/clusters'],
    ['DELETE', '/clusters/dev'],
    ['POST', '/clusters/dev/node-groups'],
  ])('%s %s that is refused changes nothing', async (method, path) => {
    const refusal = errorAnswer('rest-json', { status: 409, code: 'ResourceInUseException', message: 'no' })
    expect(await call(method, path, undefined, refusal)).toMatchObject({ heard: [], status: 409 })
  })
})

describe('DescribeCluster', () => {
  test('of a shape says what the emulator says', async () => {
    expect(await call('GET', '/clusters/dev')).toEqual({ heard: [], status: 200, cluster: shape })
  })

  test('of a cluster on its way has no address yet', async () => {
    const { cluster } = await call('GET', '/clusters/dev', { state: 'creating' })
    expect(cluster).toEqual({ name: 'dev', status: 'CREATING', certificateAuthority: {}, version: '1.35' })
  })

  test('of a cluster that serves has its address and authority', async () => {
    const { cluster } = await call('GET', '/clusters/dev', { state: 'active', endpoint: 'https://127.0.0.1:1', authority: 'PEM' })
    const data = Buffer.from('PEM').toString('base64')
    expect(cluster).toEqual({ ...shape, endpoint: 'https://127.0.0.1:1', certificateAuthority: { data } })
  })

  test('of a cluster that failed says why', async () => {
    const { cluster } = await call('GET', '/clusters/dev', { state: 'failed', reason: 'kube-apiserver of dev ended' })
    expect(cluster).toMatchObject({ status: 'FAILED', health: { issues: [{ message: 'kube-apiserver of dev ended' }] } })
    expect(cluster).not.toHaveProperty('endpoint')
  })
})
