import { isDeepStrictEqual } from 'node:util'
import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'
import { UserError } from '../core/errors.js'
import { readTextIfExists } from '../core/files.js'

export const SECTIONS = ['clusters', 'contexts', 'users'] as const
export type Section = (typeof SECTIONS)[number]

/** How kubectl calls the value of an entry. */
const VALUE_KEYS = { clusters: 'cluster', contexts: 'context', users: 'user' } as const satisfies Record<Section, string>

const EMPTY = 'apiVersion: v1\nkind: Config\n'

/** One kubeconfig. Whatever is not changed through it stays as it is: comments, order, fields that nobody here knows. */
export class KubeconfigDocument {
  readonly file: string
  readonly #text: string
  readonly #document: Document.Parsed
  #touched = false

  private constructor(file: string, text: string, document: Document.Parsed) {
    this.file = file
    this.#text = text
    this.#document = document
  }

  /** @throws `KubeconfigInvalid`, `FileNotReadable` */
  static async read(file: string): Promise<KubeconfigDocument> {
    const text = (await readTextIfExists(file)) ?? ''
    const lines = new LineCounter()
    // What is written has to mean the same to kubectl, which reads YAML 1.1.
    const document = parseDocument(text.trim() === '' ? EMPTY : text, { lineCounter: lines, compat: 'yaml-1.1', prettyErrors: false })
    const [problem] = document.errors
    if (problem) {
      const { line, col } = lines.linePos(problem.pos[0])
      throw invalid(file, `${file}:${line}:${col}: ${problem.message}`)
    }
    if (!isMap(document.contents)) throw invalid(file, 'It is not a list of fields.')
    const result = new KubeconfigDocument(file, text, document)
    for (const section of SECTIONS) result.#sequence(section)
    return result
  }

  get changed(): boolean {
    return this.#touched
  }

  get text(): string {
    // Lists stand as they stood; in a new file as kubectl writes them.
    const indentSeq = /^(?:clusters|contexts|users):[^\S\n]*\n\s+- /m.test(this.#text)
    return this.#document.toString({ lineWidth: 0, indentSeq, flowCollectionPadding: /[{[] /.test(this.#text) })
  }

  get currentContext(): string {
    const value: unknown = this.#document.get('current-context')
    return typeof value === 'string' ? value : ''
  }

  set currentContext(name: string) {
    this.#document.set('current-context', name)
    this.#touched = true
  }

  /** The names of all entries. */
  names(section: Section): string[] {
    return this.#items(section).map(nameOf)
  }

  /** The value of an entry as plain data, or undefined when there is none. */
  value(section: Section, name: string): Record<string, unknown> | undefined {
    const found = this.#find(section, name)
    if (!found) return undefined
    const value: unknown = found.get(VALUE_KEYS[section])
    return isMap(value) ? (value.toJSON() as Record<string, unknown>) : {}
  }

  /** Writes fields into an entry, which is made when there is none. Other fields of it stay. */
  set(section: Section, name: string, fields: Record<string, unknown>): void {
    const key = VALUE_KEYS[section]
    const found = this.#find(section, name)
    if (!found) {
      const sequence = this.#sequence(section) ?? this.#newSequence(section)
      if (sequence.items.length === 0) sequence.flow = isMap(this.#document.contents) && this.#document.contents.flow === true
      sequence.add(this.#document.createNode({ [key]: fields, name }))
      this.#touched = true
      return
    }
    const value: unknown = found.get(key)
    if (!isMap(value)) {
      found.set(key, this.#document.createNode(fields))
      this.#touched = true
      return
    }
    for (const [field, content] of Object.entries(fields)) {
      if (isDeepStrictEqual(plain(value.get(field)), plain(content))) continue
      value.set(field, this.#document.createNode(content))
      this.#touched = true
    }
  }

  remove(section: Section, name: string): void {
    const sequence = this.#sequence(section)
    const index = this.#items(section).findIndex((item) => nameOf(item) === name)
    if (!sequence || index === -1) return
    sequence.delete(index)
    if (sequence.items.length === 0) sequence.flow = true // `[]`
    this.#touched = true
  }

  #find(section: Section, name: string): YAMLMap | undefined {
    return this.#items(section).find((item) => nameOf(item) === name)
  }

  #items(section: Section): YAMLMap[] {
    return (this.#sequence(section)?.items ?? []).filter((item) => isMap(item))
  }

  #sequence(section: Section): YAMLSeq | undefined {
    const value: unknown = this.#document.get(section, true)
    if (isSeq(value)) return value
    if (value === undefined || (isScalar(value) && value.value === null)) return undefined
    throw invalid(this.file, `${section} is not a list.`)
  }

  #newSequence(section: Section): YAMLSeq {
    const sequence = this.#document.createNode([]) as unknown as YAMLSeq
    this.#document.set(section, sequence)
    return sequence
  }
}

function nameOf(item: YAMLMap): string {
  const name: unknown = item.get('name')
  return typeof name === 'string' ? name : ''
}

/** Data without what says nothing: kubectl writes null for fields that were left out. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify({ value }, (_key, each: unknown) => each ?? undefined))
}

function invalid(file: string, reason: string): UserError {
  return new UserError('KubeconfigInvalid', `${file} is not a kubeconfig that can be changed.`, {
    reason,
    next: ['Mend the file, or name another one: --kubeconfig FILE', `See what kubectl says: kubectl config view --kubeconfig ${file}`],
    details: { file },
  })
}
