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
import { messageOf } from '../core/errors.js'
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

const START: Position = { line: 1, column: 1 }

/**
 * Parses one YAML 1.2 document (core schema).
 * @returns the source unless the text is broken, and every problem of the YAML itself.
 */
export function parseYaml(file: string, text: string): { source?: YamlSource; problems: Problem[] } {
  const lines = new LineCounter()
  let document: Document.Parsed
  try {
    document = parseDocument(text, { version: '1.2', schema: 'core', lineCounter: lines, prettyErrors: false, keepSourceTokens: false })
  } catch (error) {
    // Thousands of nested brackets end the parser's stack.
    return { problems: [{ file, ...START, field: '', message: `cannot be read as YAML: ${messageOf(error)}` }] }
  }
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return line === 0 ? START : { line, column: col }
  }
  const syntax = [...document.errors, ...document.warnings].map((error) => syntaxProblem(file, document, error, position(error.pos[0])))
  const aliases = aliasProblems(file, document, position)
  if (syntax.length > 0 || aliases.length > 0) return { problems: [...syntax, ...aliases] }
  const problems = dropForbiddenKeys(file, document, position)
  return { source: toSource(file, document, position), problems }
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
  DUPLICATE_KEY: 'is written twice in the same place',
  MULTIPLE_DOCS: 'only one document is allowed in a file: remove the line ---',
  TAB_AS_INDENT: 'tabs are not allowed for indentation: use spaces',
  TAG_RESOLVE_FAILED: 'tags such as !name are not allowed',
}

function syntaxProblem(file: string, document: Document.Parsed, error: YAMLError, position: Position): Problem {
  const field = error.code === 'DUPLICATE_KEY' ? formatField(pathAtOffset(document, error.pos[0])) : ''
  return { file, ...position, field, message: SYNTAX_MESSAGES[error.code] ?? `YAML: ${error.message}` }
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

function pathAtOffset(document: Document.Parsed, offset: number): FieldPath {
  let found: FieldPath = []
  visit(document, {
    Pair: (_key, pair, path) => {
      if (isScalar(pair.key) && pair.key.range?.[0] === offset) found = [...fieldPath(path), String(pair.key.value)]
    },
  })
  return found
}

/** Field path of what lies below these ancestors. */
function fieldPath(ancestors: ReadonlyArray<Document | Node | Pair>): FieldPath {
  return ancestors.flatMap((node, index): FieldPath => {
    if (isPair(node)) return isScalar(node.key) && !isAlias(node.key) ? [String(node.key.value)] : []
    const child = ancestors[index + 1]
    return isSeq(node) && child ? [node.items.indexOf(child)] : []
  })
}
