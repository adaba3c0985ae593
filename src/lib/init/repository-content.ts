import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseDocument } from 'yaml'
import { publishedSchemas, schemaNames } from '../config/json-schema.js'
import { PLATFORM_FILE } from '../config/repository-files.js'
import { readSkeleton, repositoryTemplates } from '../config/shipped-template.js'
import { schemaPath } from '../config/write-schemas.js'
import { toJsonText } from '../core/files.js'
import type { InitSettings } from './settings.js'

/** A file of the new repository. `path` is relative and has forward slashes. */
export interface RepositoryFile {
  path: string
  content: string
}

/** Everything a new repository holds, sorted by path. `branch` is the one that will be deployed. */
export async function repositoryContent(settings: InitSettings, branch: string): Promise<RepositoryFile[]> {
  const schemas = publishedSchemas()
  const files = [
    { path: PLATFORM_FILE, content: await platformText(settings, branch) },
    ...schemaNames.map((name) => ({ path: schemaPath(name), content: toJsonText(schemas[name]) })),
    ...(await staticFiles()),
  ]
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

async function platformText(settings: InitSettings, branch: string): Promise<string> {
  const document = parseDocument(await readSkeleton('platform.yaml'))
  for (const [field, value] of Object.entries(settings)) document.set(field, typeof value === 'object' ? document.createNode(value) : value)
  document.setIn(['git', 'branch'], branch)
  if (settings.target === 'sandbox') {
    document.setIn(['shared', 'protection'], false)
    document.setIn(['shared', 'trail', 'enabled'], false)
  }
  return document.toString({ lineWidth: 0 })
}

/** The files that are copied as they are. Package registries drop some dot files, so the dot is written `dot-`. */
async function staticFiles(): Promise<RepositoryFile[]> {
  const root = path.join(repositoryTemplates, 'files')
  const entries = await readdir(root, { withFileTypes: true, recursive: true })
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const file = path.join(entry.parentPath, entry.name)
        const parts = path.relative(root, file).split(path.sep)
        return { path: parts.map((part) => part.replace(/^dot-/, '.')).join('/'), content: await readFile(file, 'utf8') }
      }),
  )
}
