import type * as z from 'zod/mini'
import { readTextIfExists } from '../core/files.js'

/** What a process wrote about itself, or undefined when there is none or it cannot be understood: then it is made anew. */
export async function readJsonRecord<S extends z.ZodMiniType>(file: string, schema: S): Promise<z.output<S> | undefined> {
  const checked = schema.safeParse(await readJson(file))
  return checked.success ? checked.data : undefined
}

/** What a JSON file holds, or undefined when there is none or it is none. */
export async function readJson(file: string): Promise<unknown> {
  const text = await readTextIfExists(file)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
