import { readTextIfExists, resolveInside, toJsonText, writeFileAtomic } from '../core/files.js'
import { publishedSchemas, SCHEMA_FOLDER, schemaNames } from './json-schema.js'

/** Path of a schema in a repository. */
export function schemaPath(name: (typeof schemaNames)[number]): string {
  return `${SCHEMA_FOLDER}/${name}.schema.json`
}

/** Brings `.schemas/` of a repository up to date. @returns what happened to each file */
export async function writeSchemas(directory: string): Promise<Array<{ file: string; status: 'written' | 'unchanged' }>> {
  const schemas = publishedSchemas()
  const results: Array<{ file: string; status: 'written' | 'unchanged' }> = []
  for (const name of schemaNames) {
    const file = schemaPath(name)
    const target = await resolveInside(directory, file)
    const text = toJsonText(schemas[name])
    const isCurrent = (await readTextIfExists(target)) === text
    if (!isCurrent) await writeFileAtomic(target, text)
    results.push({ file, status: isCurrent ? 'unchanged' : 'written' })
  }
  return results
}
