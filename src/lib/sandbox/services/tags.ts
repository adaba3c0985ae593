export type Tags = Record<string, string>

/** The tags but those of the keys. */
export function withoutKeys(tags: Readonly<Tags>, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)))
}
