import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml'
import { type FieldPath, formatField, type Position, type Problem } from './problem.js'

/** A YAML file that was read, with the way back from each value to its place. */
export interface YamlSource {
  /** Path as it is shown in messages. */
  file: string
  value: unknown
  /** Place of the value at `path`, or of the nearest thing above it that exists. */
  valuePosition(path: FieldPath): Position
  /** Place of the field's name. */
  keyPosition(path: FieldPath): Position
  /** A scalar exactly as it is written, before YAML made a number or a truth value of it. */
  written(path: FieldPath): string | undefined
  has(path: FieldPath): boolean
}

/** Fields that would change an object's prototype. */
const FORBIDDEN_KEYS: ReadonlySet<unknown> = new Set(['__proto__', 'constructor', 'prototype'])

const TOO_DEEP = 'is nested too deeply'

const START: Position = { line: 1, column: 1 }

/** Nobody writes that much by hand, and what looks at every field takes the square of their number. */
const MOST_ENTRIES = 1000
const DEEPEST = 50
/** More would only repeat what is wrong. */
const MOST_YAML_PROBLEMS = 20

/**
 * Parses one YAML 1.2 document (core schema).
 * @returns the source unless the text is broken, and every problem of the YAML itself.
 */
export function parseYaml(file: string, text: string): { source?: YamlSource; problems: Problem[] } {
  try {
    return parseWithin(file, text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    // Thousands of nested brackets end the stack of the parser.
    return { problems: [{ file, ...START, field: '', message: TOO_DEEP }] }
  }
}

function parseWithin(file: string, text: string): { source?: YamlSource; problems: Problem[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    lineCounter: lines,
    prettyErrors: false,
    keepSourceTokens: false,
    // Its own search compares each field with each other one.
    uniqueKeys: false,
  })
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return line === 0 ? START : { line, column: col }
  }
  const size = sizeProblem(file, document, position)
  if (size) return { problems: [size] }
  const syntax = [...document.errors, ...document.warnings].map((error) => syntaxProblem(file, error, position(error.pos[0])))
  const problems = [...syntax, ...aliasProblems(file, document, position), ...nameProblems(file, document, position)]
  if (problems.length > 0) return { problems: problems.slice(0, MOST_YAML_PROBLEMS) }
  const forbidden = dropForbiddenKeys(file, document, position)
  return { source: toSource(file, document, position), problems: forbidden }
}

function toSource(file: string, document: Document.Parsed, position: (offset: number) => Position): YamlSource {
  const pairAt = (path: FieldPath): Pair | undefined => {
    const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents
    return isMap(parent) ? parent.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(path.at(-1))) : undefined
  }
  const start = (node: unknown): Position | undefined => {
    const range = (node as Node | null | undefined)?.range
    return range ? position(range[0]) : undefined
  }
  const keyPosition = (path: FieldPath): Position => {
    if (path.length === 0) return start(document.contents) ?? START
    const found = start(pairAt(path)?.key) ?? start(document.getIn(path, true))
    return found ?? keyPosition(path.slice(0, -1))
  }
  return {
    file,
    value: document.toJS(),
    keyPosition,
    valuePosition: (path) => {
      const node = path.length === 0 ? document.contents : document.getIn(path, true)
      // An empty value stands on no line of its own, and a map begins at its first field: the name says more.
      const pointsAtItself = isScalar(node) && node.value !== null
      return (pointsAtItself ? start(node) : undefined) ?? keyPosition(path)
    },
    written: (path) => {
      const node = document.getIn(path, true)
      return isScalar(node) ? node.source : undefined
    },
    has: (path) => path.length === 0 || document.hasIn(path),
  }
}

const SYNTAX_MESSAGES: Partial<Record<YAMLError['code'], string>> = {
  MULTIPLE_DOCS: 'only one document is allowed in a file: remove the line ---',
  TAB_AS_INDENT: 'tabs are not allowed for indentation: use spaces',
  TAG_RESOLVE_FAILED: 'tags such as !name are not allowed',
}

function syntaxProblem(file: string, error: YAMLError, position: Position): Problem {
  const isTooDeep = /call stack/i.test(error.message)
  return { file, ...position, field: '', message: isTooDeep ? TOO_DEEP : (SYNTAX_MESSAGES[error.code] ?? `YAML: ${error.message}`) }
}

/** The first group or list that is larger or deeper than any that somebody meant to write. */
function sizeProblem(file: string, document: Document.Parsed, position: (offset: number) => Position): Problem | undefined {
  let found: Problem | undefined
  visit(document, {
    Collection: (_key, node, path) => {
      const message =
        node.items.length > MOST_ENTRIES ? `has more than ${MOST_ENTRIES} entries` : path.length > 2 * DEEPEST ? TOO_DEEP : undefined
      if (message === undefined) return undefined
      const at = node.range ? position(node.range[0]) : START
      found = { file, ...at, field: message === TOO_DEEP ? '' : formatField(fieldPath([...path, node])), message }
      return visit.BREAK
    },
  })
  return found
}

function nameProblems(file: string, document: Document.Parsed, position: (offset: number) => Position): Problem[] {
  const problems: Problem[] = []
  visit(document, {
    Map: (_key, map, path) => {
      const seen = new Set<unknown>()
      for (const { key } of map.items) {
        const offset = (key as Node | null)?.range?.[0]
        const at = offset === undefined ? START : position(offset)
        if (!isScalar(key)) {
          problems.push({ file, ...at, field: formatField(fieldPath([...path, map])), message: 'the name of a field must be text' })
          continue
        }
        if (seen.has(key.value)) {
          const field = formatField([...fieldPath([...path, map]), String(key.value)])
          problems.push({ file, ...at, field, message: 'is written twice in the same place' })
        }
        seen.add(key.value)
      }
    },
  })
  return problems
}

/** An alias can make a small file very large, and nobody needs one here: none is ever followed. */
function aliasProblems(file: string, document: Document.Parsed, position: (offset: number) => Position): Problem[] {
  const problems: Problem[] = []
  visit(document, {
    Alias: (_key, alias, path) => {
      const at = alias.range ? position(alias.range[0]) : START
      problems.push({
        file,
        ...at,
        field: formatField(fieldPath(path)),
        message: `aliases such as *${alias.source} are not allowed: write the value itself`,
      })
    },
  })
  return problems
}

function dropForbiddenKeys(file: string, document: Document.Parsed, position: (offset: number) => Position): Problem[] {
  const problems: Problem[] = []
  visit(document, {
    Pair: (_key, pair, path) => {
      if (!isScalar(pair.key) || !FORBIDDEN_KEYS.has(pair.key.value)) return undefined
      const at = pair.key.range ? position(pair.key.range[0]) : START
      problems.push({ file, ...at, field: formatField([...fieldPath(path), String(pair.key.value)]), message: 'this name is not allowed' })
      return visit.REMOVE
    },
  })
  return problems
}

/** Field path of what lies below these ancestors. */
function fieldPath(ancestors: ReadonlyArray<Document | Node | Pair>): FieldPath {
  return ancestors.flatMap((node, index): FieldPath => {
    if (isPair(node)) return isScalar(node.key) && !isAlias(node.key) ? [String(node.key.value)] : []
    const child = ancestors[index + 1]
    return isSeq(node) && child ? [node.items.indexOf(child)] : []
  })
}
