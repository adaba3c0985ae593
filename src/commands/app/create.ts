import { Flags } from '@oclif/core'
import type { CreateOptions, Created } from '../../lib/apps/create.js'
import { withApps } from '../../lib/cli/app-context.js'
import { appArgs, reasonFlag } from '../../lib/cli/app-flags.js'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { changeFlags } from '../../lib/cli/flags.js'
import { UserError } from '../../lib/core/errors.js'

export default class AppCreate extends PlatformCommand<typeof AppCreate> {
  static override summary = 'Write a new application, or overlays of one for more environments, and push it.'
  static override description = `The application is a folder in gitops/apps: base/VERSION is a Helm chart, and environments/NAME says which version of it runs there and with
which values. Without --chart or --manifests the base is a small chart of a Deployment and a Service. Environments with the preset
production wait for app sync; the others sync by themselves.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> web --image registry.example.com/web:1.0.0',
    '<%= config.bin %> <%= command.id %> web --environment dev --environment prod --no-push',
    '<%= config.bin %> <%= command.id %> cache --chart valkey --repository https://charts.example.com --chart-version 1.2.3 --yes',
    '<%= config.bin %> <%= command.id %> legacy --manifests ./k8s --dry-run',
  ]
  static override args = appArgs
  static override flags = {
    environment: Flags.string({
      char: 'e',
      summary: 'Environment (can be repeated). Default: every workload environment.',
      multiple: true,
    }),
    image: Flags.string({ summary: 'Image with tag or digest.', helpValue: '<image>' }),
    'base-version': Flags.string({ summary: 'Version of the base.', default: '1.0.0', helpValue: '<version>' }),
    chart: Flags.string({
      summary: 'Base on this chart of a repository.',
      dependsOn: ['repository', 'chart-version'],
      exclusive: ['manifests'],
    }),
    repository: Flags.string({ summary: 'Address of the chart repository.', dependsOn: ['chart'], helpValue: '<url>' }),
    'chart-version': Flags.string({ summary: 'Exact version of the chart.', dependsOn: ['chart'], helpValue: '<version>' }),
    manifests: Flags.string({ summary: 'Base on the plain manifests in this folder.', helpValue: '<folder>' }),
    namespace: Flags.string({ summary: 'Namespace. Default: the name of the application.' }),
    'auto-sync': Flags.boolean({ summary: 'Let Argo CD bring changes by itself, or wait for app sync.', allowNo: true }),
    push: Flags.boolean({ summary: 'Commit and push the files.', allowNo: true, default: true }),
    reason: reasonFlag,
    'dry-run': changeFlags['dry-run'],
    yes: changeFlags.yes,
    timeout: changeFlags.timeout,
  }

  async run(): Promise<Created> {
    const { createApp } = await import('../../lib/apps/create.js')
    const { flags } = this
    const created = await withApps(await this.clusterContext(), {}, async (context) =>
      createApp(context, {
        app: this.args.app,
        environments: flags.environment ?? [],
        base: flags['base-version'],
        source: this.source(),
        image: flags.image,
        autoSync: flags['auto-sync'],
        namespace: flags.namespace,
        dryRun: flags['dry-run'],
        reason: flags.reason,
        push: flags.push,
        confirm: async () => this.confirmChange(`Create ${this.args.app} and push it?`),
      }),
    )
    const environments = created.environments.map(
      ({ name, autoSync }) => `${name} (${autoSync ? 'syncs by itself' : 'waits for app sync'})`,
    )
    await this.printFields([
      ['Application', created.app],
      ['Status', created.status],
      ['Environments', environments.join('\n')],
      ['Files', created.files.join('\n')],
      ['Commit', created.commit],
    ])
    return created
  }

  private source(): CreateOptions['source'] {
    const { chart, repository, manifests, 'chart-version': version } = this.flags
    if (manifests !== undefined) return { kind: 'folder', folder: manifests }
    if (chart === undefined || repository === undefined || version === undefined) return { kind: 'starter' }
    if (/^v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/.test(version)) return { kind: 'chart', name: chart, repository, version }
    throw new UserError('BadFlag', `--chart-version ${version} is not an exact version.`, {
      next: ['Write all three numbers, such as 1.2.3'],
    })
  }
}
