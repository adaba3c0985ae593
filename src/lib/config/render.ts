import { isMap, isScalar, LineCounter, parseDocument, stringify } from 'yaml'
import { formatField } from './problem.js'
import type { Origins } from './resolve.js'

/** Plain values as YAML. With `origins`, each line that one decided ends with a comment that names it. */
export function renderValues(values: object, origins: Origins = new Map()): string {
  const text = stringify(values, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd()
  if (origins.size === 0) return text
  const lines = text.split('\n')
  for (const { line, field } of fieldLines(text)) {
    const origin = origins.get(field)
    if (origin !== undefined) lines[line - 1] = `${lines[line - 1] ?? ''} # ${origin}`
  }
  return lines.join('\n')
}

/** The line on which each field's name stands. */
function fieldLines(text: string): Array<{ line: number; field: string }> {
  const counter = new LineCounter()
  const walk = (node: unknown, above: readonly string[]): Array<{ line: number; field: string }> =>
    isMap(node)
      ? node.items.flatMap(({ key, value }) => {
          if (!isScalar(key)) return []
          const path = [...above, String(key.value)]
          return [{ line: counter.linePos(key.range?.[0] ?? 0).line, field: formatField(path) }, ...walk(value, path)]
        })
      : []
  return walk(parseDocument(text, { lineCounter: counter }).contents, [])
}
