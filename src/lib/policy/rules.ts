import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod'
import { isSystemError, UserError } from '../core/errors.js'
import { resolveInside } from '../core/files.js'
import type { Ports } from '../core/ports.js'
import { evaluate } from '../opa/opa.js'
import { templatesFolder } from '../templates/shipped.js'

/** Folder of a repository with its own rules and its exceptions. */
export const POLICIES_FOLDER = 'policies'

export const severities = ['high', 'medium', 'low'] as const
export type Severity = (typeof severities)[number]

export interface Rule {
  id: string
  title: string
  severity: Severity
  /** Comes with platform, or lies in `policies/` of the repository. */
  source: 'platform' | 'repository'
}

/** What the engine reads. */
export interface RuleFiles {
  shipped: string
  /** Absolute paths of the repository's own rules. */
  own: string[]
}

const rulesSchema = z.record(
  z.string().regex(/^[a-z][a-z0-9-]*$/, { error: 'a rule is named in small letters, digits and hyphens' }),
  z.looseObject({ title: z.string().min(1), severity: z.enum(severities) }),
)

const RULES = 'object.get(data, ["platform", "rules"], {})'

/**
 * The rules that come with platform, and `policies/*.rego` of the repository. Tests of rules (`*_test.rego`) are left out.
 * @throws `PolicyInvalid` for a file that would never be asked; `PathOutsideRepository`
 */
export async function ruleFiles(directory: string): Promise<RuleFiles> {
  const own: string[] = []
  for (const name of await namesIn(path.join(directory, POLICIES_FOLDER))) {
    const file = await resolveInside(directory, path.join(POLICIES_FOLDER, name))
    assertAsked(`${POLICIES_FOLDER}/${name}`, await readRuleFile(`${POLICIES_FOLDER}/${name}`, file))
    own.push(file)
  }
  return { shipped: path.join(templatesFolder(), 'policies'), own }
}

/** Every rule that the files declare, by id. @throws `PolicyInvalid` */
export async function readRules(
  ports: Pick<Ports, 'exec' | 'env' | 'signal'>,
  program: string,
  { shipped, own }: RuleFiles,
): Promise<Rule[]> {
  const read = async (files: string[]): Promise<z.output<typeof rulesSchema>> =>
    accept(rulesSchema, await evaluate(ports, { program, files, query: RULES, input: {} }), 'a rule')
  const known = await read([shipped])
  const all = own.length === 0 ? known : await read([shipped, ...own])
  return Object.entries(all)
    .map(([id, { title, severity }]): Rule => ({ id, title, severity, source: id in known ? 'platform' : 'repository' }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** What the rules gave, as they must give it. @throws `PolicyInvalid` */
export function accept<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const reason = result.error.issues.map(({ path: at, message }) => `${at.map(String).join('.')}: ${message}`).join('\n')
  throw new UserError('PolicyInvalid', `The rules give something that is not ${what}.`, {
    reason,
    next: ['See "Rules of your own" in docs/how-to/policy.md.'],
  })
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.rego') && !name.endsWith('_test.rego')).sort()
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  }
}

async function readRuleFile(name: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'EISDIR', 'ELOOP')) throw error
    throw new UserError('PolicyInvalid', `${name} cannot be read.`, {
      cause: error,
      reason: isSystemError(error, 'EISDIR') ? 'It is a folder.' : 'It is a link that leads nowhere.',
      next: ['Remove it, or put a file in its place.'],
      details: { file: name },
    })
  }
}

function assertAsked(file: string, text: string): void {
  if (/^package\s+platform(?:\.[\w.]+)?\s*(?:#.*)?$/m.test(text)) return
  throw new UserError('PolicyInvalid', `${file} would never be asked.`, {
    reason: 'Only rules in the package platform are.',
    next: [`Begin ${file} with: package platform`],
    details: { file },
  })
}
