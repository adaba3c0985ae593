import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AwsClients } from '../../../src/lib/aws/clients.js'
import { execProgram } from '../../../src/lib/core/exec.js'
import { json } from '../../../src/lib/sandbox/gateway/answer.js'
import { shapesOnly } from '../../../src/lib/sandbox/clusters/sandbox-clusters.js'
import { FaultPlan } from '../../../src/lib/sandbox/gateway/fault-plan.js'
import { createGateway } from '../../../src/lib/sandbox/gateway/server.js'
import { Upstream } from '../../../src/lib/sandbox/gateway/upstream.js'
import { GitRepositories } from '../../../src/lib/sandbox/git/repositories.js'
import { mendContexts } from '../../../src/lib/sandbox/mends/contexts.js'
import type { Mend } from '../../../src/lib/sandbox/mends/mend.js'

const EKS = 'AWS4-HMAC-SHA256 Credential=test/20300101/eu-west-1/eks/aws4_request, SignedHeaders=host, Signature=ab'

interface Seen {
  method: string | undefined
  url: string | undefined
  headers: IncomingMessage['headers']
  body: string
}

let emulator: Server
let gateway: Server
let upstream: Upstream
let port: number
let seen: Seen[]
let log: string[]
let respond: RequestListener
let mends: Mend[]
let emulatorRuns: boolean
let switchedOn: unknown[]

const noGit = {
  repositories: new GitRepositories({ exec: execProgram, env: process.env, signal: new AbortController().signal }, '/nowhere'),
  endpoint: () => '',
}

beforeEach(async () => {
  ;[seen, log, mends, emulatorRuns, switchedOn] = [[], [], [], true, []]
  respond = (_, response) => void response.end('fine')
  emulator = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      seen.push({ method: incoming.method, url: incoming.url, headers: incoming.headers, body: Buffer.concat(chunks).toString('utf8') })
      respond(incoming, response)
    })
  })
  const emulatorPort = await listen(emulator)
  upstream = new Upstream(() => (emulatorRuns ? Promise.resolve(emulatorPort) : Promise.reject(new Error('down'))))
  const contextFor = mendContexts(upstream, {
    accountId: '000000000000',
    region: 'eu-west-1',
    stateFolder: '/nowhere',
    servicesFolder: '/nowhere',
    emulatorPort: async () => emulatorPort,
    clusters: shapesOnly,
    git: noGit,
  })
  const clusters = {
    list: async () => [{ name: 'dev', endpoint: 'https://127.0.0.1:1', ready: true }],
    switchOn: async (programs: unknown) => void switchedOn.push(programs),
  }
  const control = {
    token: 'secret',
    faults: new FaultPlan(),
    status: () => ({ restarts: 0 }),
    clusters,
    deliverTrails: async () => undefined,
  }
  gateway = createGateway({
    upstream,
    control,
    get mends() {
      return mends
    },
    sites: [],
    mendContext: (call) => contextFor(call.region),
    log: (line) => log.push(line),
  })
  port = await listen(gateway)
})

afterEach(() => {
  upstream.close()
  for (const server of [gateway, emulator]) {
    server.closeAllConnections()
    server.close()
  }
})

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

interface Got {
  status: number | undefined
  headers: IncomingMessage['headers']
  body: string
}

function send(options: { method?: string; path?: string; headers?: Record<string, string>; body?: string | string[] }): Promise<Got> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', path = '/', headers = {}, body } = options
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: text }))
      answer.on('error', reject)
    })
    outgoing.on('error', reject)
    for (const chunk of Array.isArray(body) ? body : []) outgoing.write(chunk)
    outgoing.end(typeof body === 'string' ? body : undefined)
  })
}

