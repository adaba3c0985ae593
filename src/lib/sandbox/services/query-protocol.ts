import { randomUUID } from 'node:crypto'
import { errorAnswer, escapeXml, xmlAnswer, type Answer } from '../gateway/answer.js'
import { ServiceError } from './service-error.js'

/** A value as XML shows it: an object is nested elements, an array repeats its element. */
export type XmlValue = string | number | boolean | undefined | readonly XmlValue[] | { readonly [name: string]: XmlValue }

/** The parameters of a call of the AWS query protocol (Smithy, "AWS Query protocol"). */
export class QueryInput {
  readonly #form: URLSearchParams

  constructor(body: Buffer) {
    this.#form = new URLSearchParams(body.toString('utf8'))
  }

  text(name: string): string | undefined {
    return this.#form.get(name) ?? undefined
  }

  isTrue(name: string): boolean {
    return this.text(name) === 'true'
  }

  /** A list of texts, such as `SubnetIds.member.1`; `prefix` is everything before the number. */
  list(prefix: string): string[] {
    return this.#numbers(prefix).flatMap((number) => this.text(`${prefix}.${number}`) ?? [])
  }

  /** A list of structures, as their fields. */
  structures(prefix: string): QueryInput[] {
    return this.#numbers(prefix).map((number) => this.#below(`${prefix}.${number}.`))
  }

  has(prefix: string): boolean {
    return [...this.#form.keys()].some((key) => key === prefix || key.startsWith(`${prefix}.`))
  }

  #numbers(prefix: string): number[] {
    const numbers = new Set<number>()
    for (const key of this.#form.keys()) {
      if (!key.startsWith(`${prefix}.`)) continue
      const number = Number(key.slice(prefix.length + 1).split('.')[0])
      if (Number.isInteger(number)) numbers.add(number)
    }
    return [...numbers].toSorted((a, b) => a - b)
  }

  #below(prefix: string): QueryInput {
    const part = new URLSearchParams()
    for (const [key, value] of this.#form) if (key.startsWith(prefix)) part.append(key.slice(prefix.length), value)
    return new QueryInput(Buffer.from(part.toString()))
  }
}

/** A successful answer of the query protocol. */
export function queryAnswer(action: string, namespace: string, result: XmlValue): Answer {
  const id = randomUUID()
  const inner = toXml({ [`${action}Result`]: result, ResponseMetadata: { RequestId: id } })
  return xmlAnswer(200, id, `<${action}Response xmlns="${namespace}">${inner}</${action}Response>`)
}

/** Answers with what `work` makes, or with its `ServiceError`. */
export async function answerQuery(action: string, namespace: string, work: () => Promise<XmlValue>): Promise<Answer> {
  try {
    return queryAnswer(action, namespace, await work())
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return errorAnswer('query', { status: error.status, code: error.code, message: error.message })
  }
}

export function toXml(value: XmlValue, name?: string): string {
  if (value === undefined) return ''
  if (isList(value)) return value.map((item) => toXml(item, name)).join('')
  const inner =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([key, item]) => toXml(item, key))
          .join('')
      : escapeXml(String(value))
  return name === undefined ? inner : `<${name}>${inner}</${name}>`
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value)
}
