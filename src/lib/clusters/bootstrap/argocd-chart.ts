import { parse } from 'yaml'
import type { Environment, Project } from '../../config/project.js'
import { messageOf, UserError } from '../../core/errors.js'
import { readTextIfExists, resolveInside } from '../../core/files.js'
import { type ChartArchive, type ChartReference, mergeValues } from '../../helm/chart.js'
import { readLock, updateLock } from '../../templates/lock-file.js'

/** The chart of Argo CD that a repository wants. */
export interface ChartWish extends ChartReference {
  /** What its archive must have. Absent: the first archive decides, and is noted. */
  digest?: string
  values: Record<string, unknown>
}

/** Name of the add-on and of its chart. */
const ARGO_CD = 'argo-cd'

/**
 * Chart, version and digest as `platform.lock.json` has them, else as the catalogue says, from the mirror where there is one; with the
 * values of the repository, whose layers are those of every add-on.
 */
export async function argoCdChart(project: Project, environment: Environment): Promise<ChartWish> {
  const locked = (await readLock(project.directory)).charts?.[ARGO_CD]
  const source = chartSource(project, environment)
  const known = locked?.version === source.version ? locked : undefined
  const digest = known?.digest ?? source.digest
  return {
    name: ARGO_CD,
    repository: source.mirror ?? known?.repository ?? source.repository,
    version: source.version,
    ...(digest !== undefined && { digest }),
    values: await valuesOf(project, environment.name),
  }
}

/** Holds to this archive from now on. */
export async function noteChart(project: Project, { repository }: ChartReference, { name, version, digest }: ChartArchive): Promise<void> {
  await updateLock(project.directory, (lock) => {
    lock.charts = { ...lock.charts, [name]: { ...lock.charts?.[name], repository, version, digest } }
  })
}

function chartSource(
  project: Project,
  environment: Environment,
): { repository: string; mirror?: string; version: string; digest?: string } {
  const mirror = (project.platform as { mirrors?: { charts?: { url: string } } }).mirrors?.charts?.url
  const version = (environment as { addons?: Record<string, { version: string }> }).addons?.[ARGO_CD]?.version ?? '10.1.1'
  return { repository: 'https://argoproj.github.io/argo-helm', version, ...(mirror !== undefined && { mirror }) }
}

async function valuesOf({ directory }: Project, environment: string): Promise<Record<string, unknown>> {
  const layers = ['default', `environments/${environment}`, `clusters/${environment}`].map(
    (layer) => `gitops/addons/${layer}/${ARGO_CD}.yaml`,
  )
  const values: Array<Record<string, unknown>> = []
  for (const file of layers) {
    const text = await readTextIfExists(await resolveInside(directory, file))
    if (text !== undefined) values.push(parseValues(file, text))
  }
  return mergeValues(values)
}

function parseValues(file: string, text: string): Record<string, unknown> {
  let found: unknown
  try {
    found = parse(text) ?? {}
  } catch (error) {
    throw notValues(file, messageOf(error))
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found)) throw notValues(file, 'It is not a list of fields.')
  return found as Record<string, unknown>
}

function notValues(file: string, reason: string): UserError {
  return new UserError('InvalidConfiguration', `${file} does not hold Helm values.`, { reason, next: [`Mend ${file}.`], details: { file } })
}
