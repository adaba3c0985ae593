import { addonOf, releaseOf } from '../config/addons/catalogue.js'
import { chartSource } from '../config/addons/mirror.js'
import { mapLimited } from '../aws/waiting.js'
import type { Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { type ChartArchive, type ChartReference, pullChart } from '../helm/chart.js'
import type { Helm } from '../helm/helm.js'
import { type PlatformLock, updateLock } from '../templates/lock-file.js'

/** A chart that an add-on is installed from. */
export interface WantedChart extends ChartReference {
  /** Its name in `charts` of platform.lock.json. */
  key: string
  /** What its archive must have. Absent: the first archive decides, and is noted. */
  digest?: string
  /** Whether it was fetched before, and noted. */
  known: boolean
}

type LockedChart = NonNullable<PlatformLock['charts']>[string]

/**
 * The charts of an add-on: where they come from, and the digest that the lock has, else the catalogue.
 * @throws `ChartDigestMismatch` when the two say different things, `AddonNotFound`
 */
export function wantedCharts(
  { platform }: Pick<Project, 'platform'>,
  { charts = {} }: Pick<PlatformLock, 'charts'>,
  { name, version }: { name: string; version: string },
): WantedChart[] {
  const addon = addonOf(name)
  const { repository, upstreamDigest } = chartSource(addon, platform.mirrors)
  const published = upstreamDigest ? releaseOf(addon, version)?.digest : undefined
  const main = chartOf({ key: name, chart: addon.chart, repository, version }, charts[name], published)
  if (!addon.crds) return [main]
  const definitions = chartSource(addon.crds, platform.mirrors)
  const key = definitions.chart
  return [chartOf({ key, chart: key, repository: definitions.repository, version }, charts[key], undefined), main]
}

function chartOf(
  { key, chart, repository, version }: { key: string; chart: string; repository: string; version: string },
  entry: LockedChart | undefined,
  published: string | undefined,
): WantedChart {
  const locked = lockedDigest(entry, { repository, version })
  if (locked !== undefined && published !== undefined && locked !== published) {
    throw new UserError('ChartDigestMismatch', `platform.lock.json and the catalogue name different archives of ${chart} ${version}.`, {
      reason: `The lock has ${locked}, and the publisher's is ${published}.`,
      next: [
        'Where a mirror packs charts anew, say so in platform.yaml: mirrors.charts.digests: mirror',
        `Else find out who changed the lock, and take charts.${key} out of it.`,
      ],
      details: { chart, version, expected: published, found: locked },
    })
  }
  const digest = locked ?? published
  return { key, name: chart, repository, version, known: locked !== undefined, ...(digest !== undefined && { digest }) }
}

/** Of the same repository alone: another one may pack charts anew. */
function lockedDigest(
  entry: LockedChart | undefined,
  { repository, version }: { repository: string; version: string },
): string | undefined {
  const found = entry?.version === version ? entry : entry?.also?.[version]
  return found?.repository === repository ? found.digest : undefined
}

/** How many charts are fetched at a time. */
const AT_ONCE = 4

/**
 * Fetches charts, and compares their digests. Nothing is written but the archives.
 * @throws `ChartNotFound`, `ChartDigestMismatch`
 */
export async function fetchCharts(
  helm: Helm,
  wanted: readonly WantedChart[],
  { folder, progress }: { folder: string; progress?: (detail: string, count: { done: number; total: number }) => void },
): Promise<Map<string, ChartArchive>> {
  const archives = new Map<string, ChartArchive>()
  await mapLimited(wanted, AT_ONCE, async (chart) => {
    progress?.(`${chart.name} ${chart.version}`, { done: archives.size, total: wanted.length })
    archives.set(chart.key, await pullChart(helm, chart, { folder, ...(chart.digest !== undefined && { digest: chart.digest }) }))
  })
  return archives
}

/** Holds to these archives from now on. */
export async function noteCharts(
  directory: string,
  wanted: readonly WantedChart[],
  archives: ReadonlyMap<string, Pick<ChartArchive, 'digest'>>,
): Promise<void> {
  await updateLock(directory, (lock) => {
    for (const { key, repository, version } of wanted) {
      const digest = archives.get(key)?.digest
      if (digest !== undefined) lock.charts = { ...lock.charts, [key]: withChart(lock.charts?.[key], { repository, version, digest }) }
    }
  })
}

function withChart(
  before: LockedChart | undefined,
  { version, ...chart }: { repository: string; version: string; digest: string },
): LockedChart {
  if (before === undefined || before.version === version) return { ...before, version, ...chart }
  const others = Object.entries(before.also ?? {}).filter(([other]) => other !== version)
  const also = { ...Object.fromEntries(others), [before.version]: { repository: before.repository, digest: before.digest } }
  return { version, ...chart, also }
}
