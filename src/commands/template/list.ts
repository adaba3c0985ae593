import { PlatformCommand } from '../../lib/cli/base-command.js'
import type { TemplateList as Result } from '../../lib/templates/list.js'

export default class TemplateList extends PlatformCommand<typeof TemplateList> {
  static override summary = 'List the templates in use, their versions, and how much of them was changed.'
  static override description = `A root keeps the versions it was made with until "template update" moves it.
Edited counts the files that somebody changed, added or deleted.`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run(): Promise<Result> {
    const { listTemplates } = await import('../../lib/templates/list.js')
    const { templateRows } = await import('../../lib/cli/template-view.js')
    const list = await listTemplates(await this.repository())
    await this.printTable(
      templateRows(list),
      [
        { header: 'Root', value: ({ root }) => root },
        { header: 'Template', value: ({ template }) => template },
        { header: 'Version', value: ({ version }) => version },
        { header: 'Newest', value: ({ newest }) => newest },
        { header: 'Edited', value: ({ edited }) => edited },
      ],
      'Nothing was made from templates yet. Next: platform env create dev',
    )
    const behind = list.roots.filter(({ updateAvailable }) => updateAvailable).map(({ name }) => name)
    if (behind.length > 0) this.note(`Newer templates: platform template update ${behind.join(' ')} --dry-run`)
    return list
  }
}
