import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import { isSystemError, UserError } from '../../core/errors.js'
import { readTextIfExists, resolveInside } from '../../core/files.js'
import type { KubernetesClient, KubernetesObject } from '../../core/kubernetes.js'
import type { OwnedFile } from '../../templates/owned-files.js'
import { isAsWanted } from './same-object.js'

/** The texts of YAML files, by their paths relative to the repository: what a run would write counts as written. */
export type Texts = ReadonlyMap<string, string>

/** The YAML files of a folder of the repository, in the order of their names. */
export async function yamlTexts(directory: string, folder: string, planned: readonly OwnedFile[]): Promise<Texts> {
  const names = await readdir(path.join(directory, folder)).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  })
  const texts = new Map<string, string>()
  for (const name of names) {
    const text = await readTextIfExists(await resolveInside(directory, `${folder}/${name}`))
    if (text !== undefined) texts.set(`${folder}/${name}`, text)
  }
  for (const { path: file, content, action } of planned) {
    if (action === 'write' && path.posix.dirname(file) === folder) texts.set(file, content)
  }
  return new Map([...texts].filter(([file]) => /\.ya?ml$/.test(file)).sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** The objects in YAML texts. @throws `InvalidConfiguration` */
export function objectsIn(texts: Texts): KubernetesObject[] {
  return [...texts].flatMap(([file, text]) =>
    parseAllDocuments(text).flatMap((document): KubernetesObject[] => {
      const [problem] = document.errors
      if (problem) throw notObjects(file, problem.message)
      const value: unknown = document.toJS()
      if (value === null || value === undefined) return []
      if (!isObject(value)) throw notObjects(file, 'A document is no Kubernetes object.')
      return [value]
    }),
  )
}

/** Those that are not in the cluster as they are wanted. */
export async function differing(client: KubernetesClient, objects: readonly KubernetesObject[]): Promise<KubernetesObject[]> {
  const live = await client.find(objects)
  return objects.filter((object, index) => !isAsWanted(live[index], object))
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