describe('passing on', () => {
  test('keeps host, path, query and headers, so that a signature stays right', async () => {
    await send({
      method: 'PUT',
      path: '/b/a%2Fb%20c?x-id=PutObject&a=%7E',
      headers: { Host: 'sandbox.example:1', 'X-Amz-Date': 'd', Authorization: EKS },
      body: 'text',
    })
    expect(seen).toMatchObject([
      {
        method: 'PUT',
        url: '/b/a%2Fb%20c?x-id=PutObject&a=%7E',
        body: 'text',
        headers: { host: 'sandbox.example:1', 'x-amz-date': 'd', authorization: EKS },
      },
    ])
  })

  test('a body in chunks of unknown length', async () => {
    await expect(send({ method: 'POST', headers: { 'transfer-encoding': 'chunked' }, body: ['one ', 'two'] })).resolves.toMatchObject({
      status: 200,
      body: 'fine',
    })
    expect(seen[0]?.body).toBe('one two')
  })

  test('status, repeated headers and an empty body', async () => {
    respond = (_, response) => {
      response.writeHead(418, 'Teapot', ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'x-amz-id', 'i'])
      response.end()
    }
    const { status, headers } = await send({})
    expect({ status, cookies: headers['set-cookie'], id: headers['x-amz-id'] }).toEqual({ status: 418, cookies: ['a=1', 'b=2'], id: 'i' })
  })

  test('HEAD has a length and no body', async () => {
    respond = (_, response) => void response.writeHead(200, { 'content-length': '123' }).end()
    const { headers, body } = await send({ method: 'HEAD' })
    expect({ length: headers['content-length'], body }).toEqual({ length: '123', body: '' })
  })

  test('a client that waits for 100-continue gets it', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.write('PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n')
    const [first] = (await once(socket, 'data')) as [Buffer]
    expect(first.toString()).toMatch(/^HTTP\/1\.1 100 Continue/)
    socket.write('body')
    const [second] = (await once(socket, 'data')) as [Buffer]
    expect(second.toString()).toMatch(/^HTTP\/1\.1 200/)
    expect(seen[0]).toMatchObject({ body: 'body', headers: expect.not.objectContaining({ expect: '100-continue' }) as unknown })
    socket.destroy()
  })

  test('an answer is passed on while it is being made', async () => {
    let finish: (() => void) | undefined
    respond = (_, response) => {
      response.write('first')
      finish = () => response.end('second')
    }
    const outgoing = request({ host: '127.0.0.1', port, agent: false }).end()
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
    const [chunk] = (await once(answer, 'data')) as [Buffer]
    expect(chunk.toString()).toBe('first')
    finish?.()
    await once(answer, 'end')
  })

  test('a client that goes away takes its call with it', async () => {
    const closed = new Promise<void>((resolve) => {
      respond = (incoming) => void incoming.socket.once('close', () => resolve())
    })
    const outgoing = request({ host: '127.0.0.1', port, agent: false }).end()
    outgoing.on('error', () => undefined)
    while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    outgoing.destroy()
    await closed
    expect(log.join('')).toContain(' cut ')
  })

  test('connections to the emulator are used again', async () => {
    const sockets = new Set<unknown>()
    respond = (incoming, response) => {
      sockets.add(incoming.socket)
      response.end()
    }
    for (let call = 0; call < 3; call += 1) await send({})
    expect(sockets.size).toBe(1)
  })
})

describe('when the emulator fails', () => {
  test('callers are asked to try again, in the form of the service', async () => {
    emulatorRuns = false
    const headers = { authorization: EKS.replace('/eks/', '/ec2/'), 'content-type': 'application/x-www-form-urlencoded' }
    const { status, body } = await send({ method: 'POST', headers, body: 'Action=DescribeVpcs' })
    expect(status).toBe(503)
    expect(body).toContain('<Response><Errors><Error><Code>ServiceUnavailable</Code>')
    expect(log.join('')).toContain('503 ec2 DescribeVpcs')
  })

  test('an answer that breaks off is cut, not completed', async () => {
    respond = (_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('part')
      setTimeout(() => response.destroy(), 20)
    }
    await expect(send({})).rejects.toThrow()
  })
})

