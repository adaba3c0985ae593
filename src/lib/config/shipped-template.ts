import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { packageRoot } from '../core/package-root.js'

/** Folder of the static files that a generated repository is made of. */
export const repositoryTemplates = path.join(packageRoot, 'templates', 'repository')

/** Text of one of the YAML files in it whose values are filled in. */
export async function readSkeleton(name: 'platform.yaml' | 'environment.hard.yaml' | 'environment.soft.yaml'): Promise<string> {
  return readFile(path.join(repositoryTemplates, name), 'utf8')
}
