import path from 'node:path'
import { Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { mirrorContext } from '../../lib/cli/mirror-context.js'
import { mirrorWish, mirrorWishFlags, platformFlag } from '../../lib/cli/mirror-flags.js'
import { printMirrorPlan, pullFields } from '../../lib/cli/mirror-view.js'
import { assertNoRepository } from '../../lib/mirror/clean-folder.js'
import type { MirrorPlan } from '../../lib/mirror/plan.js'
import type { PullResult } from '../../lib/mirror/pull.js'

export default class MirrorPull extends PlatformCommand<typeof MirrorPull> {
  static override summary = 'Download charts and images into a folder.'
  static override description = `On a machine with internet. Charts lie in the folder as archives, images as an OCI image layout, and mirror.json names the digest of each.
Running it again fetches only what is missing, and compares the digest of everything that is there.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --to /media/disk/mirror',
    { description: 'Only for one kind of machine', command: '<%= config.bin %> <%= command.id %> --to mirror --platform linux/arm64' },
    {
      description: 'Through a registry and a chart repository of your own',
      command:
        '<%= config.bin %> <%= command.id %> --to mirror --charts-from https://charts.example.org --images-from registry.example.org/proxy',
    },
  ]
  static override flags = {
    to: Flags.string({ summary: 'Folder to download into. Made when it is not there.', helpValue: '<folder>', required: true }),
    platform: platformFlag({
      summary: 'Only images for these kinds of machines. Default: all. An image that a chart names by digest is taken whole.',
    }),
    ...mirrorWishFlags,
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
    timeout: changeFlags.timeout,
  }

  async run(): Promise<PullResult | MirrorPlan> {
    const context = mirrorContext(this.ports, await this.project())
    const folder = path.resolve(this.directory, this.flags.to)
    await assertNoRepository(folder)
    const wish = await mirrorWish(this.flags, this.directory)
    if (this.flags['dry-run']) {
      const { planMirror } = await import('../../lib/mirror/plan.js')
      const plan = await planMirror(context, wish, { digests: false })
      await printMirrorPlan(plan, { table: async (rows, columns) => this.printTable(rows, columns), note: (text) => this.note(text) })
      return plan
    }
    const { pullMirror } = await import('../../lib/mirror/pull.js')
    const result = await pullMirror(context, {
      ...wish,
      folder,
      platforms: this.flags.platform,
    })
    await this.printFields(pullFields(result))
    this.note('Next: platform mirror push --from FOLDER --to oci://REGISTRY/PATH')
    return result
  }
}
