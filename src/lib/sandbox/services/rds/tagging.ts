import type { MendContext } from '../../mends/mend.js'
import { withoutKeys } from '../tags.js'
import type { QueryInput, XmlValue } from '../query-protocol.js'
import { CLUSTERS, INSTANCES, SNAPSHOTS } from './keeping.js'
import { tagList, tagsOf, textIn, type Database } from './shapes.js'

/** Where the resource of an ARN is kept, or undefined when the emulator keeps it. */
export function kindOfArn(arn: string): string | undefined {
  const type = arn.split(':')[5]
  if (type === 'db') return INSTANCES
  if (type === 'cluster') return CLUSTERS
  return type === 'snapshot' || type === 'cluster-snapshot' ? SNAPSHOTS : undefined
}

export function arnOf(database: Database): string {
  const fields = ['DBInstanceArn', 'DBClusterArn', 'DBSnapshotArn', 'DBClusterSnapshotArn']
  return fields.map((field) => textIn(database, field)).find((arn) => arn !== '') ?? ''
}

/**
 * ListTagsForResource, AddTagsToResource and RemoveTagsFromResource of the resources that are kept here.
 * @returns undefined when there is none with this ARN.
 */
export async function answerTags(action: string, input: QueryInput, { shelf }: MendContext): Promise<XmlValue> {
  const arn = input.text('ResourceName') ?? ''
  const kind = kindOfArn(arn)
  if (kind === undefined) return undefined
  if (action === 'ListTagsForResource') {
    const found = [...(await shelf.all<Database>(kind)).values()].find((database) => arnOf(database) === arn)
    return found && { TagList: tagList(found.tags) }
  }
  return shelf.update<Database, XmlValue>(kind, (kept) => {
    const found = [...kept.values()].find((database) => arnOf(database) === arn)
    if (!found) return undefined
    if (action === 'AddTagsToResource') Object.assign(found.tags, tagsOf(input))
    else found.tags = withoutKeys(found.tags, input.list('TagKeys.member'))
    return {}
  })
}
