import type { StateVersion } from '../aws/state-versions.js'
import type { Column } from '../ui/table.js'

/** The versions of a state, within 80 columns: the id of a version takes 32 in AWS, and 36 in a sandbox. */
export const historyColumns: ReadonlyArray<Column<StateVersion>> = [
  { header: '', value: ({ current }) => (current ? '*' : ' ') },
  { header: 'Version', value: ({ versionId }) => versionId },
  { header: 'Saved (UTC)', value: ({ savedAt }) => savedAt.slice(0, 19).replace('T', ' ') },
  { header: 'Serial', value: ({ serial }) => serial, align: 'right' },
  {
    header: 'Resources',
    value: ({ resources, deleted, unreadable }) => (deleted ? 'deleted' : unreadable ? 'unreadable' : resources),
    align: 'right',
  },
]

/** An age as people say it. */
export function ageOf(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} days`
}
