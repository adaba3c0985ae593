import { existsSync } from 'node:fs'
import { UserError } from '../core/errors.js'
import { nearest } from '../core/names.js'
import { readPlainText } from './plain-text.js'
import { formatHints, invalidConfiguration } from './problem.js'
import { type UserSettings, userSettingsSchema } from './schema.js'
import { checkSchema } from './schema-problems.js'
import { SETTING_VARIABLES, userSettingsFile, type Variables } from './setting-places.js'
import { parseYaml } from './yaml-source.js'

/** What comes from outside the repository. */
export interface OutsideSettings {
  /** Above every file. */
  variables: UserSettings
  /** Below every file. */
  user: UserSettings
}

/**
 * Reads `PLATFORM_*` variables and the user's own file.
 * @throws `InvalidConfiguration` for a bad file, `BadFlag` for a bad variable
 */
export async function readOutsideSettings(env: Variables): Promise<OutsideSettings> {
  return { variables: readVariables(env), user: await readUserFile(userSettingsFile(env)) }
}

function readVariables(env: Variables): UserSettings {
  const values = Object.entries(SETTING_VARIABLES).flatMap(([key, variable]) => (env[variable] ? [[key, env[variable]] as const] : []))
  if (values.length === 0) return {}
  const result = userSettingsSchema.safeParse(Object.fromEntries(values))
  if (result.success) return result.data
  const lines = result.error.issues.map((issue) => {
    const key = String(issue.path[0]) as keyof UserSettings
    const allowed = issue.code === 'invalid_value' ? ` (allowed: ${issue.values.join(', ')})` : ''
    return `${SETTING_VARIABLES[key]}=${env[SETTING_VARIABLES[key]]}: ${allowed ? 'is not allowed' : issue.message}${allowed}`
  })
  throw badVariable(lines.join('\n'))
}

/** @throws `BadFlag` unless the account that a variable chooses is one of the platform's */
export function assertKnownAccount({ account }: UserSettings, allowed: readonly string[]): void {
  if (account === undefined || allowed.includes(account)) return
  const near = nearest(account, allowed)
  const hints = formatHints({ allowed: [...allowed], ...(near !== undefined && { nearest: near }) })
  throw badVariable(`${SETTING_VARIABLES.account}=${account}: is not in accounts of platform.yaml${hints}`)
}

function badVariable(reason: string): UserError {
  return new UserError('BadFlag', 'An environment variable has a value that is not allowed.', {
    reason,
    next: ['Change the variable, or unset it.'],
  })
}

async function readUserFile(file: string | undefined): Promise<UserSettings> {
  if (file === undefined || !existsSync(file)) return {}
  const read = await readPlainText(file)
  if ('wrong' in read) throw invalidConfiguration([{ file, line: 1, column: 1, field: '', message: read.wrong }])
  if (read.text.trim() === '') return {}
  const { source, problems } = parseYaml(file, read.text)
  if (!source || problems.length > 0) throw invalidConfiguration(problems)
  const checked = checkSchema(userSettingsSchema, source)
  if (checked.value === undefined) throw invalidConfiguration(checked.problems)
  return checked.value
}
