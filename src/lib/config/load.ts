import path from 'node:path'
import type * as z from 'zod'
import { addonCatalogue } from './addons/catalogue.js'
import { checkWindows } from './addons/rules.js'
import { findPolicyBreaches } from './policies.js'
import { type FieldPath, formatField, invalidConfiguration, type Problem } from './problem.js'
import type { Environment, Project } from './project.js'
import { checkRules } from './project-rules.js'
import { openRepository, PLATFORM_FILE, readRepositoryFiles, type RepositoryFiles } from './repository-files.js'
import { originOf, type Origins, resolveEnvironment } from './resolve.js'
import { type EnvironmentFile, environmentSchema, type Platform, platformSchema } from './schema.js'
import { checkSchema } from './schema-problems.js'
import { resolveShared } from './shared.js'
import { SETTING_VARIABLES, type Variables } from './setting-places.js'
import { assertKnownAccount, type OutsideSettings, readOutsideSettings } from './user-settings.js'
import { parseYaml, type YamlSource } from './yaml-source.js'

export interface LoadContext {
  /** Environment variables: `PLATFORM_*`, and where the user configuration lies. Absent: neither counts. */
  env?: Variables
}

export interface Configuration {
  project: Project
  origins: { platform: Origins; environments: ReadonlyMap<string, Origins> }
}

/**
 * Reads and validates the repository at or above `directory`.
 * @throws `NotARepository`; `PathOutsideRepository`; `InvalidConfiguration` with every problem in `details.problems`
 */
export async function loadProject(directory: string, context: LoadContext = {}): Promise<Project> {
  return (await loadConfiguration(directory, context)).project
}

/** As `loadProject`, and tells where each value comes from. */
export async function loadConfiguration(directory: string, context: LoadContext = {}): Promise<Configuration> {
  const outside = await readOutsideSettings(context.env ?? {})
  return resolveConfiguration(await readRepositoryFiles(await openRepository(directory)), outside)
}

/**
 * Validates and resolves texts that need not be on disk yet.
 * @throws `InvalidConfiguration`; `BadFlag` when a variable names an account that the platform does not have
 */
export function resolveConfiguration({ directory, texts, problems }: RepositoryFiles, outside: OutsideSettings): Configuration {
  const found: Problem[] = [...problems]
  const sources = new Map<string, YamlSource>()
  for (const [file, text] of texts) {
    const parsed = parseYaml(file, text)
    found.push(...parsed.problems)
    if (parsed.source?.value === null) found.push(emptyFile(file))
    else if (parsed.source) sources.set(file, parsed.source)
  }
  const check = <S extends z.ZodType>(schema: S, source: YamlSource): z.output<S> | undefined => {
    const checked = checkSchema(schema, source)
    found.push(...checked.problems)
    return checked.value
  }

  const platformSource = sources.get(PLATFORM_FILE)
  sources.delete(PLATFORM_FILE)
  const platform = platformSource && check(platformSchema, platformSource)
  const environments = [...sources.values()].map((source) => ({
    name: path.posix.parse(source.file).name,
    source,
    file: check(environmentSchema, source),
  }))
  const broken = platformSource ? checkRules(platformSource, environments, outside.variables.account) : []
  // A rule looks at all files, so it knows more of a field than the schema of one.
  const ofSchema = found.filter(({ file, field }) => field === '' || !broken.some((rule) => rule.file === file && rule.field === field))
  if (broken.length + found.length > 0 || !platform) throw invalidConfiguration([...ofSchema, ...broken])
  assertKnownAccount(outside.variables, Object.keys(platform.accounts))

  const decided = decidePlatform(platform, platformSource, outside)
  const valid = environments.flatMap(({ name, source, file }) => (file ? [{ name, source, file }] : []))
  const resolved = resolveAll(valid, decided.platform, platformSource, outside)
  const sourceOf = new Map(valid.map(({ name, source }) => [name, source]))
  const placed = resolved.flatMap(({ environment }) => {
    const source = sourceOf.get(environment.name)
    return source ? [{ environment, source }] : []
  })
  const outsideWindow = placed.flatMap(({ environment, source }) => checkWindows(environment, source, addonCatalogue()))
  if (outsideWindow.length > 0) throw invalidConfiguration(outsideWindow)
  const project: Project = {
    directory,
    platform: decided.platform,
    shared: resolveShared(decided.platform),
    policyBreaches: findPolicyBreaches(decided.platform.policies, placed),
    environments: new Map(resolved.map(({ environment }) => [environment.name, environment])),
  }
  return {
    project,
    origins: { platform: decided.origins, environments: new Map(resolved.map(({ environment, origins }) => [environment.name, origins])) },
  }
}

