import type { RestoredDatabase } from '../environments/restore.js'
import type { ApplyResult } from '../roots/apply-root.js'
import type { DestroyResult } from '../roots/destroy-root.js'
import type { Retained } from '../aws/leftovers/leftovers.js'
import type { Column } from '../ui/table.js'
import type { PlanResult } from '../roots/plan-root.js'

type Fields = ReadonlyArray<readonly [label: string, value: string | number | boolean]>

/** What `env create` and `env apply` tell people at the end. */
export function createdFields(result: ApplyResult): Fields {
  const { add, change, destroy } = result.changes
  return [
    ['Environment', result.environment],
    ['Status', result.status],
    ['Changes', `${add} added, ${change} changed, ${destroy} destroyed`],
    ...outputFields(result.outputs),
    ['Took', `${Math.round(result.durationMs / 1000)} s`],
    ['Run', result.runId],
  ]
}

/** What `env plan` tells people at the end. */
export function plannedFields({ environment, changes, planFile, planDigest }: PlanResult): Fields {
  const { add, change, replace, destroy, import: imported } = changes
  return [
    ['Environment', environment],
    [
      'Changes',
      `${add} to add, ${change} to change, ${replace} to replace, ${destroy} to destroy${imported > 0 ? `, ${imported} to import` : ''}`,
    ],
    ...(planFile === ''
      ? []
      : ([
          ['Plan', planFile],
          ['Digest', planDigest],
        ] as const)),
  ]
}

/** What `env destroy` tells people at the end. */
export function destroyedFields({ environment, destroyed, orphans, retained }: DestroyResult): Fields {
  return [
    ['Environment', environment],
    ['Status', destroyed ? 'destroyed' : 'being destroyed'],
    ['Left over', orphans.length],
    ['Kept by AWS', retained.length === 0 ? 'nothing' : `${retained.length}, as listed below`],
  ]
}

/** What AWS keeps after a destruction, as a table. */
export const retainedColumns: ReadonlyArray<Column<Retained>> = [
  { header: 'Kept by AWS', value: ({ arn }) => arn },
  { header: 'Until', value: ({ until }) => until },
  { header: 'Why', value: ({ reason }) => reason },
]

/** What the databases of a restored environment are made from, as a table. */
export const restoredColumns: ReadonlyArray<Column<RestoredDatabase>> = [
  { header: 'Database', value: ({ database }) => database },
  { header: 'Engine', value: ({ engine }) => engine },
  { header: 'Made from', value: ({ snapshot }) => snapshot ?? 'nothing: it starts empty' },
  { header: 'Taken', value: ({ takenAt }) => takenAt ?? '' },
]

/** Simple output values; lists and maps are for `--json`. */
export function outputFields(outputs: Record<string, unknown>): Fields {
  return Object.entries(outputs)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .map(([name, value]) => [name, value] as const)
}
