import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Environment } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { runSteps, type Step, type StepSummary } from '../core/steps.js'
import { uncommittedFiles } from '../git/git.js'
import { publish, type Published } from '../git/publish.js'
import { LOCK_FILE } from '../templates/lock-file.js'
import { type OwnedFile, planOwnedFiles, writeOwnedFiles } from '../templates/owned-files.js'
import type { TemplateFile } from '../templates/shipped.js'
import { APPLICATION_SET_FILE, appsApplicationSet } from './application-set.js'
import type { AppsContext } from './context.js'
import { messageOf } from './deliver.js'
import { assertCreateOptions, refuseIgnoredSource } from './create-options.js'
import { type Assignment, imageAssignments, withValues } from './edit-values.js'
import { keepingFiles } from './keep-files.js'
import { OVERLAY_FILE, overlayFolder, VALUES_FILE } from './model.js'
import { basesOf, environmentOf, environmentsOf, readIn, writeIn } from './repository.js'
import { baseFiles, type BaseSource } from './starter-chart.js'

export interface CreateOptions {
  app: string
  /** Empty: every workload environment. */
  environments: readonly string[]
  /** Version of the base. */
  base: string
  source: { kind: 'starter' } | { kind: 'chart'; name: string; repository: string; version: string } | { kind: 'folder'; folder: string }
  image: string | undefined
  /** Absent: by hand where the preset is production. */
  autoSync: boolean | undefined
  namespace: string | undefined
  dryRun: boolean
  reason: string | undefined
  /** Absent: files only. */
  push: boolean
  /** Asks before anything is pushed. @throws `NotConfirmed` */
  confirm?: () => Promise<void>
}

export interface Created {
  app: string
  environments: Array<{ name: string; autoSync: boolean }>
  base: string
  status: 'created' | 'planned'
  files: string[]
  commit: string | null
  branch: Published['local'] | null
  steps: StepSummary[]
}

/** Writes a new application, or new overlays of one, and commits them. @throws `AppExists`, `InvalidName`, `EnvironmentNotFound` */
export async function createApp(context: AppsContext, options: CreateOptions): Promise<Created> {
  const { project, ports } = context
  const { app, base } = options
  assertCreateOptions(options)
  const known = await environmentsOf(project.directory, app)
  const begun = options.push ? await open(context, known, (name) => `${overlayFolder(app, name)}/${OVERLAY_FILE}`) : []
  const wanted = chosen(context, options.environments).filter(({ name }) => !known.includes(name) || begun.includes(name))
  if (wanted.length === 0) throw exists(app, known)
  const overlays = wanted.map((environment) => ({
    name: environment.name,
    autoSync: options.autoSync ?? environment.preset !== 'production',
  }))
  const bases = await basesOf(project.directory, app)
  const isThere = bases.includes(base) && begun.length === 0
  if (isThere) refuseIgnoredSource(options)
  const chart = isThere ? [] : baseFiles(app, base, await sourceOf(options.source))
  const set = await applicationSetFile(context)
  // What a run that was cut short has written counts as the user's.
  const missing = async ({ path: file }: TemplateFile): Promise<boolean> => (await readIn(project.directory, file)) === undefined
  const made = [...chart, ...(await overlayFiles(options, overlays))]
  const files: TemplateFile[] = []
  for (const file of made) if (await missing(file)) files.push(file)
  const paths = [...made, ...set].map((file) => file.path)
  const listed = [...made, ...set.filter(({ action }) => action === 'write')].map((file) => file.path)
  const result = { app, environments: overlays, base, files: listed }
  if (options.dryRun) return { ...result, status: 'planned', commit: null, branch: null, steps: [] }
  if (options.push) await options.confirm?.()
  let published: Published | undefined
  const steps: Step[] = [
    {
      id: 'files',
      title: 'Files',
      run: async () => {
        await writeIn(project.directory, files)
        await writeOwnedFiles(project.directory, set)
        return { outcome: 'done', detail: `${listed.length} in gitops/` }
      },
    },
    ...(options.push
      ? [
          {
            id: 'git',
            title: 'Git',
            run: async () => {
              const message = messageOf(`Create application ${app} for ${overlays.map(({ name }) => name).join(', ')}`, options.reason)
              published = await publish(ports, project.directory, { ...(await context.git()), files: [...paths, LOCK_FILE], message })
              return { outcome: 'done' as const, detail: published.commit.slice(0, 12) }
            },
          },
        ]
      : []),
  ]
  const { results } = await keepingFiles(project.directory, [...paths, LOCK_FILE], async () => runSteps(ports, `Create ${app}`, steps))
  return { ...result, status: 'created', commit: published?.commit ?? null, branch: published?.local ?? null, steps: results }
}

