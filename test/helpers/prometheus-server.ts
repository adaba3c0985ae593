import { cp, mkdir, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { execa } from 'execa'
import { eventually, findTool } from './sandbox.js'

export interface Result {
  metric: Record<string, string>
  value?: [number, string]
  values?: Array<[number, string]>
}

/** The real Prometheus on a free port, with samples that were put into its storage before. */
export class PrometheusServer {
  readonly url: string
  readonly #end: () => Promise<void>

  private constructor(url: string, end: () => Promise<void>) {
    this.url = url
    this.#end = end
  }

  /**
   * @param metrics text of OpenMetrics for its storage
   * @param rules files of rules, evaluated every second. Samples must not reach into the future then: Prometheus adds nothing before them.
   */
  static async start(folder: string, { metrics, rules = [] }: { metrics?: string; rules?: readonly string[] }): Promise<PrometheusServer> {
    const data = path.join(folder, 'data')
    await mkdir(data, { recursive: true })
    if (metrics !== undefined) {
      const file = path.join(folder, 'metrics.txt')
      await writeFile(file, metrics)
      await execa((await findTool('promtool')).path, ['tsdb', 'create-blocks-from', 'openmetrics', file, data])
    }
    const config = path.join(folder, 'prometheus.json')
    await writeFile(config, JSON.stringify({ global: { evaluation_interval: '1s' }, rule_files: rules }))
    const port = await freePort()
    const address = `127.0.0.1:${port}`
    const flags = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=${address}`,
      '--storage.tsdb.retention.time=30d',
    ]
    const running = execa((await findTool('prometheus')).path, flags, { cleanup: true, reject: false, all: true })
    const server = new PrometheusServer(`http://${address}`, async () => {
      running.kill('SIGTERM')
      await running
    })
    try {
      await eventually(
        'Prometheus to be ready',
        async () => (await fetch(`${server.url}/-/ready`).catch(() => undefined))?.ok === true,
        60_000,
      )
    } catch (error) {
      await server.stop()
      throw error
    }
    return server
  }

  /** As `start`, with what recording rules make of the samples between two moments already recorded. */
  static async startRecorded(
    folder: string,
    { metrics, rules, from, to }: { metrics: string; rules: readonly string[]; from: number; to: number },
  ): Promise<PrometheusServer> {
    const first = await PrometheusServer.start(folder, { metrics })
    const output = path.join(folder, 'records')
    try {
      const period = ['--start', String(from), '--end', String(to), '--eval-interval', '1m']
      await execa((await findTool('promtool')).path, [
        ...['tsdb', 'create-blocks-from', 'rules', '--url', first.url, '--output-dir', output],
        ...period,
        ...rules,
      ])
    } finally {
      await first.stop()
    }
    await cp(output, path.join(folder, 'data'), { recursive: true })
    return PrometheusServer.start(folder, {})
  }

  async query(expr: string, time?: number): Promise<Result[]> {
    return this.#ask('query', { query: expr, ...(time !== undefined && { time: String(time) }) })
  }

  async range(expr: string, { from, to, step }: { from: number; to: number; step: number }): Promise<Result[]> {
    return this.#ask('query_range', { query: expr, start: String(from), end: String(to), step: String(step) })
  }

  async labelValues(label: string, selector: string): Promise<string[]> {
    return this.#get(`label/${label}/values`, { 'match[]': selector }) as Promise<string[]>
  }

  async alerts(): Promise<Array<{ state: string; labels: Record<string, string>; annotations: Record<string, string> }>> {
    const { alerts } = (await this.#get('alerts', {})) as {
      alerts: Array<{ state: string; labels: Record<string, string>; annotations: Record<string, string> }>
    }
    return alerts
  }

  async stop(): Promise<void> {
    await this.#end()
  }

  async #ask(kind: string, parameters: Record<string, string>): Promise<Result[]> {
    const { result, resultType } = (await this.#get(kind, parameters)) as { result: Result[] | [number, string]; resultType: string }
    return resultType === 'scalar' ? [{ metric: {}, value: result as [number, string] }] : (result as Result[])
  }

  async #get(kind: string, parameters: Record<string, string>): Promise<unknown> {
    const answer = await fetch(`${this.url}/api/v1/${kind}?${new URLSearchParams(parameters).toString()}`)
    const body = (await answer.json()) as { status: string; error?: string; data: unknown }
    if (body.status !== 'success') throw new Error(`${body.error ?? 'no reason'}: ${JSON.stringify(parameters)}`)
    return body.data
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
