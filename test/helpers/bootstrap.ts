import { CreateRoleCommand } from '@aws-sdk/client-iam'
import { execa } from 'execa'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { argoCdManifests } from './argocd.js'
import { clientsOf } from './aws.js'
import { type CliResult, Repository } from './repository.js'
import { findKubectl, findTool } from './sandbox.js'

export const OPS = 'arn:aws:iam::000000000000:role/ops'

/** A chart repository on this machine with the chart of Argo CD, made of its own manifests. */
export class ChartServer {
  readonly url: string
  readonly digest: string
  readonly #server: Server

  private constructor(server: Server, digest: string) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    this.digest = digest
  }

  static async start(): Promise<ChartServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'charts-'))
    const chart = path.join(folder, 'argo-cd')
    await mkdir(path.join(chart, 'templates'), { recursive: true })
    const fields = { apiVersion: 'v2', name: 'argo-cd', version: '10.1.1', appVersion: 'v3.5.3' }
    await writeFile(path.join(chart, 'Chart.yaml'), JSON.stringify(fields))
    await writeFile(path.join(chart, 'values.yaml'), '{}\n')
    await writeFile(path.join(chart, 'templates', 'all.yaml'), (await argoCdManifests()).replaceAll('{{', '{{"{{"}}'))
    const { path: helm } = await findTool('helm')
    await execa(helm, ['package', chart, '--destination', folder])
    await execa(helm, ['repo', 'index', folder])
    const archive = await readFile(path.join(folder, 'argo-cd-10.1.1.tgz'))
    const index = await readFile(path.join(folder, 'index.yaml'))
    await rm(folder, { recursive: true, force: true })
    const server = createServer((request, response) => response.end(request.url?.endsWith('.tgz') === true ? archive : index))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new ChartServer(server, `sha256:${createHash('sha256').update(archive).digest('hex')}`)
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** A repository with clusters that can be bootstrapped: a management environment, a role that may administer, charts and Git. */
export class BootstrapBench {
  readonly repository: Repository
  readonly charts: ChartServer
  readonly #folder: string
  #url = ''

  private constructor(repository: Repository, charts: ChartServer, folder: string) {
    this.repository = repository
    this.charts = charts
    this.#folder = folder
  }

  static async create(): Promise<BootstrapBench> {
    const charts = await ChartServer.start()
    const repository = await Repository.init()
    const folder = await mkdtemp(path.join(tmpdir(), 'bootstrap-'))
    const bench = new BootstrapBench(repository, charts, folder)
    await repository.edit('platform.yaml', (text) => `${text}\nsandbox:\n  kubernetes: true\n`)
    await bench.succeed('sandbox', 'up')
    const { variables } = (await bench.succeed('sandbox', 'env', '--json')).json<{ variables: Record<string, string> }>()
    bench.#url = `${variables['AWS_ENDPOINT_URL'] ?? ''}/git/acme.git`
    const iam = await (await clientsOf(repository)).iam()
    const trust = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'sts:AssumeRole' }
    await iam.send(
      new CreateRoleCommand({ RoleName: 'ops', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }) }),
    )
    return bench
  }

  /** The repository that Argo CD reads: that of the sandbox. */
  get url(): string {
    return this.#url
  }

  /** The same on disk. */
  get bare(): string {
    return path.join(this.repository.directory, '.platform', 'sandbox', 'git', 'acme.git')
  }

  /** Makes an environment whose cluster the role may administer. */
  async environment(name: string, role: 'management' | 'workload', cidr: string): Promise<void> {
    await mkdir(path.join(this.repository.directory, 'environments'), { recursive: true })
    const file = {
      ...{ apiVersion: 'platform/v1alpha1', kind: 'Environment', role, isolation: 'hard', preset: 'small', account: 'sandbox' },
      network: { cidr },
      cluster: { kubernetesVersion: '1.35', administrators: [OPS] },
    }
    await writeFile(path.join(this.repository.directory, 'environments', `${name}.yaml`), JSON.stringify(file, null, 2))
    await this.succeed('env', 'create', name, '--yes')
  }

  /** Says where the chart of Argo CD comes from, and which digest it has. */
  async lockChart(digest = this.charts.digest): Promise<void> {
    const file = path.join(this.repository.directory, 'platform.lock.json')
    const lock = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
    lock['charts'] = { 'argo-cd': { repository: this.charts.url, version: '10.1.1', digest } }
    await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`)
  }

  bootstrap(name: string, ...flags: string[]): Promise<CliResult> {
    const limit = flags.includes('--timeout') ? [] : ['--timeout', '5m']
    return this.repository.run('cluster', 'bootstrap', name, '--yes', '--json', '--role-arn', OPS, ...limit, ...flags)
  }

  /** Starts a bootstrap, and kills it when a step starts. False when it was over before. */
  async killAt(name: string, step: string): Promise<boolean> {
    const running = this.repository.start('cluster', 'bootstrap', name, '--yes', '--json', '--role-arn', OPS, '--timeout', '5m')
    if (running.pid === undefined) throw new Error('platform was not started')
    await lineOf(running.stderr, step)
    running.stderr.resume()
    process.kill(running.pid, 'SIGKILL')
    return (await running).signal === 'SIGKILL'
  }

  async succeed(...args: string[]): Promise<CliResult> {
    const result = await this.repository.run(...args)
    if (result.exitCode !== 0) throw new Error(`platform ${args.join(' ')}: ${result.stderr}${result.stdout}`)
    return result
  }

  /** kubectl in the cluster of an environment. */
  async kubectl(name: string, args: readonly string[], input?: unknown): Promise<string> {
    const kubeconfig = path.join(this.#folder, `${name}.kubeconfig`)
    await this.succeed('cluster', 'kubeconfig', name, '--kubeconfig', kubeconfig, '--role-arn', OPS, '--use')
    const { stdout } = await execa(await findKubectl(), [`--kubeconfig=${kubeconfig}`, ...args], {
      ...(input !== undefined && { input: JSON.stringify(input) }),
    })
    return stdout
  }

  async remove(): Promise<void> {
    await this.repository.remove()
    await this.charts.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** Waits for the line that tells of a step's start. */
async function lineOf(stream: Readable, step: string): Promise<void> {
  let text = ''
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += String(chunk)
    if (text.includes(`] ${step} …`)) return
  }
  throw new Error(`${step} never started:\n${text}`)
}
