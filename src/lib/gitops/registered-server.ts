import { readTextIfExists, resolveInside } from '../core/files.js'
import { fieldsAt, textAt } from '../core/plain-data.js'
import { clusterFile } from './places.js'

/** The address under which Argo CD knows the cluster of an environment, as Git says: applications may name it instead of the cluster. */
export async function registeredServer(directory: string, environment: string): Promise<string | undefined> {
  const text = await readTextIfExists(await resolveInside(directory, clusterFile(environment)))
  if (text === undefined) return undefined
  const { parse } = await import('../core/yaml.js')
  return textAt(fieldsAt(parse(text), 'stringData'), 'server') || undefined
}
