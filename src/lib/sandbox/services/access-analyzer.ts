import { errorAnswer, json, jsonBody, type Answer } from '../gateway/answer.js'
import type { Mend, MendContext, MendRequest } from '../mends/mend.js'
import { refusalOf } from './admission.js'
import { withoutKeys } from './tags.js'
import { ServiceError } from './service-error.js'

interface ArchiveRule extends Record<string, unknown> {
  ruleName: string
  filter: Record<string, unknown>
  createdAt: string
  updatedAt: string
}

interface Analyzer extends Record<string, unknown> {
  name: string
  type: string
  arn: string
  createdAt: string
  tags: Record<string, string>
  configuration?: unknown
  rules: ArchiveRule[]
}

type Input = Readonly<Record<string, unknown>>
type Kept = Map<string, Analyzer>

const KIND = 'access-analyzers'

/**
 * Gap: the emulator has no IAM Access Analyzer. Here analyzers and archive rules are kept in the gateway; nothing is analyzed.
 */
export const accessAnalyzer: Mend = {
  id: 'access-analyzer',
  gap: 'IAM Access Analyzer is not there.',
  service: 'access-analyzer',
  actions: [
    'CreateAnalyzer',
    'ListAnalyzers',
    'GetAnalyzer',
    'UpdateAnalyzer',
    'DeleteAnalyzer',
    'CreateArchiveRule',
    'ListArchiveRules',
    'GetArchiveRule',
    'UpdateArchiveRule',
    'DeleteArchiveRule',
    'ListTagsForResource',
    'TagResource',
    'UntagResource',
  ],
  async handle(request, context) {
    const refusal = await refusalOf(request, context)
    if (refusal) return refusal
    try {
      return await context.shelf.update<Analyzer, Answer>(KIND, (kept) => json(200, carryOut(request, kept, context)))
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      return errorAnswer('rest-json', { status: error.status, code: error.code, message: error.message })
    }
  },
}

function carryOut({ call, body }: MendRequest, kept: Kept, context: MendContext): unknown {
  const input: Input = jsonBody(body) ?? {}
  const [, first = '', name = '', , ruleName = ''] = call.path.split('/')
  if (first === 'tags') return tags(call.action, call.path.slice('/tags/'.length), call.query, input, kept)
  switch (call.action) {
    case 'CreateAnalyzer':
      return create(input, kept, context)
    case 'ListAnalyzers':
      return { analyzers: ofRegion(kept, context).map(summary) }
    case 'GetAnalyzer':
      return { analyzer: summary(existing(kept, name, context)) }
    case 'UpdateAnalyzer': {
      const analyzer = existing(kept, name, context)
      analyzer.configuration = input['configuration']
      return { configuration: analyzer.configuration }
    }
    case 'DeleteAnalyzer':
      existing(kept, name, context)
      kept.delete(keyOf(name, context))
      return {}
    default:
      return rules(call.action, ruleName, input, existing(kept, name, context))
  }
}

function create(input: Input, kept: Kept, context: MendContext): unknown {
  const name = String(input['analyzerName'])
  const type = String(input['type'])
  if (!/^[A-Za-z][A-Za-z0-9_.-]{0,254}$/.test(name)) throw new ServiceError('ValidationException', `Invalid analyzer name: ${name}`)
  if (kept.has(keyOf(name, context))) throw new ServiceError('ConflictException', `An analyzer ${name} exists already.`, 409)
  // IAM User Guide, "IAM Access Analyzer quotas": one analyzer of external access for each account and region.
  if (type === 'ACCOUNT' && ofRegion(kept, context).some((analyzer) => analyzer.type === type)) {
    throw new ServiceError('ServiceQuotaExceededException', 'The account has its one analyzer of this type in the region already.', 402)
  }
  const arn = `arn:aws:access-analyzer:${context.region}:${context.accountId}:analyzer/${name}`
  const added = Array.isArray(input['archiveRules']) ? (input['archiveRules'] as ArchiveRule[]) : []
  kept.set(keyOf(name, context), {
    name,
    type,
    arn,
    createdAt: now(),
    tags: (input['tags'] ?? {}) as Record<string, string>,
    configuration: input['configuration'],
    rules: added.map((rule) => ({ ...rule, createdAt: now(), updatedAt: now() })),
  })
  return { arn }
}

function rules(action: string, ruleName: string, input: Input, analyzer: Analyzer): unknown {
  const filter = (input['filter'] ?? {}) as Record<string, unknown>
  if (action === 'ListArchiveRules') return { archiveRules: analyzer.rules }
  if (action === 'CreateArchiveRule') {
    const name = String(input['ruleName'])
    if (analyzer.rules.some((rule) => rule.ruleName === name))
      throw new ServiceError('ConflictException', `A rule ${name} exists already.`, 409)
    analyzer.rules.push({ ruleName: name, filter, createdAt: now(), updatedAt: now() })
    return {}
  }
  const rule = analyzer.rules.find((candidate) => candidate.ruleName === ruleName)
  if (!rule) throw new ServiceError('ResourceNotFoundException', `Archive rule ${ruleName} does not exist.`, 404)
  if (action === 'GetArchiveRule') return { archiveRule: rule }
  if (action === 'UpdateArchiveRule') Object.assign(rule, { filter, updatedAt: now() })
  else analyzer.rules = analyzer.rules.filter((candidate) => candidate !== rule)
  return {}
}

function tags(action: string, arn: string, query: URLSearchParams, input: Input, kept: Kept): unknown {
  const analyzer = [...kept.values()].find((candidate) => candidate.arn === arn)
  if (!analyzer) throw new ServiceError('ResourceNotFoundException', `There is no resource ${arn}.`, 404)
  if (action === 'TagResource') Object.assign(analyzer.tags, input['tags'])
  if (action === 'UntagResource') analyzer.tags = withoutKeys(analyzer.tags, query.getAll('tagKeys'))
  return { tags: analyzer.tags }
}

function existing(kept: Kept, name: string, context: MendContext): Analyzer {
  const analyzer = kept.get(keyOf(name, context))
  if (!analyzer) throw new ServiceError('ResourceNotFoundException', `Analyzer ${name} does not exist.`, 404)
  return analyzer
}

function ofRegion(kept: Kept, { region }: MendContext): Analyzer[] {
  return [...kept].filter(([key]) => key.startsWith(`${region}/`)).map(([, analyzer]) => analyzer)
}

function summary(analyzer: Analyzer): unknown {
  const { name, type, arn, createdAt, tags: ownTags, configuration } = analyzer
  return { name, type, arn, createdAt, tags: ownTags, configuration, status: 'ACTIVE' }
}

function keyOf(name: string, { region }: MendContext): string {
  return `${region}/${name}`
}

function now(): string {
  return new Date().toISOString()
}
