import { restTemplate } from '../gateway/rest-operations.js'
import type { OutgoingRequest } from '../gateway/upstream.js'

export interface UniversalTarget {
  /** As in the ARN: `eks`. */
  service: string
  /** As in the ARN: `deleteAccessEntry`. */
  action: string
}

export interface SdkCall {
  /** As in a signature. */
  service: string
  /** As in the API reference. */
  operation: string
  input: Record<string, unknown>
  request: OutgoingRequest
}

type Wire =
  | { protocol: 'query' | 'ec2'; signs: string; version: string }
  | { protocol: 'json'; signs: string; target: string; lower?: true }
  | { protocol: 'rest'; signs: string; lower?: true }

const query = (signs: string, version: string): Wire => ({ protocol: 'query', signs, version })
const jsonOf = (signs: string, target: string, names?: 'lower'): Wire => ({
  protocol: 'json',
  signs,
  target,
  ...(names && { lower: true }),
})

/** How the services are called whose names a universal target may have (models of the AWS SDKs). */
const WIRES: Readonly<Record<string, Wire>> = {
  iam: query('iam', '2010-05-08'),
  sts: query('sts', '2011-06-15'),
  sns: query('sns', '2010-03-31'),
  rds: query('rds', '2014-10-31'),
  elasticache: query('elasticache', '2015-02-02'),
  autoscaling: query('autoscaling', '2011-01-01'),
  cloudformation: query('cloudformation', '2010-05-15'),
  elasticloadbalancingv2: query('elasticloadbalancing', '2015-12-01'),
  ec2: { protocol: 'ec2', signs: 'ec2', version: '2016-11-15' },
  eks: { protocol: 'rest', signs: 'eks', lower: true },
  lambda: { protocol: 'rest', signs: 'lambda' },
  scheduler: { protocol: 'rest', signs: 'scheduler' },
  backup: { protocol: 'rest', signs: 'backup' },
  batch: { protocol: 'rest', signs: 'batch', lower: true },
  athena: jsonOf('athena', 'AmazonAthena'),
  cloudtrail: jsonOf('cloudtrail', 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101'),
  cloudwatchlogs: jsonOf('logs', 'Logs_20140328', 'lower'),
  codebuild: jsonOf('codebuild', 'CodeBuild_20161006', 'lower'),
  codecommit: jsonOf('codecommit', 'CodeCommit_20150413', 'lower'),
  codepipeline: jsonOf('codepipeline', 'CodePipeline_20150709', 'lower'),
  dynamodb: jsonOf('dynamodb', 'DynamoDB_20120810'),
  ecr: jsonOf('ecr', 'AmazonEC2ContainerRegistry_V20150921', 'lower'),
  ecs: jsonOf('ecs', 'AmazonEC2ContainerServiceV20141113', 'lower'),
  eventbridge: jsonOf('events', 'AWSEvents'),
  glue: jsonOf('glue', 'AWSGlue'),
  identitystore: jsonOf('identitystore', 'AWSIdentityStore'),
  kms: jsonOf('kms', 'TrentService'),
  organizations: jsonOf('organizations', 'AWSOrganizationsV20161128'),
  secretsmanager: jsonOf('secretsmanager', 'secretsmanager'),
  sfn: jsonOf('states', 'AWSStepFunctions', 'lower'),
  sqs: jsonOf('sqs', 'AmazonSQS'),
  ssm: jsonOf('ssm', 'AmazonSSM'),
  ssoadmin: jsonOf('sso', 'SWBExternalService'),
  wafv2: jsonOf('wafv2', 'AWSWAF_20190729'),
}
/** The emulator carries these out itself. */
const EMULATED = new Set(['ses:sendemail', 'sesv2:sendemail', 'ecs:runtask'])
/** Members whose own keys are a user's words. */
const MAPS = /^(?:tags|labels|encryptioncontext|attributes|parameters|variables|item|key|expressionattribute(?:names|values))$/i

/** The call in `arn:aws:scheduler:::aws-sdk:eks:deleteAccessEntry`, or undefined for every other target and for what the emulator does itself. */
export function universalTarget(arn: string): UniversalTarget | undefined {
  const [, service = '', action = ''] = /^arn:aws:scheduler:[^:]*:[^:]*:aws-sdk:([A-Za-z0-9]+):([A-Za-z0-9]+)$/.exec(arn) ?? []
  if (service === '' || EMULATED.has(`${service}:${action}`.toLowerCase())) return undefined
  return { service: service.toLowerCase(), action }
}

/** The call as it goes over the wire, or undefined for a service or an operation that the sandbox does not know. */
export function sdkCall({ action, service }: UniversalTarget, input: Record<string, unknown>): SdkCall | undefined {
  const wire = WIRES[service]
  if (!wire) return undefined
  const operation = (action.charAt(0).toUpperCase() + action.slice(1)).replace(/Db(?=[A-Z])/, 'DB')
  const named = renamed(input, 'lower' in wire ? lowerFirst : upperFirst)
  if (wire.protocol === 'rest') return restCall(wire.signs, operation, named)
  const made = { service: wire.signs, operation, input: named }
  if (wire.protocol === 'json') {
    const rawHeaders = ['content-type', 'application/x-amz-json-1.1', 'x-amz-target', `${wire.target}.${operation}`]
    return { ...made, request: { method: 'POST', url: '/', rawHeaders, body: Buffer.from(JSON.stringify(named)) } }
  }
  const form = new URLSearchParams({ Action: operation, Version: wire.version })
  flatten(named, '', wire.protocol, form)
  const rawHeaders = ['content-type', 'application/x-www-form-urlencoded']
  return { ...made, request: { method: 'POST', url: '/', rawHeaders, body: Buffer.from(form.toString()) } }
}

function restCall(service: string, operation: string, input: Record<string, unknown>): SdkCall | undefined {
  const template = restTemplate(service, operation)
  if (!template) return undefined
  const rest = new Map(Object.entries(input))
  const path = template.path.replaceAll(/\{([A-Za-z]+)(\+?)\}/g, (_, label: string) => {
    // EKS calls the cluster `name` in the path and `clusterName` everywhere else.
    const name = [label, label === 'name' ? 'clusterName' : undefined, upperFirst(label)].find(
      (each) => each !== undefined && rest.has(each),
    )
    const value = name === undefined ? '' : rest.get(name)
    if (name !== undefined) rest.delete(name)
    return encodeURIComponent(typeof value === 'string' ? value : '')
  })
  const hasBody = template.method !== 'GET' && template.method !== 'DELETE'
  const query = hasBody ? '' : queryOf(rest)
  const body = Buffer.from(hasBody ? JSON.stringify(Object.fromEntries(rest)) : '')
  const rawHeaders = hasBody ? ['content-type', 'application/json'] : []
  const request = { method: template.method, url: query === '' ? path : `${path}?${query}`, rawHeaders, body }
  return { service, operation: template.name, input, request }
}

function queryOf(members: ReadonlyMap<string, unknown>): string {
  const query = new URLSearchParams()
  for (const [name, value] of members)
    for (const each of [value].flat()) query.append(name, typeof each === 'string' ? each : JSON.stringify(each))
  return query.toString()
}

/** Nested members become `A.B`, and lists `A.member.1`; in EC2 they have the singular as their name: `InstanceIds` is `InstanceId.1`. */
function flatten(value: unknown, name: string, protocol: 'query' | 'ec2', form: URLSearchParams): void {
  if (Array.isArray(value)) {
    const base = protocol === 'ec2' ? name.replace(/s$/, '') : `${name}.member`
    value.forEach((item, index) => flatten(item, `${base}.${index + 1}`, protocol, form))
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) flatten(inner, name === '' ? key : `${name}.${key}`, protocol, form)
  } else if (value !== undefined && value !== null) {
    form.append(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
}

function renamed(value: Record<string, unknown>, rename: (name: string) => string): Record<string, unknown> {
  const inner = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(inner)
    return typeof item === 'object' && item !== null ? renamed(item as Record<string, unknown>, rename) : item
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [rename(name), MAPS.test(name) && !Array.isArray(item) ? item : inner(item)]),
  )
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

function upperFirst(name: string): string {
  return (name.charAt(0).toUpperCase() + name.slice(1)).replace(/^Db(?=[A-Z])/, 'DB')
}
