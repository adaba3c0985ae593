import { jsonBody, withBody } from '../gateway/answer.js'
import type { Mend, MendContext, MendRequest } from './mend.js'

const KIND = 'dynamodb-recovery-periods'
/** The longest, and what AWS takes when a call does not say. */
const DEFAULT_DAYS = 35

type Period = Record<string, unknown> & { days: number }
interface Described {
  ContinuousBackupsDescription?: { PointInTimeRecoveryDescription?: { PointInTimeRecoveryStatus?: string; RecoveryPeriodInDays?: number } }
}

/** Gap: the emulator forgets for how many days a table can be recovered. AWS answers the number while recovery is on. */
export const dynamodbRecoveryPeriod: Mend = {
  id: 'dynamodb-recovery-period',
  gap: 'DescribeContinuousBackups does not say the recovery period.',
  service: 'dynamodb',
  actions: ['UpdateContinuousBackups', 'DescribeContinuousBackups'],
  async handle(request, context) {
    const answer = await context.forward(request)
    const document = jsonBody(answer.body) as Described | undefined
    const recovery = document?.ContinuousBackupsDescription?.PointInTimeRecoveryDescription
    if (answer.status !== 200 || !recovery) return answer
    const days = await recoveryDays(request, context)
    if (recovery.PointInTimeRecoveryStatus === 'ENABLED') recovery.RecoveryPeriodInDays ??= days
    return withBody(answer, JSON.stringify(document))
  },
}

async function recoveryDays({ call, body }: MendRequest, { region, shelf }: MendContext): Promise<number> {
  const input = jsonBody(body) ?? {}
  // A table may be named by its ARN too.
  const key = `${region}/${String(input['TableName']).replace(/^.*:table\//, '')}`
  if (call.action === 'DescribeContinuousBackups') return (await shelf.all<Period>(KIND)).get(key)?.days ?? DEFAULT_DAYS
  const wanted = (input['PointInTimeRecoverySpecification'] as { RecoveryPeriodInDays?: number } | undefined)?.RecoveryPeriodInDays
  const days = wanted ?? DEFAULT_DAYS
  await shelf.update<Period, void>(KIND, (kept) => void kept.set(key, { days }))
  return days
}
