import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ClusterPki } from '../clusters/pki.js'
import { aggregatedAnswer } from './aggregated.js'
import { execRequestOf, protocolOf, serveExec } from './exec-session.js'

const NOTHING = 'Pods of the sandbox run nothing, so there is no log.\n'

/**
 * The way from the API server of a cluster to its nodes: a proxy for CONNECT that ends here, whatever address is asked for, so that nothing
 * of a cluster reaches a real network. Behind it is the kubelet of all nodes, which answers what needs no process. (KWOK's kubelet would
 * run commands on this machine, for whoever finds its port.)
 */
export class KubeletServer {
  readonly #proxy: Server
  readonly #kubelet: Server
  readonly port: number

  private constructor(proxy: Server, kubelet: Server, port: number) {
    this.#proxy = proxy
    this.#kubelet = kubelet
    this.port = port
  }

  /** Listens on 127.0.0.1, for those who have a certificate of the cluster's authority. */
  static async start({ authority, files }: ClusterPki): Promise<KubeletServer> {
    const [cert, key] = await Promise.all([readFile(files.server.certificate), readFile(files.server.key)])
    const secured = { cert, key, ca: authority, requestCert: true, rejectUnauthorized: true }
    // Whoever came through the proxy has shown a certificate.
    const kubelet = createServer({ cert, key }, answer)
    kubelet.on('upgrade', upgrade)
    const proxy = createServer(secured, (_, response) => response.writeHead(404).end())
    proxy.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      socket.on('error', () => socket.destroy())
      // The port of a kubelet, and that of Services which serve a part of the API themselves.
      if (!/:(?:10250|443)$/.test(request.url ?? '')) return socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      if (head.length > 0) socket.unshift(head)
      return kubelet.emit('connection', socket)
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const address = proxy.address()
    if (typeof address !== 'object' || address === null) throw new Error('The server of nodes has no port.')
    return new KubeletServer(proxy, kubelet, address.port)
  }

  async stop(): Promise<void> {
    this.#kubelet.closeAllConnections()
    this.#proxy.closeAllConnections()
    await new Promise<void>((resolve) => this.#proxy.close(() => resolve()))
  }
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const aggregated = aggregatedAnswer(request.method, request.url)
  if (aggregated) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(aggregated))
    return
  }
  if (request.url?.startsWith('/containerLogs/') === true) response.writeHead(200, { 'content-type': 'text/plain' }).end(NOTHING)
  else response.writeHead(501, { 'content-type': 'text/plain' }).end('Not played in the sandbox.')
}

function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const wanted = execRequestOf(request.url ?? '')
  const protocol = protocolOf(request.headers['x-stream-protocol-version'] as string | undefined)
  if (!wanted || protocol === undefined || request.headers.upgrade?.toUpperCase() !== 'SPDY/3.1') {
    socket.end('HTTP/1.1 501 Not Implemented\r\ncontent-length: 26\r\n\r\nNot played in the sandbox.')
    return
  }
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  )
  serveExec(socket, head, wanted)
}
