import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { constants, createDeflate, type Deflate } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { aggregatedAnswer } from '../../../../src/lib/sandbox/kubelet/aggregated.js'
import { playCommand } from '../../../../src/lib/sandbox/kubelet/commands.js'
import { execRequestOf, protocolOf, serveExec, statusOf } from '../../../../src/lib/sandbox/kubelet/exec-session.js'
import { spdyDictionary } from '../../../../src/lib/sandbox/kubelet/spdy-dictionary.js'
import { controlFrame, dataFrame, FIN, FrameReader, frameTypes, uint32 } from '../../../../src/lib/sandbox/kubelet/spdy-frames.js'

const place = { namespace: 'shop', pod: 'web-0', container: 'web' }

describe('a command in a pod', () => {
  test.each([
    [['true'], { exitCode: 0 }],
    [['/bin/false'], { exitCode: 1 }],
    [['echo', 'a', 'b'], { stdout: 'a b\n', exitCode: 0 }],
    [['hostname'], { stdout: 'web-0\n', exitCode: 0 }],
    [['/usr/bin/env'], { stdout: 'HOSTNAME=web-0\nPOD_NAMESPACE=shop\nCONTAINER=web\n', exitCode: 0 }],
    [['cat', '/etc/passwd'], { stderr: 'cat: /etc/passwd: No such file or directory\n', exitCode: 1 }],
    [['cat'], { echoes: true, exitCode: 0 }],
  ])('%j is answered', (command, expected) => {
    expect(playCommand(command, place)).toEqual(expected)
  })

  test('that would need a program is not run, and says so', () => {
    expect(playCommand(['sh', '-c', 'rm -rf /'], place)).toMatchObject({
      exitCode: 126,
      stderr: expect.stringContaining('run nothing') as string,
    })
  })
})

describe('a question of the API server', () => {
  test('names the command, the place and the streams', () => {
    expect(execRequestOf('/exec/shop/web-0/web?command=echo&command=a%20b&error=1&input=1&output=1')).toEqual({
      command: ['echo', 'a b'],
      place,
      streams: ['error', 'stdin', 'stdout', 'stderr'],
    })
    expect(execRequestOf('/exec/shop/web-0/web?command=sh&input=1&output=1&tty=1')?.streams).toEqual(['error', 'stdin', 'stdout', 'resize'])
    expect(execRequestOf('/portForward/shop/web-0')).toBeUndefined()
  })

  test('is answered in a protocol that both know', () => {
    expect(protocolOf('v5.channel.k8s.io, v4.channel.k8s.io,v3.channel.k8s.io')).toBe('v5.channel.k8s.io')
    expect(protocolOf('v4.channel.k8s.io')).toBe('v4.channel.k8s.io')
    expect(protocolOf('channel.k8s.io')).toBeUndefined()
    expect(protocolOf(undefined)).toBeUndefined()
  })

  test('about a group of the API finds it available, and no metrics', () => {
    expect(aggregatedAnswer('GET', '/apis/metrics.k8s.io/v1beta1?timeout=32s')).toMatchObject({ kind: 'APIResourceList' })
    expect(aggregatedAnswer('GET', '/apis/metrics.k8s.io/v1beta1/nodes')).toMatchObject({ kind: 'NodeMetricsList', items: [] })
    expect(aggregatedAnswer('GET', '/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods')).toMatchObject({ kind: 'PodMetricsList' })
    expect(aggregatedAnswer('GET', '/apis/other.example.com/v1')).toMatchObject({ resources: [] })
    expect(aggregatedAnswer('GET', '/apis/other.example.com/v1/things')).toBeUndefined()
    expect(aggregatedAnswer('POST', '/apis/metrics.k8s.io/v1beta1')).toBeUndefined()
    expect(aggregatedAnswer('GET', '/containerLogs/shop/web-0/web')).toBeUndefined()
  })
})

describe('SPDY', () => {
  let server: Server
  afterEach(() => server.close())

  test('has the dictionary of its specification', () => {
    expect(createHash('sha256').update(spdyDictionary).digest('hex')).toBe(
      '51d27341373f923f3cd88e1eb7162aeaa3723d7585ff2399201dc06498407f02',
    )
    server = createServer()
  })

  test('carries a session: what goes in comes back, then the status', async () => {
    const request = execRequestOf('/exec/shop/web-0/web?command=cat&error=1&input=1&output=1')
    if (!request) throw new Error('no request')
    server = createServer((socket) => serveExec(socket, Buffer.alloc(0), request)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const engine = createDeflate({ dictionary: spdyDictionary })
    for (const [id, name] of [
      [1, 'error'],
      [3, 'stdin'],
      [5, 'stdout'],
      [7, 'stderr'],
    ] as const)
      await open(client, engine, id, name)
    client.write(dataFrame(3, Buffer.from('hello ')))
    client.write(dataFrame(3, Buffer.from('there'), FIN))
    client.write(controlFrame(frameTypes.ping, uint32(1)))
    const received = await everything(client)
    expect(textOf(received, 5)).toBe('hello there')
    expect(JSON.parse(textOf(received, 1))).toEqual({ metadata: {}, status: 'Success' })
    const replies = received.filter((frame) => frame.kind === 'control' && frame.type === frameTypes.synReply)
    expect(replies.map(({ payload }) => payload.readUInt32BE(0))).toEqual([1, 3, 5, 7])
    const ends = received.filter((frame) => frame.kind === 'data' && frame.flags === FIN)
    expect(ends).toHaveLength(3)
  })

  test('is hung up on by who gets a frame that is far too large', async () => {
    const request = execRequestOf('/exec/shop/web-0/web?command=true&output=1')
    if (!request) throw new Error('no request')
    server = createServer((socket) => serveExec(socket, Buffer.alloc(0), request)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    client.write(Buffer.from([0, 0, 0, 1, 0, 0xff, 0xff, 0xff]))
    expect(await everything(client)).toEqual([])
  })

  test('status tells the exit code as a kubelet does', () => {
    expect(statusOf(126)).toMatchObject({ reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '126' }] } })
  })
})

async function open(client: Socket, engine: Deflate, id: number, streamType: string): Promise<void> {
  const name = Buffer.from('streamtype')
  const value = Buffer.from(streamType)
  const block = Buffer.concat([uint32(1, name.length), name, uint32(value.length), value])
  const parts: Buffer[] = []
  engine.on('data', (part: Buffer) => parts.push(part))
  engine.write(block)
  await new Promise<void>((resolve) => engine.flush(constants.Z_SYNC_FLUSH, resolve))
  engine.removeAllListeners('data')
  client.write(controlFrame(frameTypes.synStream, Buffer.concat([uint32(id, 0), Buffer.alloc(2), ...parts])))
}

async function everything(client: Socket) {
  const reader = new FrameReader()
  const frames = []
  for await (const chunk of client as AsyncIterable<Buffer>) frames.push(...reader.push(chunk))
  return frames
}

function textOf(frames: Awaited<ReturnType<typeof everything>>, stream: number): string {
  return frames.map((frame) => (frame.kind === 'data' && frame.stream === stream ? frame.payload.toString() : '')).join('')
}
