import { Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'
import type { UpResult } from '../../lib/sandbox/up.js'

export default class SandboxUp extends PlatformCommand<typeof SandboxUp> {
  static override summary = 'Start the local AWS of this repository.'
  static override description = `It keeps running when the terminal closes, keeps what is in it on disk, and listens on this machine only.
Other commands start it by themselves when they need it. The first start installs the emulator. What an earlier version of platform
started is restarted, with what is in it.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    { description: 'With a real Kubernetes API for each EKS cluster', command: '<%= config.bin %> <%= command.id %> --kubernetes' },
    { description: 'See whether it would be started', command: '<%= config.bin %> <%= command.id %> --dry-run' },
    { description: 'Its address, for a script', command: '<%= config.bin %> <%= command.id %> --json | jq -r .endpoint' },
  ]
  static override flags = {
    ...changeFlags,
    kubernetes: Flags.boolean({
      summary:
        'Run a real Kubernetes control plane for each EKS cluster, from now on. Its programs are installed first, which takes minutes.',
    }),
  }

  async run(): Promise<UpResult> {
    const { sandboxOf } = await import('../../lib/sandbox/used.js')
    const { bringUp } = await import('../../lib/sandbox/up.js')
    const { findEmulator, kubernetesWish } = await import('../../lib/cli/target.js')

    const { directory, region, kubernetes: configured } = sandboxOf(await this.project())
    const resolveEmulator = async (): Promise<{ path: string; version: string }> => findEmulator(this.ports, directory)
    const kubernetes = kubernetesWish(this.ports, directory, this.flags.kubernetes || configured)
    const result = await bringUp(this.ports, { directory, region, resolveEmulator, kubernetes, dryRun: this.flags['dry-run'] })
    await this.printFields([
      ['status', result.status],
      ['endpoint', result.endpoint],
      ['account', result.accountId],
      ['region', result.region],
      ['kubernetes', result.kubernetes ? 'yes' : 'no'],
    ])
    if (result.status !== 'planned') {
      this.note('Use it with any AWS tool:  eval "$(platform sandbox env)"')
      this.note('Stop it:                   platform sandbox down')
    }
    return result
  }
}
