import { lowerFirst } from './xml-object.js'

interface Node {
  text?: string
  children: Map<string, Node>
}

/** The parameters of a form (`Tags.member.1.Key=a`) as CloudTrail writes them: nested, with names that begin in lower case. */
export function queryParameters(form: URLSearchParams, protocol: 'query' | 'ec2'): Record<string, unknown> {
  const root: Node = { children: new Map() }
  for (const [name, text] of form) {
    if (name === 'Action' || name === 'Version' || /^x-amz-/i.test(name)) continue
    let node = root
    for (const part of name.split('.')) {
      const next = node.children.get(part) ?? { children: new Map() }
      node.children.set(part, next)
      node = next
    }
    node.text = text
  }
  return membersOf(root, protocol)
}

function membersOf(node: Node, protocol: 'query' | 'ec2', within = ''): Record<string, unknown> {
  return Object.fromEntries(
    [...node.children].map(([name, child]) => {
      const own = lowerFirst(name)
      // The one list in a request of EC2 that is written as such.
      if (within === 'tagSpecification' && own === 'tag') return ['tags', listOf(child, own, protocol)]
      if (protocol === 'ec2' && isNumbered(child)) return [setName(own), { items: listOf(child, own, protocol) }]
      return [own, valueOf(child, own, protocol)]
    }),
  )
}

function valueOf(node: Node, name: string, protocol: 'query' | 'ec2'): unknown {
  if (node.children.size === 0) return typed(node.text ?? '')
  const [only] = node.children
  // `member` in most services; some of RDS and ElastiCache name the members of a list.
  if (node.children.size === 1 && only && isNumbered(only[1])) {
    return only[0] === 'entry' ? mapOf(only[1], protocol) : listOf(only[1], name, protocol)
  }
  if (isNumbered(node)) return listOf(node, name, protocol)
  return membersOf(node, protocol, name)
}

/** EC2 shows the text items of a list as objects: `{"vpcId": "vpc-1"}`. */
function listOf(node: Node, name: string, protocol: 'query' | 'ec2'): unknown[] {
  return [...node.children]
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => {
      const value = valueOf(item, name, protocol)
      return protocol === 'ec2' && typeof value !== 'object' ? { [name]: value } : value
    })
}

function mapOf(node: Node, protocol: 'query' | 'ec2'): Record<string, unknown> {
  const entries = [...node.children.values()].map(({ children }) => [children.get('key')?.text ?? '', children.get('value')] as const)
  return Object.fromEntries(entries.map(([key, value]) => [key, value && valueOf(value, key, protocol)]))
}

function isNumbered({ children }: Node): boolean {
  return children.size > 0 && [...children.keys()].every((key) => /^\d+$/.test(key))
}

const SETS: Readonly<Record<string, string>> = { instanceId: 'instancesSet', resourceId: 'resourcesSet', groupId: 'groupSet' }

function setName(name: string): string {
  return SETS[name] ?? `${name.replace(/Id$/, '')}Set`
}

function typed(text: string): unknown {
  if (text === 'true') return true
  if (text === 'false') return false
  return /^-?(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text
}
