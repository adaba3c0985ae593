import * as z from 'zod'
import { UserError } from '../core/errors.js'
import { redactText } from '../core/redaction.js'
import { runSteps } from '../core/steps.js'
import { evaluate } from '../opa/opa.js'
import { covers, hasEnded, readExceptions, type PolicyException } from './exceptions.js'
import { readPlan, type PlanReading } from './plan-file.js'
import { environmentOfPlan, policyInput } from './plan-input.js'
import { accept, readRules, ruleFiles, severities, type Rule, type Severity } from './rules.js'

export interface PolicyContext extends PlanReading {
  /** Open Policy Agent, installed when it is missing. */
  findEngine(progress: (detail: string, count?: { done: number; total: number }) => void): Promise<{ path: string; version: string }>
}

export interface PolicyFinding {
  rule: string
  severity: Severity
  address: string
  message: string
  fix: string
  status: 'failed' | 'excepted'
  exception?: Pick<PolicyException, 'owner' | 'reason' | 'until'>
}

export interface PolicyResult {
  planFile: string
  planDigest: string
  /** Whose plan it is, as the plan says. */
  environment: string | null
  engine: { name: 'opa'; version: string }
  rules: Rule[]
  /** Failed ones first. */
  findings: PolicyFinding[]
  /** Rules without a finding. */
  passed: number
  /** Findings that count, and those that somebody answers for. */
  failed: number
  excepted: number
  /** Exceptions whose last day is over: they no longer count. */
  endedExceptions: PolicyException[]
  /** Exceptions that no finding needs. */
  unusedExceptions: PolicyException[]
}

const DENIED = 'object.get(data, ["platform", "deny"], set())'

/**
 * Checks a plan against the rules. Reads only.
 * @throws `PlanUnreadable`, `PolicyInvalid`, `InvalidConfiguration` for the exceptions
 */
export async function checkPlan(context: PolicyContext, planFile: string, options: { environment?: string } = {}): Promise<PolicyResult> {
  const { ports, project } = context
  const files = await ruleFiles(project.directory)
  let engine: { path: string; version: string } | undefined
  let read: Awaited<ReturnType<typeof readPlan>> | undefined
  let result: PolicyResult | undefined
  await runSteps(ports, 'Checking the plan', [
    {
      id: 'engine',
      title: 'Open Policy Agent',
      run: async (control) => {
        engine = await context.findEngine((detail, count) => control.progress(detail, count))
        return { outcome: 'checked', detail: engine.version }
      },
    },
    {
      id: 'plan',
      title: 'Plan',
      run: async () => {
        read = await readPlan(context, planFile, options)
        assertEnvironment(environmentOfPlan(read.plan), options.environment)
        return { outcome: 'checked', detail: `${read.plan.resource_changes?.length ?? 0} resources` }
      },
    },
    {
      id: 'rules',
      title: 'Rules',
      run: async () => {
        if (!engine || !read) throw new Error('the steps before have not run')
        const rules = await readRules(ports, engine.path, files)
        const exceptions = await readExceptions(
          project.directory,
          rules.map(({ id }) => id),
        )
        const input = policyInput(read.plan)
        const denied = await evaluate(ports, { program: engine.path, files: [files.shipped, ...files.own], query: DENIED, input })
        const judged = judge(denied, rules, exceptions, ports.clock.now())
        const { environment } = input.platform
        result = { planFile, planDigest: read.digest, environment, engine: { name: 'opa', version: engine.version }, rules, ...judged }
        return { outcome: 'checked', detail: `${rules.length} rules` }
      },
    },
  ])
  if (!result) throw new Error('the rules were not asked')
  return result
}

/** The error for a plan with findings that count. */
export function policyRefused({ planFile, failed, endedExceptions }: PolicyResult): UserError {
  return new UserError('PolicyRefused', `${planFile} breaks the policy: ${failed} finding${failed === 1 ? '' : 's'}.`, {
    ...(endedExceptions.length > 0 && { reason: endedExceptions.map(endedText).join('\n') }),
    next: [
      'Mend what each finding names, then plan and check again.',
      'What somebody answers for, for a time, goes into policies/exceptions.yaml (docs/how-to/policy.md).',
    ],
    details: { planFile, failed },
  })
}

/** What is said of an exception that no longer counts. */
export function endedText({ rule, address, owner, until }: PolicyException): string {
  return `The exception of ${owner} for ${rule} at ${address} ended on ${until}.`
}

type Judgement = Pick<PolicyResult, 'findings' | 'passed' | 'failed' | 'excepted' | 'endedExceptions' | 'unusedExceptions'>

/** @param denied what the engine answered */
export function judge(denied: unknown, rules: readonly Rule[], exceptions: readonly PolicyException[], now: Date): Judgement {
  const severityOf = new Map(rules.map(({ id, severity }) => [id, severity]))
  const text = z.string().min(1)
  const known = text.refine((id) => severityOf.has(id), { error: 'is not declared in rules' })
  const found = accept(
    z.array(z.looseObject({ rule: known, address: text, message: text, fix: z.string().default('') })),
    denied,
    'a finding',
  )
  const [ended, active] = [exceptions.filter((each) => hasEnded(each, now)), exceptions.filter((each) => !hasEnded(each, now))]
  const used = new Set<PolicyException>()
  const findings = found.map(({ rule, address, message, fix }): PolicyFinding => {
    const covering = active.filter((each) => covers(each, { rule, address }))
    covering.forEach((each) => used.add(each))
    const [exception] = covering
    return {
      rule,
      severity: severityOf.get(rule) ?? 'high',
      address,
      message: redactText(message),
      fix: redactText(fix),
      status: exception ? 'excepted' : 'failed',
      ...(exception && { exception: { owner: exception.owner, reason: exception.reason, until: exception.until } }),
    }
  })
  const failed = findings.filter(({ status }) => status === 'failed').length
  return {
    findings: findings.sort(byWeight),
    passed: rules.filter(({ id }) => !findings.some(({ rule }) => rule === id)).length,
    failed,
    excepted: findings.length - failed,
    endedExceptions: ended,
    unusedExceptions: active.filter((each) => !used.has(each)),
  }
}

function byWeight(a: PolicyFinding, b: PolicyFinding): number {
  return (
    Number(a.status === 'excepted') - Number(b.status === 'excepted') ||
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    `${a.rule} ${a.address} ${a.message}`.localeCompare(`${b.rule} ${b.address} ${b.message}`)
  )
}

function assertEnvironment(ofPlan: string | undefined, wanted: string | undefined): void {
  if (wanted === undefined || ofPlan === undefined || ofPlan === wanted) return
  throw new UserError('BadFlag', `The plan is of ${ofPlan}, not of ${wanted}.`, {
    next: [`Leave --environment out, or name ${ofPlan}.`],
    details: { flag: '--environment' },
  })
}
