import { Flags } from '@oclif/core'
import type { BackendResult } from '../../lib/backend/create.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'

export default class BackendCreate extends PlatformCommand<typeof BackendCreate> {
  static override summary = 'Create the bucket that keeps Terraform state, or repair it.'
  static override description = `The bucket is versioned, encrypted, closed to the public and open to TLS only. There is one for each account and region.
Running it again checks every setting and repairs what is missing. \`env create\` does the same by itself.`
  static override examples = [
    { description: 'In the only account of platform.yaml', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'See what would be done', command: '<%= config.bin %> <%= command.id %> --dry-run' },
    {
      description: 'In a certain account and region',
      command: '<%= config.bin %> <%= command.id %> --account production --region eu-central-1',
    },
  ]
  static override flags = {
    ...changeFlags,
    account: Flags.string({ summary: 'Account from platform.yaml. May be left out when there is only one.', helpValue: '<name>' }),
    region: Flags.string({ summary: 'Region of the bucket. Default: the region in platform.yaml.', helpValue: '<region>' }),
  }

  async run(): Promise<BackendResult> {
    const { createBackend } = await import('../../lib/backend/create.js')
    const { account, region, 'dry-run': dryRun } = this.flags
    const result = await createBackend(this.ports, await this.project(), await this.target(), {
      ...(account !== undefined && { account }),
      ...(region !== undefined && { region }),
      dryRun,
    })
    await this.printFields([
      ['bucket', result.bucket],
      ['account', result.account],
      ['region', result.region],
      ['status', result.status],
      ...(result.repaired.length > 0 ? [['repaired', result.repaired.join(', ')] as const] : []),
    ])
    return result
  }
}
