import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'

/** The values as JSON; with `--origins` also where each field comes from. */
interface ConfigShowResult {
  values: object
  origins?: Record<string, string>
}

export default class ConfigShow extends PlatformCommand<typeof ConfigShow> {
  static override summary = 'Show every value in effect.'
  static override description = `Without a name, the values of platform.yaml; with one, those of an environment after presets and defaults.
--origins tells which place decided each value. What wins, highest first: PLATFORM_* variable, environment file, platform.yaml, user configuration, preset, default.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> dev --origins',
    '<%= config.bin %> <%= command.id %> dev --json',
  ]
  static override args = { environment: Args.string({ description: 'Name of an environment.' }) }
  static override flags = { origins: Flags.boolean({ summary: 'Tell where each value comes from.' }) }

  async run(): Promise<ConfigShowResult> {
    const { loadConfiguration } = await import('../../lib/config/load.js')
    const { describeConfiguration } = await import('../../lib/config/describe.js')
    const { renderValues } = await import('../../lib/config/render.js')
    const configuration = await loadConfiguration(this.directory, { env: this.ports.env })
    const { values, origins } = describeConfiguration(configuration, this.args.environment)
    this.print(renderValues(values, this.flags.origins ? origins : undefined))
    return { values, ...(this.flags.origins && { origins: Object.fromEntries(origins) }) }
  }
}
