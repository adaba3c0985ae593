import { Document, isMap, isScalar, parse, parseDocument } from 'yaml'
import { UserError } from '../core/errors.js'

/** One change of values: the way to a value, and the value; undefined removes it. */
export interface Assignment {
  keys: string[]
  value: unknown
}

/** Reads `key.sub=value` as `--set` takes it. The value is read as YAML, so 3 is a number and "3" a text. @throws `BadFlag` */
export function parseAssignment(text: string): Assignment {
  const cut = text.indexOf('=')
  const keys = text
    .slice(0, Math.max(cut, 0))
    .split(/(?<!\\)\./)
    .map((key) => key.replaceAll('\\.', '.'))
  if (cut < 1 || keys.some((key) => key === '' || key === '__proto__')) {
    throw new UserError('BadFlag', `--set ${text}: there must be a key, an equals sign and a value.`, {
      next: ['Write it like --set replicas=3 or --set ingress.host=shop.example.com; a dot inside of a key is written \\.'],
      details: { flag: 'set', value: text },
    })
  }
  try {
    return { keys, value: parse(text.slice(cut + 1)) as unknown }
  } catch (error) {
    throw new UserError('BadFlag', `--set ${text}: the value is not YAML.`, {
      reason: error instanceof Error ? error.message : String(error),
      next: [`Put a text in quotes: --set '${keys.join('.')}="…"'`],
    })
  }
}

const IMAGE = /^(?<repository>[a-z0-9]+(?:[._/:-]+[a-z0-9]+)*?)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/

/** What an image changes: repository, and tag or digest. @throws `BadFlag` */
export function imageAssignments(image: string): Assignment[] {
  const { repository, tag, digest } = IMAGE.exec(image)?.groups ?? {}
  if (repository === undefined || (tag === undefined && digest === undefined)) {
    throw new UserError('BadFlag', `--image ${image}: the image has no tag and no digest, or is none.`, {
      reason: 'A version that may change without a commit could not be rolled back.',
      next: ['Write it like --image registry.example.com/shop:1.4.2 or --image registry.example.com/shop@sha256:…'],
      details: { flag: 'image', value: image },
    })
  }
  const at = (key: string, value: unknown): Assignment => ({ keys: ['image', key], value })
  return [at('repository', repository), at('tag', tag), at('digest', digest)]
}

/** The text of a values file after some changes. Comments and order stay. @throws `InvalidConfiguration` */
export function withValues(file: string, text: string, assignments: readonly Assignment[]): string {
  const document = readValues(file, text)
  for (const { keys, value } of assignments) {
    if (value === undefined) document.deleteIn(keys)
    else document.setIn(parentsMade(document, keys), isPlain(value) ? value : document.createNode(value))
  }
  return document.toString({ lineWidth: 0 })
}

/** A scalar that is only given another value keeps its comment. */
function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}

/** Values as data. */
export function valuesOf(file: string, text: string): Record<string, unknown> {
  return (readValues(file, text).toJS() ?? {}) as Record<string, unknown>
}

function readValues(file: string, text: string): Document {
  const document: Document = parseDocument(text)
  const [problem] = document.errors
  if (problem) throw new UserError('InvalidConfiguration', `${file} is not YAML.`, { reason: problem.message, next: ['Correct the file.'] })
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    document.contents = new Document({}).contents
  }
  if (!isMap(document.contents)) {
    throw new UserError('InvalidConfiguration', `${file} must hold keys and values.`, { next: ['Correct the file.'] })
  }
  // `{}` is how a file without values begins.
  if (document.contents.items.length === 0) document.contents.flow = false
  return document
}

/** A scalar on the way gives way to a map; `setIn` would refuse. */
function parentsMade(document: Document, keys: readonly string[]): readonly string[] {
  for (let length = 1; length < keys.length; length++) {
    const way = keys.slice(0, length)
    const found = document.getIn(way, true)
    if (found !== undefined && isScalar(found)) document.setIn(way, document.createNode({}))
  }
  return keys
}