function chosen({ project }: AppsContext, names: readonly string[]): Environment[] {
  if (names.length > 0) return names.map((name) => environmentOf(project, name))
  const all = [...project.environments.values()].filter(({ role }) => role === 'workload')
  if (all.length > 0) return all
  throw new UserError('EnvironmentNotFound', 'There is no workload environment that the application could run in.', {
    next: ['platform env create dev', 'Or name one: --environment NAME'],
  })
}

async function overlayFiles(
  { app, base, namespace, image }: CreateOptions,
  overlays: ReadonlyArray<{ name: string; autoSync: boolean }>,
): Promise<TemplateFile[]> {
  const { stringify } = await import('../core/yaml.js')
  const assignments: Assignment[] = image === undefined ? [] : imageAssignments(image)
  return overlays.flatMap(({ name, autoSync }) => [
    {
      path: `${overlayFolder(app, name)}/${OVERLAY_FILE}`,
      content: `# Which version of the base runs in ${name}, and whether Argo CD brings changes by itself.\n${stringify({ base, namespace: namespace ?? app, autoSync })}`,
    },
    {
      path: `${overlayFolder(app, name)}/${VALUES_FILE}`,
      content: withValues(VALUES_FILE, `# What differs in ${name} from the values of the base.\n{}\n`, assignments),
    },
  ])
}

/** A user's own version of it stays. */
async function applicationSetFile(context: AppsContext): Promise<OwnedFile[]> {
  const { directory } = context.project
  const { stringify } = await import('../core/yaml.js')
  const text = stringify(appsApplicationSet(await context.git()), { lineWidth: 0 })
  const file = { path: APPLICATION_SET_FILE, content: `# Finds the applications. Made by platform; your edits are kept.\n${text}` }
  const [owned] = await planOwnedFiles(directory, [file])
  return owned?.action === 'write' || owned?.action === 'keep' ? [owned] : []
}

/** Those whose file is here and in no commit: a run that was cut short has written it. */
async function open({ ports, project }: AppsContext, names: readonly string[], fileOf: (name: string) => string): Promise<string[]> {
  const found = (await uncommittedFiles(ports, project.directory, names.map(fileOf))) ?? []
  return names.filter((name) => found.includes(fileOf(name)))
}

async function sourceOf(source: CreateOptions['source']): Promise<BaseSource> {
  if (source.kind !== 'folder') return source
  const names = (await readdir(source.folder).catch(() => [])).filter((name) => /\.(?:ya?ml|json)$/.test(name)).sort()
  if (names.length === 0) {
    throw new UserError('BadFlag', `There are no manifests in ${source.folder}.`, {
      reason: 'Files that end with .yaml, .yml or .json are taken, without folders below.',
      next: ['Name the folder that holds them: --manifests FOLDER'],
      details: { folder: source.folder },
    })
  }
  const files = new Map<string, string>()
  for (const name of names) files.set(name, await readFile(path.join(source.folder, name), 'utf8'))
  return { kind: 'manifests', files }
}

function exists(app: string, environments: readonly string[]): UserError {
  return new UserError('AppExists', `Application ${app} is already there for ${environments.join(', ')}.`, {
    next: [
      `Bring a new version: platform app deploy ${app} --environment ${environments[0] ?? 'NAME'} --image …`,
      `platform app status ${app}`,
    ],
    details: { app, environments },
  })
}
