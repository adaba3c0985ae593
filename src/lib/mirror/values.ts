import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import type { Addon, Fact } from '../config/addons/catalogue-schema.js'
import { addonTemplates } from '../config/addons/catalogue.js'
import type { Environment } from '../config/project.js'
import { messageOf, UserError } from '../core/errors.js'
import { readTextIfExists } from '../core/files.js'
import { mergeValues } from '../helm/chart.js'

type Values = Record<string, unknown>

/** Stands for what is only known when a cluster is there. No image depends on it. */
const UNKNOWN_FACT = 'mirror'

/** The values of an add-on in an environment, as its ApplicationSet hands them to Helm. What is not yet in the repository comes as it is shipped. */
export async function valuesOf(
  directory: string,
  name: string,
  { environment, addon }: { environment: Environment; addon: Addon },
): Promise<Values> {
  const inRepository = (layer: string): string => path.join(directory, 'gitops', 'addons', layer, `${name}.yaml`)
  const shipped = (...parts: string[]): string => path.join(addonTemplates, 'values', ...parts, `${name}.yaml`)
  const layers = [
    [inRepository('default'), shipped()],
    [inRepository(`roles/${environment.role}`), shipped(environment.role)],
    [inRepository(`environments/${environment.name}`)],
    [inRepository(`clusters/${environment.name}`)],
  ]
  const values: Values[] = []
  for (const files of layers) values.push((await firstOf(files)) ?? {})
  return mergeValues([...values, factsOf(addon)])
}

/** The plain objects beside the chart of an add-on. */
export async function resourcesOf(directory: string, name: string, { role }: Pick<Environment, 'role'>): Promise<unknown[]> {
  const objects: unknown[] = []
  for (const below of [[name], [role, name]]) {
    const folders = [path.join(directory, 'gitops', 'addons', 'resources', ...below), path.join(addonTemplates, 'resources', ...below)]
    for (const folder of folders) {
      const files = (await readdir(folder).catch(() => [])).filter((file) => /\.ya?ml$/.test(file)).sort()
      for (const file of files) objects.push(...documentsOf((await readTextIfExists(path.join(folder, file))) ?? ''))
      if (files.length > 0) break
    }
  }
  return objects
}

/** The documents of a YAML text, as plain data. */
export function documentsOf(text: string): unknown[] {
  return parseAllDocuments(text).flatMap((document) => {
    const object: unknown = document.toJS({ maxAliasCount: 1000 })
    return object === null || object === undefined ? [] : [object]
  })
}

async function firstOf(files: readonly string[]): Promise<Values | undefined> {
  for (const file of files) {
    const text = await readTextIfExists(file)
    if (text !== undefined) return parseValues(file, text)
  }
  return undefined
}

function parseValues(file: string, text: string): Values {
  let reason = 'It is not a list of fields.'
  try {
    const found: unknown = parse(text) ?? {}
    if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as Values
  } catch (error) {
    reason = messageOf(error)
  }
  throw new UserError('InvalidConfiguration', `${file} does not hold Helm values.`, { reason, next: [`Mend ${file}.`], details: { file } })
}

function factsOf({ facts }: Addon): Values {
  const layers = Object.entries(facts).map(([place, fact]) =>
    place.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), unknown(fact)),
  )
  return mergeValues(layers as Values[])
}

function unknown({ as, item, with: others = {} }: Fact): unknown {
  if (as === 'given') return true
  if (as !== 'list') return UNKNOWN_FACT
  return [item === undefined ? UNKNOWN_FACT : { ...others, [item]: UNKNOWN_FACT }]
}
