import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import semver from 'semver'
import { parse } from 'yaml'
import * as z from 'zod'
import { templatesFolder } from './shipped.js'

/** What a change does to infrastructure that is running, from harmless to harmful. `adds`: it only makes what did not exist. */
export const effects = ['nothing', 'adds', 'in-place', 'replacement', 'downtime'] as const

const changeSchema = z.strictObject({
  /** `root eks 1.1.0` or `module network 1.1.0`: the part in its new version. */
  part: z.string().regex(/^(?:root|module) [a-z0-9-]+ \d+\.\d+\.\d+$/),
  summary: z.string(),
  effect: z.enum(effects),
  /** What happens exactly, where the effect alone does not say it. */
  detail: z.string().optional(),
})

const changelogSchema = z.strictObject({ version: z.string(), changes: z.array(changeSchema).min(1) })

export type Changelog = z.output<typeof changelogSchema>

/** A change, with the version of the templates that brought it. */
export interface ChangelogEntry {
  version: string
  part: string
  summary: string
  effect: (typeof effects)[number]
  detail?: string
}

/** The changelogs of all versions of the templates, oldest first. */
export async function readChangelogs(folder = templatesFolder()): Promise<Changelog[]> {
  const place = path.join(folder, 'changelog')
  const names = (await readdir(place)).filter((name) => name.endsWith('.yaml'))
  const all = await Promise.all(names.map(async (name) => changelogSchema.parse(parse(await readFile(path.join(place, name), 'utf8')))))
  return all.sort((a, b) => semver.compare(a.version, b.version))
}

/** What comes to a root with an update from one version of the templates to another: changes of itself and of these modules. */
export function changesBetween(
  changelogs: readonly Changelog[],
  options: { from: string; to: string; root: string; modules: readonly string[] },
): ChangelogEntry[] {
  const parts = [`root ${options.root} `, ...options.modules.map((name) => `module ${name} `)]
  return changelogs
    .filter(({ version }) => semver.gt(version, options.from) && semver.lte(version, options.to))
    .flatMap(({ version, changes }) =>
      changes
        .filter(({ part }) => parts.some((each) => part.startsWith(each)))
        .map(({ detail, ...change }) => ({ version, ...change, ...(detail !== undefined && { detail }) })),
    )
}
