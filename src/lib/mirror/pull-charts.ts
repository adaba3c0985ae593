import { rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { UserError, isSystemError } from '../core/errors.js'
import { makeFolder } from '../core/files.js'
import { pullChart } from '../helm/chart.js'
import type { Helm } from '../helm/helm.js'
import { digestOfFile } from '../registry/layout.js'
import type { WantedChart } from './charts.js'
import type { MirroredChart } from './folder.js'
import { mirrorPlaces } from './folder.js'

/** What became of one thing: it was there, it was fetched, or what was there was damaged and fetched again. */
export type Fetched = 'there' | 'fetched' | 'mended'

/**
 * Brings a chart into the folder, unless it is there. A digest that the folder has noted is held to.
 * @throws `ChartNotFound`, `ChartDigestMismatch`
 */
export async function pullWantedChart(
  helm: Helm,
  folder: string,
  { wish, noted }: { wish: WantedChart; noted: MirroredChart | undefined },
): Promise<{ chart: MirroredChart; fetched: Fetched }> {
  const found = noted && (await digestOfFile(path.join(folder, noted.file)))
  if (noted && found?.digest === noted.digest) {
    if (wish.digest !== undefined && wish.digest !== noted.digest) throw otherThanLocked(wish, noted)
    return { chart: noted, fetched: 'there' }
  }
  const places = mirrorPlaces(folder)
  const expected = wish.digest ?? noted?.digest
  const work = path.join(places.work, 'charts')
  await rm(work, { recursive: true, force: true })
  const { addon, chart, version, repository } = wish
  const archive = await pullChart(
    helm,
    { name: chart, repository, version },
    { folder: work, ...(expected !== undefined && { digest: expected }) },
  )
  const file = `charts/${chart}-${version}.tgz`
  await makeFolder(places.charts)
  // Complete, or not there: a reader never sees half an archive.
  await move(archive.file, path.join(folder, file))
  const { bytes = 0 } = (await digestOfFile(path.join(folder, file))) ?? {}
  return { chart: { addon, chart, version, repository, digest: archive.digest, bytes, file }, fetched: found ? 'mended' : 'fetched' }
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (!isSystemError(error, 'ENOSPC', 'EDQUOT')) throw error
    throw new UserError('DiskFull', `There is no room for ${to}.`, {
      cause: error,
      next: ['Free some room. The same command goes on where it stopped.'],
    })
  }
}

function otherThanLocked({ chart, version, digest }: WantedChart, noted: MirroredChart): UserError {
  return new UserError(
    'ChartDigestMismatch',
    `Chart ${chart} ${version} in the folder is not the one that platform.lock.json or the catalogue names.`,
    {
      reason: `Its digest is ${noted.digest}, and ${digest ?? 'another one'} is expected.`,
      next: ['Pull into an empty folder, or find out who changed platform.lock.json.'],
      details: { chart, version, file: noted.file, expected: digest, found: noted.digest },
    },
  )
}
