import operations from './rest-operations.json' with { type: 'json' }

/** An operation of a REST service and what its path says. */
export interface RestOperation {
  name: string
  /** The labels of the path, decoded. */
  labels: Readonly<Record<string, string>>
}

export interface RestTemplate {
  name: string
  method: string
  /** Such as `/clusters/{name}/addons`; `{name+}` is the rest of the path. */
  path: string
}

interface Matcher extends RestTemplate {
  pattern: RegExp
}

const matchers = new Map<string, Matcher[]>()

/** The operation of a method and a path as it was sent, or undefined when it is not known. From the models of the AWS SDKs. */
export function restOperation(service: string, method: string, rawPath: string): RestOperation | undefined {
  for (const matcher of matchersOf(service)) {
    const match = matcher.method === method ? matcher.pattern.exec(rawPath) : null
    if (!match) continue
    const labels = Object.entries(match.groups ?? {}).map(([label, value]) => [label, decoded(value)] as const)
    return { name: matcher.name, labels: Object.fromEntries(labels) }
  }
  return undefined
}

/** How an operation is called: by the name of the service in a signature, and its own without regard to case. */
export function restTemplate(service: string, operation: string): RestTemplate | undefined {
  return matchersOf(service).find(({ name }) => name.toLowerCase() === operation.toLowerCase())
}

function matchersOf(service: string): Matcher[] {
  const known = matchers.get(service)
  if (known) return known
  const rows = (operations as Readonly<Record<string, readonly string[]>>)[service] ?? []
  const made = rows.map((row) => {
    const [method = '', path = '', name = ''] = row.split(' ')
    return { method, path, name, pattern: patternOf(path) }
  })
  matchers.set(service, made)
  return made
}

/** Labels of REST operations are words of letters, which are names of groups as they are. */
function patternOf(path: string): RegExp {
  const pattern = path.split('/').map((part) => {
    const [, label, rest] = /^\{([A-Za-z]+)(\+?)\}$/.exec(part) ?? []
    return label === undefined ? part : `(?<${label}>${rest === '+' ? '.+' : '[^/]+'})`
  })
  return new RegExp(`^${pattern.join('/')}/?$`)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
