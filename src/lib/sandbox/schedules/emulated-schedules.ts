import { jsonBody } from '../gateway/answer.js'
import type { MendContext } from '../mends/mend.js'
import type { ScheduleDocument } from './schedule.js'
import { universalTarget } from './sdk-request.js'

type Context = Pick<MendContext, 'sendAsRoot'>

/** A schedule of the emulator, or undefined when it is not there. */
export async function getSchedule(context: Context, group: string, name: string): Promise<ScheduleDocument | undefined> {
  return (await ask(context, 'GET', `/schedules/${encodeURIComponent(name)}?groupName=${encodeURIComponent(group)}`)) as
    ScheduleDocument | undefined
}

/** Removes a schedule, if it is there. */
export async function removeSchedule(context: Context, group: string, name: string): Promise<void> {
  await ask(context, 'DELETE', `/schedules/${encodeURIComponent(name)}?groupName=${encodeURIComponent(group)}`)
}

/** The schedules of a region with targets that the emulator does not call. */
export async function universalSchedules(context: Context): Promise<Array<{ group: string; name: string }>> {
  const found: Array<{ group: string; name: string }> = []
  let token: string | undefined
  do {
    const page =
      (await ask(context, 'GET', `/schedules?MaxResults=100${token === undefined ? '' : `&NextToken=${encodeURIComponent(token)}`}`)) ?? {}
    for (const { GroupName, Name, Target } of (page['Schedules'] ?? []) as ScheduleDocument[]) {
      if (universalTarget(Target.Arn)) found.push({ group: GroupName, name: Name })
    }
    token = typeof page['NextToken'] === 'string' ? page['NextToken'] : undefined
  } while (token !== undefined)
  return found
}

async function ask(context: Context, method: string, url: string): Promise<Record<string, unknown> | undefined> {
  const { body, status } = await context.sendAsRoot({ method, url, rawHeaders: [], body: Buffer.alloc(0) }, 'scheduler')
  if (status === 404) return undefined
  if (status >= 300) throw new Error(`The emulator answered ${method} ${url} with ${status}.`)
  return jsonBody(body) ?? {}
}
