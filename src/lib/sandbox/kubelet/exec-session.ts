import type { Duplex } from 'node:stream'
import type { PodPlace } from './commands.js'
import { playCommand } from './commands.js'
import { SpdyConnection, type SpdyStream } from './spdy-connection.js'

/** Versions of the protocol of streams (k8s.io/apimachinery, remotecommand), newest first. All say the exit code on the stream `error`. */
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

export interface ExecRequest {
  command: readonly string[]
  place: PodPlace
  /** Names of the streams that the client opens. */
  streams: readonly string[]
}

/** `/exec/<namespace>/<pod>/<container>?command=…`, as an API server asks a kubelet. Undefined when it is something else. */
export function execRequestOf(url: string): ExecRequest | undefined {
  const { pathname, searchParams } = new URL(url, 'https://kubelet')
  const [, namespace, pod, container] = /^\/(?:exec|attach)\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(pathname) ?? []
  if (namespace === undefined || pod === undefined || container === undefined) return undefined
  const has = (name: string): boolean => ['1', 'true'].includes(searchParams.get(name) ?? '')
  const isTerminal = has('tty')
  const streams = [
    'error',
    ...(has('input') ? ['stdin'] : []),
    ...(has('output') ? ['stdout'] : []),
    ...(has('error') && !isTerminal ? ['stderr'] : []),
    ...(isTerminal ? ['resize'] : []),
  ]
  return { command: searchParams.getAll('command'), place: { namespace, pod, container }, streams }
}

/** The version that both know, or undefined. */
export function protocolOf(offered: string | undefined): string | undefined {
  const names = (offered ?? '').split(',').map((name) => name.trim())
  return PROTOCOLS.find((name) => names.includes(name))
}

/** Runs a session over a connection that was upgraded to SPDY/3.1. */
export function serveExec(socket: Duplex, head: Buffer, request: ExecRequest): void {
  const connection = new SpdyConnection(socket, head)
  const streams = new Map<string, SpdyStream>()
  connection.on('error', () => undefined)
  connection.on('stream', (stream) => {
    streams.set(stream.headers.get('streamtype') ?? '', stream)
    if (!request.streams.every((name) => streams.has(name)) || streams.size !== request.streams.length) return
    play(request, streams, () => connection.close())
  })
}

function play({ command, place }: ExecRequest, streams: ReadonlyMap<string, SpdyStream>, finished: () => void): void {
  const { echoes = false, exitCode, stderr = '', stdout = '' } = playCommand(command, place)
  const output = streams.get('stdout')
  output?.write(stdout)
  // With a terminal there is one stream for both.
  ;(streams.get('stderr') ?? output)?.write(stderr)
  const end = (): void => {
    streams.get('error')?.write(JSON.stringify(statusOf(exitCode)))
    for (const name of ['stdout', 'stderr', 'error']) streams.get(name)?.end()
    finished()
  }
  const input = streams.get('stdin')
  if (echoes && input) {
    input.on('data', (data) => output?.write(data))
    input.once('end', end)
  } else end()
}

/** A Status of Kubernetes, as a kubelet ends a session with it. */
export function statusOf(exitCode: number): Record<string, unknown> {
  if (exitCode === 0) return { metadata: {}, status: 'Success' }
  return {
    metadata: {},
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  }
}