function emptyFile(file: string): Problem {
  const way = file === PLATFORM_FILE ? 'write the platform into it' : 'write the environment into it, or remove it'
  return { file, line: 1, column: 1, field: '', message: `the file is empty: ${way}` }
}

function resolveAll(
  files: ReadonlyArray<{ name: string; source: YamlSource; file: EnvironmentFile }>,
  platform: Platform,
  platformSource: YamlSource,
  outside: OutsideSettings,
): Array<{ environment: Environment; origins: Origins }> {
  const resolved = new Map<string, { environment: Environment; origins: Origins }>()
  // Hosts first: a soft environment takes what it lacks from its host.
  const managements = files.filter(({ file }) => file.role === 'management').map(({ name }) => name)
  const management = managements.length === 1 ? managements[0] : undefined
  const hostsFirst = [...files].sort((a, b) => Number(a.file.isolation === 'soft') - Number(b.file.isolation === 'soft'))
  for (const { name, source, file } of hostsFirst) {
    const host = file.host === undefined ? undefined : resolved.get(file.host)
    resolved.set(
      name,
      resolveEnvironment({
        name,
        file,
        source,
        platform,
        platformSource,
        outside,
        ...(host && { host }),
        ...(management !== undefined && { management }),
      }),
    )
  }
  return [...resolved.values()].sort((a, b) => (a.environment.name < b.environment.name ? -1 : 1))
}

/** Applies what variables and the user configuration say about the whole platform. */
function decidePlatform(
  platform: Platform,
  source: YamlSource,
  { variables, user }: OutsideSettings,
): { platform: Platform; origins: Origins } {
  const origins = new Map(platformFields(platform).map((path) => [formatField(path), originOf(source, path)]))
  const decide = <T>(
    field: string,
    setting: 'region' | 'terraformBinary' | 'providerMirror',
    variable: T | undefined,
    written: T,
    own: T | undefined,
  ): T => {
    if (variable !== undefined) {
      origins.set(field, `environment variable ${SETTING_VARIABLES[setting]}`)
      return variable
    }
    if (own === undefined || source.has(field.split('.'))) return written
    origins.set(field, 'user configuration')
    return own
  }
  const { terraform } = platform
  const providerMirror = decide(
    'terraform.providerMirror',
    'providerMirror',
    variables.providerMirror,
    terraform.providerMirror,
    user.providerMirror,
  )
  return {
    platform: {
      ...platform,
      region: decide('region', 'region', variables.region, platform.region, user.region),
      terraform: {
        ...terraform,
        binary: decide('terraform.binary', 'terraformBinary', variables.terraformBinary, terraform.binary, user.terraformBinary),
        ...(providerMirror !== undefined && { providerMirror }),
      },
    },
    origins,
  }
}

/** Paths of all values that are not groups themselves. */
function platformFields(value: object, above: FieldPath = []): FieldPath[] {
  return Object.entries(value).flatMap(([key, child]: [string, unknown]) => {
    const path = [...above, key]
    return typeof child === 'object' && child !== null && !Array.isArray(child) ? platformFields(child, path) : [path]
  })
}