describe('mends', () => {
  const mend = (change: Partial<Mend> = {}): Mend => ({
    id: 'test-mend',
    gap: 'none',
    service: 'eks',
    actions: ['CreateCluster'],
    handle: async ({ call, body }) => json(200, { action: call.action, length: body.length }),
    ...change,
  })
  const create = (body: string) => send({ method: 'POST', path: '/clusters', headers: { authorization: EKS }, body })

  test('answer the calls that they are for, and only those', async () => {
    mends = [mend({ service: 's3' }), mend()]
    expect(JSON.parse((await create('{"name":"a"}')).body)).toEqual({ action: 'CreateCluster', length: 12 })
    expect(log.join('')).toMatch(/200 eks CreateCluster \d+ms \[test-mend\]/)
    expect(seen).toHaveLength(0)
    mends = [mend({ applies: () => false })]
    await expect(create('{}')).resolves.toMatchObject({ body: 'fine' })
  })

  test('send a changed call as root: no signature of the caller stays', async () => {
    mends = [
      mend({
        handle: ({ call, body }, context) =>
          context.sendAsRoot(
            {
              method: 'PUT',
              url: '/other?X-Amz-Signature=ab&X-Amz-Credential=c&keep=%2F',
              rawHeaders: [...call.rawHeaders, 'X-Amz-Security-Token', 's'],
              body,
            },
            'eks',
          ),
      }),
    ]
    await create('{}')
    expect(seen[0]).toMatchObject({ method: 'PUT', url: '/other?keep=%2F', body: '{}' })
    expect(seen[0]?.headers.authorization).toMatch(/Credential=test\/\d{8}\/eu-west-1\/eks\/aws4_request/)
    expect(seen[0]?.headers['x-amz-security-token']).toBeUndefined()
  })

  test('a defect in one is a 503 and a stack in the log', async () => {
    mends = [mend({ handle: () => Promise.reject(new TypeError('broken mend')) })]
    await expect(create('{}')).resolves.toMatchObject({ status: 503 })
    expect(log.join('')).toMatch(/TypeError: broken mend\n\s+at /)
  })

  test('a body that is too large for one is streamed past it', async () => {
    mends = [mend()]
    const { body } = await create('x'.repeat(16 * 1024 * 1024 + 1))
    expect(body).toBe('fine')
  })

  test('clients are made for each region, and again when the emulator has moved', async () => {
    const ports = [1001, 1001, 1002]
    const contextFor = mendContexts(upstream, {
      accountId: '0',
      region: 'eu-west-1',
      stateFolder: '/',
      servicesFolder: '/',
      emulatorPort: async () => ports.shift() ?? 1002,
      clusters: shapesOnly,
      git: noGit,
    })
    const first = await contextFor().clients()
    expect(first).toBeInstanceOf(AwsClients)
    expect(await contextFor('eu-west-1').clients()).toBe(first)
    expect((await contextFor().clients()).connection.endpoint).toBe('http://127.0.0.1:1002')
    expect((await contextFor('us-east-1').clients()).connection.region).toBe('us-east-1')
  })
})

describe('what is not AWS', () => {
  test('web pages from elsewhere are refused', async () => {
    await expect(send({ headers: { origin: 'https://example.com' } })).resolves.toMatchObject({ status: 403 })
    await expect(send({ headers: { origin: 'http://localhost:3000' } })).resolves.toMatchObject({ status: 200 })
    expect(seen).toHaveLength(1)
  })

  test('the switch that empties the emulator is out of reach', async () => {
    await expect(send({ method: 'POST', path: '/_reset' })).resolves.toMatchObject({ status: 404 })
    await expect(send({ method: 'POST', path: '/_fakecloud/service-quotas/x' })).resolves.toMatchObject({ status: 404 })
    await expect(send({ path: '/_fakecloud/health' })).resolves.toMatchObject({ status: 200 })
    expect(seen).toHaveLength(1)
  })

  test('the control interface answers only to the token', async () => {
    await expect(send({ path: '/_platform/status' })).resolves.toMatchObject({ status: 403 })
    await expect(send({ path: '/_platform/status', headers: { 'x-platform-token': 'secreT' } })).resolves.toMatchObject({ status: 403 })
    const token = { 'x-platform-token': 'secret' }
    await expect(send({ path: '/_platform/status', headers: token })).resolves.toMatchObject({ status: 200, body: '{"restarts":0}' })
    await expect(send({ path: '/_platform/nothing', headers: token })).resolves.toMatchObject({ status: 404 })
    await expect(send({ method: 'POST', path: '/_platform/faults', headers: token, body: 'no json' })).resolves.toMatchObject({
      status: 400,
    })
    expect(seen).toHaveLength(0)
  })

  test('the control interface lists clusters, and switches Kubernetes on', async () => {
    const headers = { 'x-platform-token': 'secret' }
    const listed = await send({ path: '/_platform/clusters', headers })
    expect(JSON.parse(listed.body)).toEqual({ clusters: [{ name: 'dev', endpoint: 'https://127.0.0.1:1', ready: true }] })
    const program = { path: '/bin/x', version: '1.35.4' }
    const programs = {
      etcd: program,
      'kube-apiserver': program,
      'kube-controller-manager': program,
      'kube-scheduler': program,
      kwok: program,
    }
    const on = { method: 'POST', path: '/_platform/kubernetes', headers }
    await expect(send({ ...on, body: JSON.stringify({ etcd: program }) })).resolves.toMatchObject({ status: 400 })
    expect(switchedOn).toEqual([])
    await expect(send({ ...on, body: JSON.stringify(programs) })).resolves.toMatchObject({ status: 200 })
    expect(switchedOn).toEqual([programs])
  })
})
