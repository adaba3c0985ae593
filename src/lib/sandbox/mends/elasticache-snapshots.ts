import { withBody, type Answer } from '../gateway/answer.js'
import { elementsOf, textOf } from '../gateway/xml-text.js'
import { QueryInput, toXml } from '../services/query-protocol.js'
import type { Mend, MendContext, MendRequest } from './mend.js'
import { callQuery } from './root-calls.js'

const KIND = 'elasticache-snapshot-keys'
const VERSION = '2015-02-02'

type SnapshotKey = Record<string, unknown> & { keyId: string }

/** Gap: a snapshot does not say the key of the group that it was made of. AWS answers it: without that key it cannot be opened. */
export const elasticacheSnapshotKeys: Mend = {
  id: 'elasticache-snapshot-keys',
  gap: 'DescribeSnapshots does not say the key.',
  service: 'elasticache',
  actions: ['CreateSnapshot', 'DescribeSnapshots'],
  async handle(request, context) {
    if (request.call.action === 'DescribeSnapshots') return withKeys(await context.forward(request), context)
    const input = new QueryInput(request.body)
    const group = await describeGroup(input.text('ReplicationGroupId'), context)
    const answer = await context.forward(request)
    if (answer.status === 200) await remember(input.text('SnapshotName'), group, context)
    return answer
  },
}

/**
 * Gap: DeleteReplicationGroup does not make the final snapshot that it is asked for. It is made before, as it cannot be made after, and
 * taken away again when the deletion is refused. As in AWS, a name that is taken is refused and the group stays.
 */
export async function deleteWithFinalSnapshot(request: MendRequest, input: QueryInput, context: MendContext): Promise<Answer> {
  const id = input.text('ReplicationGroupId')
  const name = input.text('FinalSnapshotIdentifier')
  const group = name === undefined ? '' : await describeGroup(id, context)
  if (name === undefined || id === undefined || group === '') return context.forward(request)
  const { method, url, rawHeaders } = request.call
  const body = new URLSearchParams({ Action: 'CreateSnapshot', Version: VERSION, ReplicationGroupId: id, SnapshotName: name })
  const made = await context.sendAsRoot({ method, url, rawHeaders, body: Buffer.from(body.toString()) }, 'elasticache')
  if (made.status !== 200) return made
  const answer = await context.forward(request)
  if (answer.status === 200) await remember(name, group, context)
  else await callQuery(context, 'elasticache', { Action: 'DeleteSnapshot', Version: VERSION, SnapshotName: name })
  return answer
}

/** A replication group as XML, or an empty text. */
async function describeGroup(id: string | undefined, context: MendContext): Promise<string> {
  if (id === undefined) return ''
  const xml = await callQuery(context, 'elasticache', { Action: 'DescribeReplicationGroups', Version: VERSION, ReplicationGroupId: id })
  return elementsOf(xml, 'ReplicationGroup')[0] ?? ''
}

async function remember(name: string | undefined, group: string, { region, shelf }: MendContext): Promise<void> {
  const keyId = textOf(group, 'KmsKeyId')
  await shelf.update<SnapshotKey, void>(KIND, (kept) => {
    if (keyId === undefined) kept.delete(`${region}/${name}`)
    else kept.set(`${region}/${name}`, { keyId })
  })
}

async function withKeys(answer: Answer, { region, shelf }: MendContext): Promise<Answer> {
  if (answer.status !== 200) return answer
  const keys = await shelf.all<SnapshotKey>(KIND)
  const text = answer.body.toString('utf8').replaceAll(/<Snapshot>([\s\S]*?)<\/Snapshot>/g, (whole, inner: string) => {
    const known = keys.get(`${region}/${textOf(inner, 'SnapshotName')}`)
    return known ? `<Snapshot>${inner}${toXml({ KmsKeyId: known.keyId })}</Snapshot>` : whole
  })
  return withBody(answer, text)
}
