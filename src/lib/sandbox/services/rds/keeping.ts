import type { MendContext } from '../../mends/mend.js'
import type { QueryInput } from '../query-protocol.js'
import type { Database } from './shapes.js'

export const INSTANCES = 'rds-instances'
export const CLUSTERS = 'rds-clusters'
export const SNAPSHOTS = 'rds-snapshots'

export interface Place {
  region: string
  accountId: string
}

export function place({ region, accountId }: MendContext): Place {
  return { region, accountId }
}

export function keyOf(region: string, id: string): string {
  return `${region}/${id}`
}

/**
 * The databases of the region that pass the filters of a describe call.
 * @param filters which field each filter looks at.
 */
export async function find(
  kind: string,
  input: QueryInput,
  { region, shelf }: MendContext,
  filters: Readonly<Record<string, string>>,
): Promise<Database[]> {
  const wanted = input
    .structures('Filters.Filter')
    .map((filter) => ({ name: filter.text('Name') ?? '', values: filter.list('Values.Value') }))
  return [...(await shelf.all<Database>(kind))]
    .filter(([key]) => key.startsWith(`${region}/`))
    .map(([, database]) => database)
    .filter(({ shape }) =>
      wanted.every(({ name, values }) => {
        const value = shape[filters[name] ?? '']
        return values.some((text) => text === value || (typeof value === 'string' && text.endsWith(`:${value}`)))
      }),
    )
}
