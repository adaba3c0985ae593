import type { MendContext } from '../../mends/mend.js'
import type { QueryInput, XmlValue } from '../query-protocol.js'
import { ServiceError } from '../service-error.js'
import { keyOf, place, SNAPSHOTS } from './keeping.js'
import { tagList, type Database, type DatabaseKind } from './shapes.js'

/** How a snapshot of each kind is called in the API. */
const WORDS = {
  instance: {
    element: 'DBSnapshot',
    id: 'DBSnapshotIdentifier',
    arn: 'snapshot',
    source: 'DBInstanceIdentifier',
    fault: 'DBSnapshotNotFound',
  },
  cluster: {
    element: 'DBClusterSnapshot',
    id: 'DBClusterSnapshotIdentifier',
    arn: 'cluster-snapshot',
    source: 'DBClusterIdentifier',
    fault: 'DBClusterSnapshotNotFoundFault',
  },
} as const

interface Snapshot extends Database {
  kind: DatabaseKind
}

/**
 * Keeps the final snapshot that a delete call asks for.
 * @throws `InvalidParameterCombination` when it neither asks for one nor renounces.
 */
export async function keepFinalSnapshot(kind: DatabaseKind, input: QueryInput, database: Database, context: MendContext): Promise<void> {
  const id = input.text('FinalDBSnapshotIdentifier')
  if (input.isTrue('SkipFinalSnapshot')) return
  if (id === undefined) {
    throw new ServiceError('InvalidParameterCombination', 'FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.')
  }
  const { region, accountId } = place(context)
  const words = WORDS[kind]
  const { shape, tags } = database
  const copied = [
    'AllocatedStorage',
    'DBName',
    'DatabaseName',
    'Engine',
    'EngineVersion',
    'KmsKeyId',
    'MasterUsername',
    'StorageType',
    words.source,
  ]
  await context.shelf.update<Snapshot, void>(SNAPSHOTS, (kept) => {
    const key = keyOf(region, `${kind}/${id}`)
    if (kept.has(key))
      throw new ServiceError(`${words.element}AlreadyExists${kind === 'cluster' ? 'Fault' : ''}`, `The snapshot ${id} exists already.`)
    kept.set(key, {
      kind,
      tags: shape['CopyTagsToSnapshot'] === 'true' ? tags : {},
      shape: {
        ...Object.fromEntries(copied.map((field) => [field, shape[field]])),
        [words.id]: id,
        [`${words.element}Arn`]: `arn:aws:rds:${region}:${accountId}:${words.arn}:${id}`,
        [kind === 'instance' ? 'Encrypted' : 'StorageEncrypted']: shape['StorageEncrypted'],
        SnapshotCreateTime: new Date().toISOString(),
        SnapshotType: 'manual',
        Status: 'available',
        PercentProgress: 100,
      },
    })
  })
}

/** DescribeDBSnapshots and DescribeDBClusterSnapshots. */
export async function describeSnapshots(kind: DatabaseKind, input: QueryInput, { region, shelf }: MendContext): Promise<XmlValue> {
  const words = WORDS[kind]
  const [id, source] = [input.text(words.id), input.text(words.source)]
  const found = [...(await shelf.all<Snapshot>(SNAPSHOTS))]
    .filter(([key, snapshot]) => key.startsWith(`${region}/`) && snapshot.kind === kind)
    .map(([, snapshot]) => snapshot)
    .filter(({ shape }) => (id ?? shape[words.id]) === shape[words.id] && (source ?? shape[words.source]) === shape[words.source])
  if (id !== undefined && found.length === 0) throw notFound(kind, id)
  return { [`${words.element}s`]: { [words.element]: found.map(({ shape, tags }) => ({ ...shape, TagList: tagList(tags) })) } }
}

/** DeleteDBSnapshot and DeleteDBClusterSnapshot. */
export async function deleteSnapshot(kind: DatabaseKind, input: QueryInput, { region, shelf }: MendContext): Promise<XmlValue> {
  const words = WORDS[kind]
  const id = input.text(words.id) ?? ''
  return shelf.update<Snapshot, XmlValue>(SNAPSHOTS, (kept) => {
    const key = keyOf(region, `${kind}/${id}`)
    const snapshot = kept.get(key)
    if (!snapshot) throw notFound(kind, id)
    kept.delete(key)
    return { [words.element]: { ...snapshot.shape, Status: 'deleted' } }
  })
}

/** What a database that is restored from a snapshot has of it. */
export async function restoredFields(kind: DatabaseKind, id: string, { region, shelf }: MendContext): Promise<Record<string, XmlValue>> {
  const name = id.replace(/^arn:.*:(?:cluster-)?snapshot:/, '')
  const snapshot = (await shelf.all<Snapshot>(SNAPSHOTS)).get(keyOf(region, `${kind}/${name}`))
  if (!snapshot) throw notFound(kind, name)
  const { shape } = snapshot
  const fields = ['AllocatedStorage', 'DBName', 'DatabaseName', 'Engine', 'EngineVersion', 'KmsKeyId', 'MasterUsername', 'StorageType']
  const kept = fields.flatMap((field) => (shape[field] === undefined ? [] : [[field, shape[field]] as const]))
  return { ...Object.fromEntries(kept), StorageEncrypted: shape[kind === 'instance' ? 'Encrypted' : 'StorageEncrypted'] ?? false }
}

function notFound(kind: DatabaseKind, id: string): ServiceError {
  return new ServiceError(WORDS[kind].fault, `${WORDS[kind].element} ${id} not found.`, 404)
}
