/** Readers of data whose shape nobody has promised: what is missing, or of another kind, has a neutral value. */

export type Fields = Record<string, unknown>

/** An object that is no list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What lies at the end of a path of keys. Undefined where it ends early. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((node, key) => (isFields(node) ? node[key] : undefined), value)
}

/** The text there, or an empty one. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : ''
}

/** The object there, or an empty one. */
export function fieldsAt(value: unknown, ...path: readonly string[]): Fields {
  const found = at(value, ...path)
  return isFields(found) ? found : {}
}

/** The objects of the list there. */
export function listAt(value: unknown, ...path: readonly string[]): Fields[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found.filter(isFields) : []
}

/** The texts of the list there. */
export function textsAt(value: unknown, ...path: readonly string[]): string[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found.filter((each): each is string => typeof each === 'string') : []
}

/** The fields there that are texts. */
export function textFieldsAt(value: unknown, ...path: readonly string[]): Record<string, string> {
  const entries = Object.entries(fieldsAt(value, ...path))
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
