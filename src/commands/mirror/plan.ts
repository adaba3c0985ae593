import { Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { mirrorContext } from '../../lib/cli/mirror-context.js'
import { mirrorWish, mirrorWishFlags } from '../../lib/cli/mirror-flags.js'
import { printMirrorPlan } from '../../lib/cli/mirror-view.js'
import { changeFlags } from '../../lib/cli/flags.js'
import type { MirrorPlan as Plan } from '../../lib/mirror/plan.js'

export default class MirrorPlan extends PlatformCommand<typeof MirrorPlan> {
  static override summary = 'Show which charts and images a network without internet needs.'
  static override description = `Downloads the charts of the add-ons and renders them with the values of each environment; every image that comes out is listed.
With mirrors.images in platform.yaml the charts are rendered a second time with the values of the mirror, and images that would still come from elsewhere are named.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    { description: 'Of one environment, for a program', command: '<%= config.bin %> <%= command.id %> --environment dev --json' },
    {
      description: 'Fail when an image would not come from the mirror',
      command: '<%= config.bin %> <%= command.id %> --no-digests --check',
    },
  ]
  static override flags = {
    ...mirrorWishFlags,
    digests: Flags.boolean({ summary: 'Ask registries for the digests of images.', allowNo: true, default: true }),
    check: Flags.boolean({ summary: 'Exit with 3 when an image would not come from mirrors.images of platform.yaml.' }),
    timeout: changeFlags.timeout,
  }

  async run(): Promise<Plan> {
    const { assertInside, planMirror } = await import('../../lib/mirror/plan.js')
    const project = await this.project()
    const plan = await planMirror(mirrorContext(this.ports, project), await mirrorWish(this.flags, this.directory), {
      digests: this.flags.digests,
    })
    if (this.flags.check) assertInside(plan, project.platform.mirrors?.images?.registry)
    await printMirrorPlan(plan, { table: async (rows, columns) => this.printTable(rows, columns), note: (text) => this.note(text) })
    return plan
  }
}
