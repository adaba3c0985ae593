import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { isLoopbackUrl } from '../../core/loopback.js'
import type { Mend, MendContext } from '../mends/mend.js'
import { errorAnswer, json, type Answer } from './answer.js'
import { describeCall, hasFormBody, type Call } from './call.js'
import { recordsNothing, tapeAnswer, type CallRecorder, type CallTape } from './call-recorder.js'
import { answerControl, type ControlState } from './control.js'
import { CONTROL_PREFIX } from './control-path.js'
import { errorOfFault } from './fault-plan.js'
import { siteOf, type Site } from './site.js'
import type { Upstream } from './upstream.js'
import { UpstreamGone } from './upstream.js'

/** A form body is a few kilobytes; a mend never needs a large one. Larger bodies are streamed past the mends. */
const MAX_READ = 16 * 1024 * 1024

export interface GatewayOptions {
  upstream: Upstream
  control: ControlState
  mends: readonly Mend[]
  /** What is served beside AWS. */
  sites: readonly Site[]
  /** The context of one call. */
  mendContext: (call: Call) => MendContext
  /** Gets one line for each call. */
  log: (line: string) => void
  /** Sees every call pass by. Default: nobody. */
  recorder?: CallRecorder
}

interface Handled {
  call?: Call
  /** What a site says of the request. */
  site?: string
  /** What was done to the call beside passing it on. */
  remark?: string
  tape?: CallTape
}

/** The HTTP server in front of the emulator: forwards, mends and, in tests, breaks calls. */
export function createGateway(options: GatewayOptions): Server {
  const server = createServer((request, response) => {
    const startedAt = performance.now()
    const handled: Handled = {}
    response.once('close', () => {
      if (!request.url?.startsWith(CONTROL_PREFIX)) options.log(logLine(handled, response, performance.now() - startedAt))
      handled.tape?.end()
    })
    handle(options, request, response, handled)
      .then((answer) => {
        if (!answer) return
        tapeAnswer(handled.tape, answer)
        reply(response, answer)
      })
      .catch((error: unknown) => fail(response, handled.call, error, options.log))
  })
  // Uploads and waiters may take long, and clients keep their connections open between calls.
  server.requestTimeout = 0
  server.keepAliveTimeout = 120_000
  return server
}

/** @returns the answer to send, or undefined when the call was answered, or cut, on the way. */
async function handle(
  options: GatewayOptions,
  request: IncomingMessage,
  response: ServerResponse,
  handled: Handled,
): Promise<Answer | undefined> {
  const url = ownPath(request)
  if (url === undefined) return json(403, { message: 'The sandbox leads nowhere else.' })
  request.url = url
  if (request.headers.origin !== undefined && !isLoopbackUrl(request.headers.origin)) {
    return json(403, { message: 'Web pages from elsewhere may not use the sandbox.' })
  }
  if (url.startsWith(CONTROL_PREFIX)) {
    return answerControl(request, (await readBody(request, MAX_READ)).toString('utf8'), options.control)
  }
  if (url === '/_reset' || (url.startsWith('/_fakecloud/') && request.method !== 'GET')) {
    return json(404, { message: 'Not part of AWS. Run: platform sandbox reset' })
  }

  const site = siteOf(options.sites, request)
  if (site) {
    // A name that was made to lead here must not read what only programs of this machine may.
    if (!isLoopbackUrl(`http://${request.headers.host ?? ''}`)) return json(403, { message: 'Only addresses of this machine lead here.' })
    handled.site = site.prefix
    handled.site = await site.serve(request, response)
    return undefined
  }

  let body = hasFormBody(request) ? await readBody(request, MAX_READ) : undefined
  const call = describeCall(request, body?.toString('utf8'))
  handled.call = call
  const tape = (options.recorder ?? recordsNothing).begin(call, request)
  if (tape) handled.tape = tape
  if (body) tape?.request(body)
  const read = async (): Promise<Buffer> => {
    const whole = await readBody(request, MAX_READ)
    if (tape?.wantsRequest) tape.request(whole)
    return whole
  }
  const { delayMs, fault } = options.control.faults.take(call)
  if (delayMs > 0) {
    handled.remark = `latency ${delayMs}ms`
    await sleep(delayMs)
  }
  const mend = options.mends.find((candidate) => fits(candidate, call))
  if (fault) {
    handled.remark = fault.kind
    body ??= await read()
    if (fault.kind !== 'lost-answer') return errorAnswer(call.protocol, errorOfFault(fault, call.protocol))
    const answer = mend
      ? await mend.handle({ call, body }, options.mendContext(call))
      : await options.upstream.send({ method: call.method, url: call.url, rawHeaders: call.rawHeaders, body })
    tapeAnswer(tape, answer)
    response.destroy()
    return undefined
  }
  if (mend && (body !== undefined || isSmall(request))) {
    handled.remark = mend.id
    body ??= await read()
    return mend.handle({ call, body }, options.mendContext(call))
  }
  await options.upstream.stream(request, response, { ...(body && { body }), ...(tape && { tape }) })
  return undefined
}

/**
 * Path and query of a request. One that comes as to a proxy must be for the gateway itself: S3 Control is called under
 * `ACCOUNT.127.0.0.1`, which does not resolve, so Terraform has the gateway as its proxy.
 */
function ownPath({ url = '/', socket }: IncomingMessage): string | undefined {
  if (url.startsWith('/')) return url
  const [, port, own] = /^http:\/\/(?:\d{12}\.)?127\.0\.0\.1:(\d+)(\/.*)$/s.exec(url) ?? []
  return Number(port) === socket.localPort ? own : undefined
}

function fits(mend: Mend, call: Call): boolean {
  return mend.service === call.service && mend.actions.includes(call.action) && (mend.applies?.(call) ?? true)
}

function isSmall(request: IncomingMessage): boolean {
  const length = request.headers['content-length']
  return length === undefined ? request.headers['transfer-encoding'] === undefined : Number(length) <= MAX_READ
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new Error(`The body is larger than ${maxBytes} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function reply(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, [...answer.rawHeaders])
  response.end(answer.body)
}

function fail(response: ServerResponse, call: Call | undefined, error: unknown, log: (line: string) => void): void {
  if (response.destroyed) return
  if (!(error instanceof UpstreamGone)) log(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  if (response.headersSent) {
    response.destroy()
    return
  }
  // The emulator is being restarted: every SDK tries again after this status.
  reply(
    response,
    errorAnswer(call?.protocol ?? 'rest-json', { status: 503, code: 'ServiceUnavailable', message: 'The local AWS is not answering.' }),
  )
}

function logLine({ call, site, remark }: Handled, response: ServerResponse, durationMs: number): string {
  const end = response.writableFinished ? String(response.statusCode) : 'cut'
  const what = site ?? (call ? `${call.service} ${call.action}` : '- -')
  return `${new Date().toISOString()} ${end} ${what} ${Math.round(durationMs)}ms${remark === undefined ? '' : ` [${remark}]`}\n`
}
