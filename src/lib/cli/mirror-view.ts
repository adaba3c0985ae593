import type { MirrorPlan } from '../mirror/plan.js'
import type { PullResult } from '../mirror/pull.js'
import type { PushResult } from '../mirror/push.js'
import type { Column } from '../ui/table.js'

interface Printer {
  table: (rows: readonly Row[], columns: ReadonlyArray<Column<Row>>) => Promise<void>
  note: (text: string) => void
}

interface Row {
  kind: string
  name: string
  digest: string
  size: string
  for: string
}

export async function printMirrorPlan(plan: MirrorPlan, { table, note }: Printer): Promise<void> {
  const charts = plan.charts.map(({ addon, chart, version, digest, bytes }) => ({
    ...{ kind: 'chart', name: `${chart} ${version}`, digest: shortened(digest), size: sizeText(bytes), for: addon },
  }))
  const images = plan.images.map(({ reference, digest, addons }) => ({
    ...{ kind: 'image', name: reference, digest: digest === null ? '' : shortened(digest), size: '', for: addons.join(', ') },
  }))
  await table(
    [...charts, ...images],
    [
      { header: 'Kind', value: ({ kind }) => kind },
      { header: 'Name', value: ({ name }) => name },
      { header: 'Digest', value: ({ digest }) => digest },
      { header: 'Size', value: ({ size }) => size },
      { header: 'For', value: (row) => row.for },
    ],
  )
  note(`${plan.charts.length} charts and ${plan.images.length} images.`)
  if (plan.unreachable.length > 0) note(`No answer from ${plan.unreachable.join(', ')}: digests are missing.`)
  for (const { addon, list } of plan.elsewhere)
    note(`${addon} starts more images than its chart names: ${list} (add them with --images-list)`)
  for (const { addon, environment, image } of plan.outside) note(`Not from the mirror: ${image} (${addon} in ${environment})`)
}

export function pullFields({ folder, charts, images, bytes }: PullResult): Array<readonly [string, string]> {
  const text = (counts: PullResult['charts']): string => `${counts.fetched} fetched, ${counts.mended} mended, ${counts.there} already there`
  return [
    ['Folder', folder],
    ['Charts', text(charts)],
    ['Images', text(images)],
    ['Size', sizeText(bytes)],
  ]
}

export function pushFields({ charts, images, created, mirrors }: PushResult): Array<readonly [string, string]> {
  return [
    ['Charts', `${charts.pushed} sent, ${charts.there} already there`],
    ['Images', `${images.pushed} sent, ${images.there} already there`],
    ...(created.length > 0 ? ([['Repositories', `${created.length} made`]] as const) : []),
    ['mirrors.charts.url', mirrors.charts.url],
    ['mirrors.images.registry', mirrors.images.registry],
  ]
}

function shortened(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12)
}

function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3))
  const value = bytes / 1000 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${units[power] ?? ''}`
}
