import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** Folder of the static files that a generated repository is made of. Same place seen from src/ and from dist/. */
export const repositoryTemplates = fileURLToPath(new URL('../../../templates/repository/', import.meta.url))

/** Text of one of the YAML files in it whose values are filled in. */
export async function readSkeleton(name: 'platform.yaml' | 'environment.hard.yaml' | 'environment.soft.yaml'): Promise<string> {
  return readFile(new URL(`../../../templates/repository/${name}`, import.meta.url), 'utf8')
}
