import path from 'node:path'
import { Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { mirrorContext } from '../../lib/cli/mirror-context.js'
import { platformFlag } from '../../lib/cli/mirror-flags.js'
import { pushFields } from '../../lib/cli/mirror-view.js'
import type { previewPush, PushResult } from '../../lib/mirror/push.js'

export default class MirrorPush extends PlatformCommand<typeof MirrorPush> {
  static override summary = 'Send charts and images of a folder to a registry.'
  static override description = `Everything is compared with its digest first. What the registry has already is not sent again, and what it has under the same name with another digest is never replaced.
Charts go to REGISTRY/PATH/charts/NAME, images to REGISTRY/PATH/NAME. For ECR the login comes from AWS; other registries are entered with your Docker configuration.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --from /media/disk/mirror --to oci://registry.example.org/mirror',
    {
      description: 'To ECR, which makes no repositories by itself',
      command:
        '<%= config.bin %> <%= command.id %> --from mirror --to oci://123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror --create-repositories',
    },
    {
      description: 'See what would be sent',
      command: '<%= config.bin %> <%= command.id %> --from mirror --to oci://registry.example.org/mirror --dry-run',
    },
  ]
  static override flags = {
    from: Flags.string({ summary: 'Folder of "mirror pull".', helpValue: '<folder>', required: true }),
    to: Flags.string({ summary: 'Registry, and a path in it.', helpValue: '<oci://…>', required: true }),
    'create-repositories': Flags.boolean({
      summary: 'Make the repositories that ECR does not have: tags never change, images are scanned.',
    }),
    platform: platformFlag({ summary: 'Only images for these kinds of machines. Default: what the folder has.' }),
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
    timeout: changeFlags.timeout,
  }

  async run(): Promise<PushResult | Awaited<ReturnType<typeof previewPush>>> {
    const { previewPush: preview, pushMirror } = await import('../../lib/mirror/push.js')
    const wish = {
      folder: path.resolve(this.directory, this.flags.from),
      to: this.flags.to,
      createRepositories: this.flags['create-repositories'],
      platforms: this.flags.platform,
    }
    const found = await preview(wish)
    if (this.flags['dry-run']) {
      const rows = [...found.charts.map((name) => ['chart', name] as const), ...found.images.map((name) => ['image', name] as const)]
      await this.printTable(rows, [
        { header: 'Kind', value: ([kind]) => kind },
        { header: 'Target', value: ([, name]) => name },
      ])
      return found
    }
    await this.confirmChange(`Send ${found.charts.length} charts and ${found.images.length} images to ${this.flags.to}?`)
    const result = await pushMirror({ ...mirrorContext(this.ports, await this.project()), target: await this.target() }, wish)
    await this.printFields(pushFields(result))
    this.note('Write mirrors into platform.yaml, then: platform mirror plan --check')
    return result
  }
}
