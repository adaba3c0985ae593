import { access } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod'
import { formatField, invalidConfiguration, type Problem } from '../config/problem.js'
import { readConfigurationText } from '../config/repository-files.js'
import { checkSchema, valueAt } from '../config/schema-problems.js'
import { parseYaml, type YamlSource } from '../config/yaml-source.js'
import { nearest } from '../core/names.js'

export const EXCEPTIONS_FILE = 'policies/exceptions.yaml'

const text = z.string().trim().min(1)

const exceptionsSchema = z.strictObject({
  exceptions: z.array(
    z.strictObject({
      rule: text,
      /** An address as Terraform writes it; `*` stands for anything. */
      address: text,
      owner: text,
      reason: text,
      until: z.string().refine(isDay, { error: 'must be a day such as 2027-01-31' }),
    }),
  ),
})

/** A finding that somebody answers for, until a day. */
export type PolicyException = z.output<typeof exceptionsSchema>['exceptions'][number]

const NEXT = [`Change the places named above in ${EXCEPTIONS_FILE}, then check again.`, 'See "Exceptions" in docs/how-to/policy.md.']

/**
 * The exceptions of a repository.
 * @param ruleIds rules that exist
 * @throws `InvalidConfiguration` with file, line and field of every problem
 */
export async function readExceptions(directory: string, ruleIds: readonly string[]): Promise<PolicyException[]> {
  if (await exists(path.join(directory, EXCEPTIONS_FILE.replace(/yaml$/, 'yml')))) {
    const message = 'must end in .yaml: rename it'
    throw invalidConfiguration([{ file: EXCEPTIONS_FILE.replace(/yaml$/, 'yml'), line: 1, column: 1, field: '', message }], NEXT)
  }
  if (!(await exists(path.join(directory, EXCEPTIONS_FILE)))) return []
  const content = await readConfigurationText(directory, EXCEPTIONS_FILE)
  if (typeof content !== 'string') throw invalidConfiguration([content], NEXT)
  const { source, problems } = parseYaml(EXCEPTIONS_FILE, content)
  if (!source) throw invalidConfiguration(problems, NEXT)
  const checked = checkSchema(exceptionsSchema, source)
  const found = [...problems, ...checked.problems, ...unknownRules(source, ruleIds)]
  if (found.length > 0 || !checked.value) throw invalidConfiguration(found, NEXT)
  return checked.value.exceptions
}

/** The last day of an exception is a whole day, in UTC. */
export function hasEnded({ until }: PolicyException, now: Date): boolean {
  return until < now.toISOString().slice(0, 10)
}

export function covers(exception: PolicyException, finding: { rule: string; address: string }): boolean {
  return exception.rule === finding.rule && matches(exception.address, finding.address)
}

/** Only `*` has a meaning: brackets belong to addresses. */
function matches(pattern: string, address: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(address)
}

function isDay(value: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value)
}

/** Looks at what is written, so that a misspelt rule is named along with everything else that is wrong. */
function unknownRules(source: YamlSource, allowed: readonly string[]): Problem[] {
  const written = valueAt(source.value, ['exceptions'])
  return (Array.isArray(written) ? written : []).flatMap((_, index): Problem[] => {
    const at = ['exceptions', index, 'rule']
    const rule = valueAt(source.value, at)
    if (typeof rule !== 'string' || rule.trim() === '' || allowed.includes(rule.trim())) return []
    const near = nearest(rule, allowed)
    return [
      {
        file: EXCEPTIONS_FILE,
        ...source.valuePosition(at),
        field: formatField(at),
        message: `there is no rule ${JSON.stringify(rule)}`,
        allowed: [...allowed],
        ...(near !== undefined && { nearest: near }),
      },
    ]
  })
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
