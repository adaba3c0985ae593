import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { applyFlags } from '../../lib/cli/environment-flags.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { rootContext } from '../../lib/cli/root-context.js'
import { upgradeFields, upgradeStepColumns } from '../../lib/cli/upgrade-view.js'
import type { UpgradeResult } from '../../lib/clusters/upgrade/upgrade.js'
import { type KubernetesVersion, supportedKubernetesVersions } from '../../lib/config/kubernetes-versions.js'

export default class ClusterUpgrade extends PlatformCommand<typeof ClusterUpgrade> {
  static override summary = 'Bring the cluster of an environment to a later Kubernetes version.'
  static override description = `One minor version at a time: first it looks for what would break (the upgrade insights of EKS, APIs that are gone in the new version, in Git
and in what the API server was asked for, add-ons without a version). Then it writes the version into the environment's file, plans, asks,
and applies: the control plane, the add-ons, the nodes group by group with new nodes first. What was cut short goes on with the same command.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> dev --dry-run',
    '<%= config.bin %> <%= command.id %> dev',
    '<%= config.bin %> <%= command.id %> dev --to 1.36 --yes --json',
  ]
  static override args = { name: Args.string({ description: 'Name of the environment.', required: true }) }
  static override flags = {
    to: Flags.string({
      summary: 'Version to reach. Default: the next one, or what the file says where the cluster is behind it.',
      options: supportedKubernetesVersions,
    }),
    'accept-findings': Flags.boolean({ summary: 'Go on although the checks found something that breaks.', helpGroup: 'CHANGE' }),
    'allow-replace': applyFlags['allow-replace'],
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
    timeout: changeFlags.timeout,
  }

  async run(): Promise<UpgradeResult> {
    const { upgradeCluster } = await import('../../lib/clusters/upgrade/upgrade.js')
    const result = await upgradeCluster(rootContext(this.ports, await this.project(), await this.target()), {
      name: this.args.name,
      to: this.flags.to as KubernetesVersion | undefined,
      yes: this.flags.yes,
      dryRun: this.flags['dry-run'],
      acceptFindings: this.flags['accept-findings'],
      allowReplace: this.flags['allow-replace'] ?? [],
    })
    await this.printFields(upgradeFields(result))
    if (result.steps.length > 0) {
      this.print('')
      await this.printTable(result.steps, upgradeStepColumns)
    }
    return result
  }
}
