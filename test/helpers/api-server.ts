import { execa } from 'execa'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'

/** A small TLS server in place of an API server: it answers what it is told to, and records what was asked. */
export class TestApiServer {
  readonly requests: Array<{ path: string; authorization: string | undefined }> = []
  readonly url: string
  /** PEM */
  readonly certificate: string
  /** File of the certificate, for kubectl. */
  readonly certificateFile: string
  readonly #server: Server

  private constructor(server: Server, certificate: string, certificateFile: string) {
    this.#server = server
    this.certificate = certificate
    this.certificateFile = certificateFile
    this.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  get certificateAuthority(): string {
    return Buffer.from(this.certificate).toString('base64')
  }

  /** @param answers what is answered to each path; 404 to any other. A number is a status without a body. */
  static async start(folder: string, answers: Record<string, unknown>): Promise<TestApiServer> {
    const [key, cert] = [path.join(folder, 'api.key'), path.join(folder, 'api.crt')]
    const config = path.join(folder, 'api.cnf')
    await writeFile(
      config,
      '[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=kube-apiserver\n[ext]\nsubjectAltName=IP:127.0.0.1\n',
    )
    await execa('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, '-config', config])
    const certificate = await readFile(cert, 'utf8')
    let self: TestApiServer | undefined = undefined
    const server = createServer({ key: await readFile(key), cert: certificate }, (request, response) => {
      const asked = (request.url ?? '').replace(/\?.*$/, '')
      self?.requests.push({ path: asked, authorization: request.headers.authorization })
      const answer = answers[asked] ?? 404
      response.writeHead(typeof answer === 'number' ? answer : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(typeof answer === 'number' ? { kind: 'Status', code: answer } : answer))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    self = new TestApiServer(server, certificate, cert)
    return self
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
