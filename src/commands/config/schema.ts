import { Args, Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'

type ConfigSchemaResult = Record<string, unknown>

export default class ConfigSchema extends PlatformCommand<typeof ConfigSchema> {
  static override summary = 'Print the JSON Schema of a configuration file.'
  static override description = `Editors with a YAML language server read the schemas from .schemas/ in the repository, where init puts them.
--write brings them up to date after an update of platform.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> environment',
    '<%= config.bin %> <%= command.id %> platform > platform.schema.json',
    '<%= config.bin %> <%= command.id %> --write',
  ]
  static override args = {
    file: Args.string({ description: 'Which file the schema is for.', options: ['platform', 'environment'], default: 'platform' }),
  }
  static override flags = { write: Flags.boolean({ summary: 'Write all schemas to .schemas/ in the repository.' }) }

  async run(): Promise<ConfigSchemaResult> {
    const { publishedSchemas } = await import('../../lib/config/json-schema.js')
    if (this.flags.write) {
      const { writeSchemas } = await import('../../lib/config/write-schemas.js')
      const { findRepository } = await import('../../lib/config/repository-files.js')
      const directory = await findRepository(this.directory)
      const files = await writeSchemas(directory)
      this.print(files.map(({ file, status }) => `${file}: ${status}`).join('\n'))
      return { directory, files }
    }
    const schema = publishedSchemas()[this.args.file === 'environment' ? 'environment' : 'platform']
    this.print(JSON.stringify(schema, null, 2))
    return schema
  }
}
