import { CreateRoleCommand } from '@aws-sdk/client-iam'
import { execa } from 'execa'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { addonCatalogue } from '../../src/lib/config/addons/catalogue.js'
import { sandboxFolders } from '../../src/lib/sandbox/folders.js'
import { clientsOf } from './aws.js'
import { writeTestCharts } from './charts.js'
import { type CliResult, Repository } from './repository.js'
import { findKubectl } from './sandbox.js'

export const OPS = 'arn:aws:iam::000000000000:role/ops'

/** A repository with clusters that can be bootstrapped: a management environment, a role that may administer, charts and Git. */
export class BootstrapBench {
  readonly repository: Repository
  readonly #folder: string
  #url = ''

  private constructor(repository: Repository, folder: string) {
    this.repository = repository
    this.#folder = folder
  }

  /** @param options.charts add-ons whose charts the repository of the sandbox has */
  static async create({ charts = ['argo-cd'] }: { charts?: readonly string[] } = {}): Promise<BootstrapBench> {
    const repository = await Repository.init()
    const folder = await mkdtemp(path.join(tmpdir(), 'bootstrap-'))
    const bench = new BootstrapBench(repository, folder)
    await repository.edit('platform.yaml', (text) => `${text}\nsandbox:\n  kubernetes: true\n`)
    await bench.succeed('sandbox', 'up')
    const { variables } = (await bench.succeed('sandbox', 'env', '--json')).json<{ variables: Record<string, string> }>()
    const endpoint = variables['AWS_ENDPOINT_URL'] ?? ''
    bench.#url = `${endpoint}/git/acme.git`
    await writeTestCharts(bench.charts, { only: charts })
    // They are not the archives of the publishers.
    const mirrors = `\nmirrors:\n  charts:\n    url: ${bench.chartsUrl}\n    digests: mirror\n`
    await repository.edit('platform.yaml', (text) => `${text}${mirrors}`)
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

  get chartsUrl(): string {
    return this.#url.replace('/git/acme.git', '/charts')
  }

  /** The folder of packed charts that the sandbox serves. */
  get charts(): string {
    return sandboxFolders(this.repository.directory).charts
  }

  /** The same on disk. */
  get bare(): string {
    return path.join(this.repository.directory, '.platform', 'sandbox', 'git', 'acme.git')
  }

  /** Makes an environment whose cluster the role may administer. @param addons the only ones that it has, beside Argo CD */
  async environment(name: string, role: 'management' | 'workload', cidr: string, addons: readonly string[] = []): Promise<void> {
    await mkdir(path.join(this.repository.directory, 'environments'), { recursive: true })
    const file = {
      ...{ apiVersion: 'platform/v1alpha1', kind: 'Environment', role, isolation: 'hard', preset: 'small', account: 'sandbox' },
      network: { cidr },
      cluster: { kubernetesVersion: '1.35', administrators: [OPS] },
      addons: Object.fromEntries(
        Object.entries(addonCatalogue())
          .filter(([addon, { clusters }]) => addon !== 'argo-cd' && clusters.includes(role))
          .map(([addon]) => [addon, { enabled: addons.includes(addon) }]),
      ),
    }
    await writeFile(path.join(this.repository.directory, 'environments', `${name}.yaml`), JSON.stringify(file, null, 2))
    await this.succeed('env', 'create', name, '--yes')
  }

  /** Says which digest the chart of Argo CD must have. */
  async lockChart(digest: string): Promise<void> {
    const file = path.join(this.repository.directory, 'platform.lock.json')
    const lock = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
    lock['charts'] = { 'argo-cd': { repository: this.chartsUrl, version: '10.1.1', digest } }
    await writeFile(
      file,
      `${JSON.stringify(lock, null, 2)}
`,
    )
  }

  /** Forgets the digests of charts: the next archives decide. */
  async unlockCharts(): Promise<void> {
    const file = path.join(this.repository.directory, 'platform.lock.json')
    const lock = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
    delete lock['charts']
    await writeFile(
      file,
      `${JSON.stringify(lock, null, 2)}
`,
    )
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
