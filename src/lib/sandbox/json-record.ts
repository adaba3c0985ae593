import type * as z from 'zod/mini'
import { readTextIfExists } from '../core/files.js'

/** What a process wrote about itself, or undefined when there is none or it cannot be understood: then it is made anew. */
export async function readJsonRecord<S extends z.ZodMiniType>(file: string, schema: S): Promise<z.output<S> | undefined> {
  const text = await readTextIfExists(file)
  if (text === undefined) return undefined
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
