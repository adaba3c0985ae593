import { execa } from 'execa'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findTool } from './sandbox.js'

export interface SmallChart {
  name: string
  version: string
  values: Record<string, unknown>
  /** Text of its only template. */
  template: string
}

/** A chart repository on this machine. */
export class SmallCharts {
  readonly url: string
  readonly folder: string
  readonly #server: Server

  private constructor(folder: string, server: Server) {
    this.folder = folder
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(charts: readonly SmallChart[]): Promise<SmallCharts> {
    const folder = await mkdtemp(path.join(tmpdir(), 'charts-'))
    const { path: helm } = await findTool('helm')
    for (const { name, version, values, template } of charts) {
      const chart = path.join(folder, 'sources', name)
      await mkdir(path.join(chart, 'templates'), { recursive: true })
      await writeFile(path.join(chart, 'Chart.yaml'), JSON.stringify({ apiVersion: 'v2', name, version }))
      await writeFile(path.join(chart, 'values.yaml'), JSON.stringify(values))
      await writeFile(path.join(chart, 'templates', 'all.yaml'), template)
      await execa(helm, ['package', chart, '--destination', folder])
    }
    await rm(path.join(folder, 'sources'), { recursive: true })
    await execa(helm, ['repo', 'index', folder])
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const served = new SmallCharts(folder, server)
    server.on('request', (request, response) => {
      void readFile(path.join(folder, path.basename(request.url ?? ''))).then(
        (content) => response.end(content),
        () => response.writeHead(404).end(),
      )
    })
    return served
  }

  async digest(name: string, version: string): Promise<string> {
    const content = await readFile(path.join(this.folder, `${name}-${version}.tgz`))
    return `sha256:${createHash('sha256').update(content).digest('hex')}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    await rm(this.folder, { recursive: true, force: true })
  }
}
