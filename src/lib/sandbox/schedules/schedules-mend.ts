import { jsonBody } from '../gateway/answer.js'
import type { Mend } from '../mends/mend.js'

/** What hears of changed schedules. */
export interface ScheduleFollower {
  changed(region: string, group: string, name: string): Promise<void>
  deleted(region: string, group: string, name: string): Promise<void>
  groupDeleted(region: string, group: string): Promise<void>
}

/** Gap: the emulator counts universal targets as a success and calls nobody. Here they are called when they are due. */
export function schedulesMend(follower: ScheduleFollower): Mend {
  return {
    id: 'scheduler-universal-targets',
    gap: 'Universal targets count as success and do nothing.',
    service: 'scheduler',
    actions: ['CreateSchedule', 'UpdateSchedule', 'DeleteSchedule', 'DeleteScheduleGroup'],
    async handle(request, context) {
      const answer = await context.forward(request)
      if (answer.status >= 300) return answer
      const { call, body } = request
      const name = call.path.split('/')[2] ?? ''
      const named = jsonBody(body)?.['GroupName']
      const group = typeof named === 'string' ? named : (call.query.get('groupName') ?? 'default')
      if (call.action === 'DeleteSchedule') await follower.deleted(context.region, group, name)
      else if (call.action === 'DeleteScheduleGroup') await follower.groupDeleted(context.region, name)
      else await follower.changed(context.region, group, name)
      return answer
    },
  }
}
