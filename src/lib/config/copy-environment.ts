import { parseDocument } from 'yaml'
import { UserError } from '../core/errors.js'
import type { FieldChange } from './change-environment.js'
import { addEnvironmentFile } from './create-environment.js'
import type { LoadContext } from './load.js'
import type { Project } from './project.js'
import { environmentFilePath, readRepositoryFiles } from './repository-files.js'

/**
 * Writes the file of a new environment as a copy of another one, with some fields changed; comments stay. Validated first.
 * @returns the project with the new environment
 */
export async function copyEnvironmentFile(
  project: Project,
  { from, to, changes }: { from: string; to: string; changes: readonly FieldChange[] },
  context: LoadContext & { dryRun?: boolean },
): Promise<Project> {
  return addEnvironmentFile(project, to, context, {
    text: async () => {
      const file = environmentFilePath(from)
      const text = (await readRepositoryFiles(project.directory)).texts.get(file)
      if (text === undefined) throw new UserError('EnvironmentNotFound', `There is no file ${file}.`, { details: { file } })
      const document = parseDocument(text)
      for (const [field, value] of changes) document.setIn(field, value)
      return document.toString({ lineWidth: 0 })
    },
    explain: (resolve) => resolve(),
  })
}
