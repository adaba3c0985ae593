import { execa, type ResultPromise } from 'execa'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { execProgram } from '../../src/lib/core/exec.js'
import { resolveSpec } from '../../src/lib/tools/resolve-tool.js'
import type { ToolSpec } from '../../src/lib/tools/tool-spec.js'
import { eventually, sandboxPorts } from './sandbox.js'

/** Only tests need a registry, so platform itself does not know this program. */
const crane: ToolSpec = {
  name: 'crane',
  purpose: 'is a registry for tests',
  need: 'optional',
  range: '>=0.20.0',
  version: '0.22.1',
  probe: { args: ['version'] },
  install: { go: { module: 'github.com/google/go-containerregistry', package: './cmd/crane', ldflags: '-s -w' } },
  byHand: [],
}

const refuse = (): Promise<never> => Promise.reject(new Error('asked'))
const ports = { ...sandboxPorts, exec: execProgram, ask: { interactive: false, confirm: refuse, input: refuse, select: refuse } }

/** A real registry on this machine, with its content on disk. */
export class ImageRegistry {
  readonly host: string
  readonly #process: ResultPromise
  readonly #folder: string

  private constructor(host: string, process: ResultPromise, folder: string) {
    this.host = host
    this.#process = process
    this.#folder = folder
  }

  static async start(): Promise<ImageRegistry> {
    const { path: program } = await resolveSpec(ports, crane, { install: true })
    const folder = await mkdtemp(path.join(tmpdir(), 'registry-'))
    const disk = path.join(folder, 'disk')
    await mkdir(disk)
    const host = `127.0.0.1:${await freePort()}`
    const server = execa(program, ['registry', 'serve', '--address', host, '--disk', disk], { reject: false, stdio: 'ignore' })
    const registry = new ImageRegistry(host, server as unknown as ResultPromise, folder)
    await eventually(
      'the registry answers',
      async () =>
        fetch(`http://${host}/v2/`).then(
          ({ ok }) => ok,
          () => false,
        ),
      30_000,
    )
    return registry
  }

  /** Puts a small image there, for two kinds of machines. @returns its digest */
  async add(name: string, tag: string, layerBytes = 1024): Promise<string> {
    const manifests = []
    for (const architecture of ['amd64', 'arm64']) {
      const content = Buffer.alloc(layerBytes, `${name} ${tag} ${architecture} `)
      const layer = await this.#blob(name, gzipSync(content, { level: 0 }))
      const config = await this.#blob(
        name,
        Buffer.from(JSON.stringify({ os: 'linux', architecture, rootfs: { type: 'layers', diff_ids: [digestOf(content)] } })),
      )
      const text = JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
        layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...layer }],
      })
      const digest = await this.#manifest(name, digestOf(Buffer.from(text)), text)
      manifests.push({
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        ...{ digest, size: Buffer.byteLength(text), platform: { os: 'linux', architecture } },
      })
    }
    const mediaType = 'application/vnd.oci.image.index.v1+json'
    return this.#manifest(name, tag, JSON.stringify({ schemaVersion: 2, mediaType, manifests }))
  }

  /** @returns undefined when it has no such manifest */
  async manifest(
    name: string,
    reference: string,
  ): Promise<{ digest: string; body: { manifests?: unknown[]; layers?: Array<{ digest: string }> } } | undefined> {
    const response = await fetch(`http://${this.host}/v2/${name}/manifests/${reference}`, { headers: { accept: '*/*' } })
    if (response.status === 404) return undefined
    const text = await response.text()
    return { digest: digestOf(Buffer.from(text)), body: JSON.parse(text) as { manifests?: unknown[] } }
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#process
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #blob(name: string, content: Buffer): Promise<{ digest: string; size: number }> {
    const digest = digestOf(content)
    const started = await this.#send('POST', `/v2/${name}/blobs/uploads/`)
    const place = new URL(started.headers.get('location') ?? '', `http://${this.host}`)
    place.searchParams.set('digest', digest)
    await this.#send('PUT', `${place.pathname}${place.search}`, content)
    return { digest, size: content.length }
  }

  async #manifest(name: string, reference: string, text: string): Promise<string> {
    const { mediaType } = JSON.parse(text) as { mediaType: string }
    await this.#send('PUT', `/v2/${name}/manifests/${reference}`, Buffer.from(text), mediaType)
    return digestOf(Buffer.from(text))
  }

  async #send(method: string, place: string, body?: Buffer, type = 'application/octet-stream'): Promise<Response> {
    const response = await fetch(`http://${this.host}${place}`, {
      method,
      headers: { 'content-type': type },
      ...(body && { body: new Uint8Array(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${place}: ${response.status} ${await response.text()}`)
    return response
  }
}

/** Stands before a registry: counts what is asked for, keeps answers back, and lets in only those who log in. */
export class RegistryFront {
  readonly host: string
  readonly asked: string[] = []
  /** Every request for a layer waits so long. */
  delayMs = 0
  /** `user:password`; undefined: everybody. */
  login: string | undefined
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(registry: ImageRegistry): Promise<RegistryFront> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const front = new RegistryFront(server)
    server.on('request', (incoming, response) => void front.serve(incoming, response, registry.host))
    return front
  }

  async serve(incoming: IncomingMessage, response: ServerResponse, host: string): Promise<void> {
    const { method = 'GET', url = '/', headers } = incoming
    this.asked.push(`${method} ${url}`)
    const expected = this.login && `Basic ${Buffer.from(this.login).toString('base64')}`
    if (expected !== undefined && headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end()
      return
    }
    if (method === 'GET' && url.includes('/blobs/')) await new Promise((resolve) => setTimeout(resolve, this.delayMs))
    const passed = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'))
    const onward = request(`http://${host}${url}`, { method, headers: { ...passed, host } }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    incoming.pipe(onward)
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

async function freePort(): Promise<number> {
  const server = createSocket()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
