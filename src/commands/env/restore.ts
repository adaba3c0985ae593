import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { createdFields, plannedFields, restoredColumns } from '../../lib/cli/environment-view.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { momentFlag, snapshotChoices } from '../../lib/cli/restore-flags.js'
import { rootContext } from '../../lib/cli/root-context.js'
import type { RestoredDatabase } from '../../lib/environments/restore.js'
import type { ApplyResult } from '../../lib/roots/apply-root.js'
import type { PlanResult } from '../../lib/roots/plan-root.js'

export default class EnvRestore extends PlatformCommand<typeof EnvRestore> {
  static override summary = 'Make a new environment with the data of another one, from its backups.'
  static override description = `Writes environments/NAME.yaml as a copy of that of --from, with another network and with each PostgreSQL database made from its newest
snapshot, and creates it. Nothing of the other environment is touched; it may be destroyed already. Caches and tables start empty.
What was in the cluster comes back from Git (cluster bootstrap) and from Velero: docs/how-to/restore.md.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> dev2 --from dev --dry-run',
    '<%= config.bin %> <%= command.id %> dev2 --from dev --time 2026-11-20T08:00:00Z',
    '<%= config.bin %> <%= command.id %> dev2 --from dev --snapshot orders=acme-dev-orders-final-0a1b2c3d --yes --json',
  ]
  static override args = { name: Args.string({ description: 'Name of the new environment.', required: true }) }
  static override flags = {
    ...changeFlags,
    from: Flags.string({ summary: 'Environment whose backups are used.', helpValue: '<environment>', required: true }),
    snapshot: Flags.string({ summary: 'Snapshot of a database, instead of the newest.', helpValue: '<database>=<id>', multiple: true }),
    time: momentFlag({ summary: 'Take the newest snapshots at or before this moment.' }),
    cidr: Flags.string({ summary: 'IPv4 range of the network, /16 to /20. Default: the next free /16.', helpValue: '<range>' }),
  }

  async run(): Promise<(ApplyResult | PlanResult) & { databases: RestoredDatabase[] }> {
    const { prepareRestore } = await import('../../lib/environments/restore.js')
    const { refuseUnconfirmable } = await import('../../lib/roots/confirmation.js')
    const { from, yes, wait, time, cidr, 'dry-run': dryRun } = this.flags
    const { name } = this.args
    if (!dryRun) refuseUnconfirmable(this.ports, { yes, look: `platform env restore ${name} --from ${from} --dry-run` })
    const context = rootContext(this.ports, await this.project(), await this.target())
    const snapshots = snapshotChoices(this.flags.snapshot ?? [])
    const { project, written, databases } = await prepareRestore(context, { name, from, snapshots, time, cidr, dryRun })
    if (written) this.note(`Wrote environments/${name}.yaml`)
    await this.printTable(databases, restoredColumns)
    const restoring = { ...context, project }
    if (dryRun) {
      const { previewEnvironment } = await import('../../lib/environments/plan.js')
      const preview = await previewEnvironment(restoring, { name })
      await this.printPlan(preview)
      await this.printFields(plannedFields(preview))
      return { ...preview, databases }
    }
    const { createEnvironment } = await import('../../lib/environments/create.js')
    const result = await createEnvironment(restoring, { name, command: 'env create', yes, wait, allowReplace: [] })
    await this.printFields(createdFields(result))
    return { ...result, databases }
  }
}
