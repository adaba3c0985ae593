import { parseXML } from '@aws-sdk/xml-builder'

/** An XML document as an object, the way CloudTrail shows it: names begin in lower case, `item` and `member` are lists. */
export function xmlObject(text: string): Record<string, unknown> | undefined {
  try {
    const [root] = Object.values(parseXML(text) as Record<string, unknown>)
    const made = plain(root)
    return typeof made === 'object' && made !== null && !Array.isArray(made) ? (made as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([name]) => !name.startsWith('xmlns') && !name.startsWith('@'))
    const [only] = entries
    if (entries.length === 1 && only) {
      if (only[0] === 'member') return [plain(only[1])].flat()
      if (only[0] === 'item') return { items: [plain(only[1])].flat() }
      if (only[0] === '#text') return only[1]
    }
    return Object.fromEntries(entries.map(([name, inner]) => [lowerFirst(name), plain(inner)]))
  }
  return value === 'true' ? true : value === 'false' ? false : value
}

/** `UserName` as CloudTrail writes it: `userName`. */
export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
