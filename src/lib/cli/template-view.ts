import type { TemplateList } from '../templates/list.js'
import type { RootUpdate } from '../templates/update/plan-update.js'
import type { TemplateUpdate } from '../templates/update/update.js'

interface TemplateRow {
  root: string
  template: string
  version: string
  newest: string | null
  edited: number
}

/** One row for each root, followed by its modules. */
export function templateRows({ roots, unused }: TemplateList): TemplateRow[] {
  return [
    ...roots.flatMap(({ name, root, version, newest, edited, modules }) => [
      { root: name, template: `root ${root}`, version, newest, edited },
      ...modules.map((module) => ({
        root: name,
        template: `  ${module.name}`,
        version: module.version,
        newest: module.newest,
        edited: module.edited,
      })),
    ]),
    ...unused.map(({ name, version, edited }) => ({ root: '(unused)', template: name, version, newest: null, edited })),
  ]
}

/** The commands that show what updated files change in AWS. */
export function nextPlans({ roots }: Pick<TemplateUpdate, 'roots'>): string {
  const names = roots.filter(({ status }) => status !== 'unchanged').map(({ name }) => name)
  const environments = names.filter((name) => name !== 'shared')
  return [
    ...(environments.length < names.length ? ['platform shared plan'] : []),
    ...(environments.length === 1 ? [`platform env plan ${environments[0]}`] : []),
    ...(environments.length > 1 ? ['platform env plan --all'] : []),
  ].join(', ')
}

/** What an update does, for people. Empty when there is nothing to tell. */
export function updateText({ roots, changelog, lookAt, removed, kept }: TemplateUpdate): string {
  const sections = [
    ...roots.filter(({ status }) => status !== 'unchanged').map(rootText),
    section(
      'What the new version does to running infrastructure',
      changelog.map(
        ({ effect, part, summary, detail }) => `${effect}: ${part}: ${summary}${detail === undefined ? '' : ` ${detail.trim()}`}`,
      ),
    ),
    section('Removed, because nothing uses it', removed),
    section(
      'Kept, although no root uses it',
      kept.map(({ folder, reason }) => `${folder} (${reason})`),
    ),
    section(
      'Look at',
      lookAt.map(({ path, line, reason }) => `${path}${line === undefined ? '' : `:${line}`}  ${reason}`),
    ),
  ]
  return sections.filter((text) => text !== '').join('\n')
}

function rootText({ name, root, from, to, files }: RootUpdate): string {
  const modules = Object.entries(to.modules).flatMap(([module, version]) => {
    const before = from.modules[module]
    if (before === version) return []
    return [before === undefined ? `module ${module} ${version}, new` : `module ${module} ${before} → ${version}`]
  })
  const counts = new Map<string, number>()
  for (const { action } of files) counts.set(action, (counts.get(action) ?? 0) + 1)
  const named = files.filter(({ action }) => action !== 'added' && action !== 'updated').map(({ action, path }) => `${action}: ${path}`)
  const summary = [...counts].map(([action, count]) => `${count} ${action}`).join(', ')
  return section(`${name}: root ${root} ${from.version} → ${to.version} (templates ${from.templates} → ${to.templates})`, [
    ...modules,
    ...(summary === '' ? [] : [`files: ${summary}`]),
    ...named,
  ])
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines.map((line) => `  ${line}`)].join('\n')
}
