import { parse } from 'yaml'
import { ARGO_CD } from '../../config/addons/catalogue.js'
import type { Environment, Project } from '../../config/project.js'
import { messageOf, UserError } from '../../core/errors.js'
import { readTextIfExists, resolveInside } from '../../core/files.js'
import { type WantedChart, wantedCharts } from '../../gitops/addon-charts.js'
import { valueLayers } from '../../gitops/places.js'
import { mergeValues } from '../../helm/chart.js'
import { readLock } from '../../templates/lock-file.js'
import type { OwnedFile } from '../../templates/owned-files.js'

/** The chart of Argo CD that a repository wants. */
export interface ChartWish extends WantedChart {
  values: Record<string, unknown>
}

/**
 * Chart, version and digest as `platform.lock.json` has them, else as the catalogue says, from the mirror where there is one; with the
 * values of the repository, whose layers are those of every add-on. Argo CD is installed by Helm once, for somebody has to be the first;
 * from then on it brings itself from the same chart and values, like every other add-on.
 */
export async function argoCdChart(project: Project, environment: Environment): Promise<ChartWish> {
  const version = environment.addons[ARGO_CD]?.version
  if (version === undefined) throw new Error(`${environment.name} has no ${ARGO_CD}: it is no management environment`)
  const [chart] = wantedCharts(project, await readLock(project.directory), { name: ARGO_CD, version })
  if (!chart) throw new Error('the catalogue has no chart of Argo CD')
  return { ...chart, values: await argoCdValues(project, environment) }
}

/** @param planned files that a dry run would write */
export async function argoCdValues(
  { directory, platform }: Pick<Project, 'directory' | 'platform'>,
  { name, role }: Pick<Environment, 'name' | 'role'>,
  planned: readonly OwnedFile[] = [],
): Promise<Record<string, unknown>> {
  const values: Array<Record<string, unknown>> = []
  for (const file of valueLayers(ARGO_CD, { role, environment: name, cluster: name }, platform.mirrors)) {
    const due = planned.find(({ path, action }) => path === file && action === 'write')
    const text = due?.content ?? (await readTextIfExists(await resolveInside(directory, file)))
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
