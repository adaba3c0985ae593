import * as z from 'zod'
import { nearest } from '../core/names.js'
import { type FieldPath, formatField, type Problem } from './problem.js'
import type { YamlSource } from './yaml-source.js'

type Issue = z.core.$ZodIssue

/** Checks a YAML source against a schema. @returns the value when there are no problems, and every problem otherwise. */
export function checkSchema<S extends z.ZodType>(schema: S, source: YamlSource): { value?: z.output<S>; problems: Problem[] } {
  const result = schema.safeParse(source.value)
  if (result.success) return { value: result.data, problems: [] }
  const jsonSchema = z.toJSONSchema(schema, { io: 'input' })
  return { problems: result.error.issues.flatMap((issue) => explain(issue, source, jsonSchema)) }
}

function explain(issue: Issue, source: YamlSource, schema: JsonSchema): Problem[] {
  const path = issue.path as FieldPath
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(source, schema, path, key))
  if (issue.code === 'invalid_key') {
    const message = `the name ${issue.issues[0]?.message ?? 'is not allowed'}`
    return [{ file: source.file, ...source.keyPosition(path), field: formatField(path), message }]
  }
  return [
    {
      file: source.file,
      ...source.valuePosition(path),
      field: formatField(path),
      ...describe(issue, valueAt(source.value, path), source.written(path)),
    },
  ]
}

function describe(issue: Issue, value: unknown, written: string | undefined): Pick<Problem, 'message' | 'allowed' | 'nearest'> {
  const allowed = issue.code === 'invalid_value' ? issue.values.map(String) : undefined
  const hints = { ...(allowed && allowed.length > 1 && { allowed }) }
  if (value === undefined) return { message: allowed?.length === 1 ? `is missing: write ${allowed[0]}` : 'is missing', ...hints }
  if (value === null) return { message: 'has no value: write one, or remove the field', ...hints }
  const wantsText =
    issue.code === 'invalid_type' ? issue.expected === 'string' : issue.code === 'invalid_value' && typeof issue.values[0] === 'string'
  if (wantsText && (typeof value === 'number' || typeof value === 'boolean')) {
    const read = String(value) === written ? '' : ` (without them YAML reads ${String(value)})`
    return { message: `must be in quotes: "${written ?? String(value)}"${read}`, ...hints }
  }
  switch (issue.code) {
    case 'invalid_type':
      return { message: `must be ${TYPES[issue.expected] ?? issue.expected}` }
    case 'invalid_value': {
      const near = typeof value === 'string' && allowed ? nearest(value, allowed) : undefined
      const message = allowed?.length === 1 ? `must be ${allowed[0]}` : `${JSON.stringify(value)} is not allowed`
      return { message, ...hints, ...(near !== undefined && { nearest: near }) }
    }
    case 'too_small':
      return { message: `must ${sizeOf(issue.origin, 'at least', issue.minimum)}` }
    case 'too_big':
      return { message: `must ${sizeOf(issue.origin, 'at most', issue.maximum)}` }
    default:
      return { message: issue.message }
  }
}

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a group of fields',
  record: 'a group of fields',
  array: 'a list',
}

function sizeOf(origin: string, bound: string, limit: number | bigint): string {
  const unit = limit === 1 ? '' : 's'
  if (origin === 'array') return limit === 1 && bound === 'at least' ? 'not be empty' : `have ${bound} ${limit} entries`
  if (origin === 'string') return limit === 1 && bound === 'at least' ? 'not be empty' : `have ${bound} ${limit} character${unit}`
  return `be ${bound} ${limit}`
}

function unknownField(source: YamlSource, schema: JsonSchema, path: FieldPath, key: string): Problem {
  const allowed = Object.keys(schemaAt(schema, path)?.properties ?? {})
  const near = nearest(key, allowed) ?? placesOf(schema, key)[0]
  return {
    file: source.file,
    ...source.keyPosition([...path, key]),
    field: formatField([...path, key]),
    message: 'is not a known field',
    allowed,
    ...(near !== undefined && { nearest: near }),
  }
}

type JsonSchema = z.core.JSONSchema.BaseSchema

function schemaAt(schema: JsonSchema, path: FieldPath): JsonSchema | undefined {
  return path.reduce<JsonSchema | undefined>((at, part) => {
    const children = typeof part === 'number' ? at?.items : (at?.properties?.[part] ?? at?.additionalProperties)
    return typeof children === 'object' && !Array.isArray(children) ? children : undefined
  }, schema)
}

/** Full paths of the fields with this name, for those that were written in the wrong place. */
function placesOf(schema: JsonSchema, key: string, above: FieldPath = []): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const path = [...above, name]
    const below = typeof child === 'object' ? placesOf(child, key, path) : []
    return name === key ? [formatField(path), ...below] : below
  })
}

/** The value at `path` of plain data, or undefined. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, part) ? (at as Record<string | number, unknown>)[part] : undefined,
    value,
  )
}
