import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import { isSystemError, UserError } from '../../core/errors.js'
import { readTextIfExists, resolveInside } from '../../core/files.js'
import type { KubernetesClient, KubernetesObject } from '../../core/kubernetes.js'
import { isAsWanted } from './same-object.js'

/** The objects in a YAML file of the repository. None when there is no file. @throws `InvalidConfiguration` */
export async function objectsIn(directory: string, file: string): Promise<KubernetesObject[]> {
  const text = await readTextIfExists(await resolveInside(directory, file))
  if (text === undefined) return []
  return parseAllDocuments(text).flatMap((document): KubernetesObject[] => {
    const [problem] = document.errors
    if (problem) throw notObjects(file, problem.message)
    const value: unknown = document.toJS()
    if (value === null || value === undefined) return []
    if (!isObject(value)) throw notObjects(file, 'A document is no Kubernetes object.')
    return [value]
  })
}

/** The objects in all YAML files of a folder, in the order of their names. */
export async function objectsBelow(directory: string, folder: string): Promise<KubernetesObject[]> {
  const names = await readdir(path.join(directory, folder)).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  })
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort()
  return (await Promise.all(files.map((name) => objectsIn(directory, `${folder}/${name}`)))).flat()
}

/** Those that are not in the cluster as they are wanted. */
export async function differing(client: KubernetesClient, objects: readonly KubernetesObject[]): Promise<KubernetesObject[]> {
  const found: KubernetesObject[] = []
  for (const object of objects) if (!isAsWanted(await client.get(placeOf(object)), object)) found.push(object)
  return found
}

function placeOf({ apiVersion, kind, metadata }: KubernetesObject) {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  const resource = group === '' ? kind : `${kind}.${version}.${group}`
  return { resource, name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) }
}

function isObject(value: unknown): value is KubernetesObject {
  if (typeof value !== 'object' || value === null) return false
  const { apiVersion, kind, metadata } = value as Partial<KubernetesObject>
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string'
}

function notObjects(file: string, reason: string): UserError {
  return new UserError('InvalidConfiguration', `${file} does not hold Kubernetes objects.`, {
    reason,
    next: [`Mend ${file}, or bring it back from Git.`],
    details: { file },
  })
}
