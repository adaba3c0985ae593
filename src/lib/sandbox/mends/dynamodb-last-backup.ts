import { json, jsonBody, withBody, type Answer } from '../gateway/answer.js'
import type { Mend, MendContext } from './mend.js'
import { callJson } from './root-calls.js'

const KIND = 'dynamodb-last-backups'
const DAYS = 35

type Fields = Record<string, unknown>
/** A backup as `DescribeBackup` answers it. */
interface Backup extends Fields {
  BackupDetails: { BackupArn: string; BackupExpiryDateTime: number; BackupType: 'SYSTEM' } & Fields
  SourceTableDetails: { TableName: string; TableArn: string; TableId: string } & Fields
}

/**
 * Gap: a table with point-in-time recovery leaves nothing behind when it is deleted. AWS keeps its last state for 35 days (Amazon
 * DynamoDB Developer Guide, "Point-in-time recovery").
 */
export const dynamodbLastBackup: Mend = {
  id: 'dynamodb-last-backup',
  gap: 'DeleteTable leaves no backup of a table with point-in-time recovery.',
  service: 'dynamodb',
  actions: ['DeleteTable', 'DescribeBackup', 'ListBackups'],
  async handle(request, context) {
    const input = jsonBody(request.body) ?? {}
    switch (request.call.action) {
      case 'DeleteTable': {
        const backup = await lastBackup(String(input['TableName']).replace(/^.*:table\//, ''), context)
        const answer = await context.forward(request)
        if (answer.status === 200 && backup) await keep(backup, context)
        return answer
      }
      case 'DescribeBackup': {
        const answer = await context.forward(request)
        const known = answer.status === 200 ? undefined : (await ofRegion(context)).get(String(input['BackupArn']))
        return known ? json(200, { BackupDescription: known }) : answer
      }
      default:
        return withLast(await context.forward(request), input, context)
    }
  },
}

async function lastBackup(table: string, context: MendContext): Promise<Backup | undefined> {
  const ask = (operation: string): Promise<Fields> => callJson(context, 'dynamodb', `DynamoDB_20120810.${operation}`, { TableName: table })
  const [recovery, described] = await Promise.all([ask('DescribeContinuousBackups'), ask('DescribeTable')])
  if (!JSON.stringify(recovery).includes('"PointInTimeRecoveryStatus":"ENABLED"')) return undefined
  const { TableArn, TableId, SSEDescription, KeySchema } = (described['Table'] ?? {}) as Fields & { TableArn: string; TableId: string }
  const now = Date.now() / 1000
  return {
    BackupDetails: {
      BackupArn: `${TableArn}/backup/${String(Math.round(now * 1000)).padStart(14, '0')}-deleted0`,
      BackupName: `${table}$DeletedTableBackup`,
      BackupCreationDateTime: now,
      BackupExpiryDateTime: now + DAYS * 86_400,
      BackupSizeBytes: 0,
      BackupStatus: 'AVAILABLE',
      BackupType: 'SYSTEM',
    },
    SourceTableDetails: { TableName: table, TableArn, TableId, KeySchema, TableCreationDateTime: now, ProvisionedThroughput: {} },
    SourceTableFeatureDetails: SSEDescription === undefined ? {} : { SSEDescription },
  }
}

function keep(backup: Backup, { region, shelf }: MendContext): Promise<void> {
  return shelf.update<Backup, void>(KIND, (kept) => void kept.set(`${region}/${backup.BackupDetails.BackupArn}`, backup))
}

async function ofRegion({ region, shelf }: MendContext): Promise<Map<string, Backup>> {
  const all = [...(await shelf.all<Backup>(KIND)).entries()].filter(([key]) => key.startsWith(`${region}/`))
  return new Map(all.map(([, backup]) => [backup.BackupDetails.BackupArn, backup]))
}

/** Adds them to the last page. They are listed only when they are asked for. */
async function withLast(answer: Answer, input: Fields, context: MendContext): Promise<Answer> {
  const page = jsonBody(answer.body) as (Fields & { BackupSummaries?: unknown[] }) | undefined
  if (answer.status !== 200 || !page || page['LastEvaluatedBackupArn'] !== undefined) return answer
  if (!['ALL', 'SYSTEM'].includes(String(input['BackupType']))) return answer
  const wanted = [...(await ofRegion(context)).values()].filter(
    ({ SourceTableDetails: { TableName } }) => (input['TableName'] ?? TableName) === TableName,
  )
  const summaries = wanted.map(({ BackupDetails, SourceTableDetails: { TableName, TableArn, TableId } }) => ({
    ...BackupDetails,
    TableName,
    TableArn,
    TableId,
  }))
  return withBody(answer, JSON.stringify({ ...page, BackupSummaries: [...(page.BackupSummaries ?? []), ...summaries] }))
}
