import { Flags } from '@oclif/core'
import { UserError } from '../core/errors.js'

/** A moment as ISO 8601 writes it, with a zone. */
export const momentFlag = Flags.custom<Date>({
  helpValue: '<moment>',
  parse: async (text) => {
    const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(text) ? new Date(text) : undefined
    if (moment && !Number.isNaN(moment.getTime())) return moment
    throw new UserError('BadFlag', `${JSON.stringify(text)} is not a moment.`, {
      next: ['Write it with a zone, such as 2026-11-20T08:00:00Z or 2026-11-20T09:00:00+01:00.'],
      details: { value: text },
    })
  },
})

/** `orders=ID` for each database. @throws `BadFlag` */
export function snapshotChoices(values: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    values.map((value) => {
      const [, database, id] = /^([^=]+)=(.+)$/.exec(value) ?? []
      if (database !== undefined && id !== undefined) return [database, id]
      throw new UserError('BadFlag', `--snapshot ${value} does not name a database and a snapshot.`, {
        next: ['--snapshot DATABASE=ID'],
        details: { flag: '--snapshot', value },
      })
    }),
  )
}
