import { PlatformCommand } from '../../lib/cli/base-command.js'

interface ConfigValidateResult {
  valid: true
  directory: string
  platform: string
  environments: string[]
}

export default class ConfigValidate extends PlatformCommand<typeof ConfigValidate> {
  static override summary = 'Check platform.yaml and all environment files.'
  static override description =
    'Lists every problem at once, each with file, line and column, the field, what is allowed, and what was probably meant. Exit code 64 when there is one, and 3 when the databases break a policy of platform.yaml.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> -C ../acme --json']

  async run(): Promise<ConfigValidateResult> {
    const { refusePolicyBreaches } = await import('../../lib/config/policies.js')
    const project = await this.project()
    refusePolicyBreaches(project)
    const { directory, platform, environments } = project
    const names = [...environments.keys()]
    const list = names.length === 0 ? 'no environments yet' : names.join(', ')
    this.print(`The configuration of ${platform.name} is valid: ${list}.`)
    return { valid: true, directory, platform: platform.name, environments: names }
  }
}
