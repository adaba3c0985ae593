import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import type { Addon, Fact } from '../../../src/lib/config/addons/catalogue-schema.js'
import { addonTemplates } from '../../../src/lib/config/addons/catalogue.js'
import type { Role } from '../../../src/lib/config/choices.js'
import type { Rendered } from './checks.js'

type Values = Record<string, unknown>

/** What a cluster Secret says in a rendering that no cluster is behind. */
const SAMPLE: Readonly<Record<string, string>> = {
  aws_cluster_name: 'acme-dev',
  aws_region: 'eu-west-1',
  aws_vpc_id: 'vpc-0a1b2c3d4e5f60718',
  cloudwatch_exporter: '{"apiVersion":"v1alpha1","sts-region":"eu-west-1","discovery":{"jobs":[]}}',
  environment: 'dev',
  karpenter_queue: 'acme-dev',
  platform_domain: 'platform.example.com',
  platform_name: 'acme',
  velero_bucket: 'acme-dev-velero-111122223333',
}

/** The files of values of an add-on in a cluster of this role, as far as they exist, in the order in which later ones win. */
export function valueFiles(name: string, role: Role): string[] {
  const folder = path.join(addonTemplates, 'values')
  return [`${name}.yaml`, `${role}/${name}.yaml`].map((file) => path.join(folder, file)).filter((file) => existsSync(file))
}

export function readValues(file: string): Values {
  return (parse(readFileSync(file, 'utf8')) ?? {}) as Values
}

/** The plain objects beside the chart of an add-on in a cluster of this role. */
export function resourcesOf(name: string, role: Role): Rendered[] {
  return [name, `${role}/${name}`].flatMap((place) => {
    const folder = path.join(addonTemplates, 'resources', place)
    if (!existsSync(folder)) return []
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'))
    return files.flatMap((file) => objectsIn(readFileSync(path.join(folder, file), 'utf8')))
  })
}

/** Kubernetes reads YAML of version 1.1. */
export function objectsIn(text: string): Rendered[] {
  const documents = parseAllDocuments(text, { version: '1.1', merge: true })
  return 'empty' in documents ? [] : documents.map((document) => document.toJS() as Rendered | null).filter((object) => object !== null)
}

/** What the facts of an add-on come to in a cluster of this role. */
export function factValues(facts: Addon['facts'], role: Role): Values {
  const sample: Record<string, string | undefined> = {
    ...SAMPLE,
    ...(role === 'management' && { management_domain: 'platform.example.com' }),
  }
  const values: Values = {}
  for (const [place, fact] of Object.entries(facts)) {
    const known = sample[fact.annotation ?? fact.label ?? '']
    if (known !== undefined) put(values, place.split('.'), valueOf(fact, known))
  }
  return values
}

function valueOf({ as, text, item, with: others }: Fact, known: string): unknown {
  if (as === 'given') return true
  const said = text.replace('{}', known)
  if (as !== 'list') return said
  return [item === undefined ? said : { ...others, [item]: said }]
}

function put(values: Values, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) values[key] = value
  else put((values[key] ??= {}) as Values, rest, value)
}
