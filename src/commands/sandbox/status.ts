import { PlatformCommand } from '../../lib/cli/base-command.js'
import type { SandboxStatus } from '../../lib/sandbox/status.js'

export default class SandboxStatusCommand extends PlatformCommand<typeof SandboxStatusCommand> {
  static override summary = 'Show whether the local AWS runs, and how true each service is.'
  static override description = `full: behaves like AWS as far as it was tested. partial: differs as the note tells. shape-only: the API answers, but
nothing happens behind it. none: not there. Services that are not listed were not tested.`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run(): Promise<SandboxStatus> {
    const { sandboxOf } = await import('../../lib/sandbox/used.js')
    const { sandboxStatus } = await import('../../lib/sandbox/status.js')

    const { directory } = sandboxOf(await this.project())
    const status = await sandboxStatus(this.ports, directory)
    await this.printFields([
      ['running', status.running ? 'yes' : 'no'],
      ['endpoint', status.endpoint],
      ['account', status.accountId],
      ['region', status.region],
      ['since', status.since],
      ['kubernetes', status.running ? (status.kubernetes ? 'yes' : 'no') : null],
      ['emulator', status.emulator ? `${status.emulator.name} ${status.emulator.version}` : null],
    ])
    if (status.outdated) this.note('Another build of platform started it. Start it again, with what is in it: platform sandbox up')
    if (status.failure !== null) this.note(`It stopped by itself: ${status.failure}. See: platform sandbox logs`)
    await this.#printClusters(status)
    this.print('')
    await this.printTable(status.services, [
      { header: 'Service', value: ({ name }) => name },
      { header: 'Fidelity', value: ({ fidelity }) => fidelity },
      { header: 'By', value: ({ emulatedBy }) => emulatedBy.replace(' by platform', '') },
      { header: 'Note', value: ({ note }) => note, wraps: true },
    ])
    return status
  }

  async #printClusters({ clusters, kubernetes, running }: SandboxStatus): Promise<void> {
    if (clusters.length > 0) {
      this.print('')
      await this.printTable(clusters, [
        { header: 'Cluster', value: ({ name }) => name },
        { header: 'Endpoint', value: ({ endpoint }) => endpoint },
        { header: 'Ready', value: ({ ready }) => (ready ? 'yes' : 'no') },
        { header: 'Argo CD', value: ({ argoCd }) => argoCdText(argoCd) },
      ])
      if (clusters.some(({ argoCd }) => argoCd))
        this.note('Argo CD runs as real programs of this machine, beside pods of its own that run nothing.')
      for (const { argoCd, name } of clusters)
        if (typeof argoCd?.problem === 'string') this.note(`Argo CD of ${name}: ${argoCd.problem}. See: platform sandbox logs --source clusters`)
      this.note('The Kubernetes API is real, its nodes are not: pods turn Ready and run nothing. Healthy proves the manifests only.')
    }
    if (running && !kubernetes)
      this.note('EKS clusters are shapes only here. For a real Kubernetes API behind each:  platform sandbox up --kubernetes')
  }
}

function argoCdText(row: SandboxStatus['clusters'][number]['argoCd']): string {
  if (!row) return '-'
  const state = row.ready ? 'ready' : row.problem === null ? 'starts' : 'does not run'
  return [row.version, row.url, state].filter((part) => part !== null).join(' ')
}
