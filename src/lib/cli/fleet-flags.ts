import path from 'node:path'
import { Flags } from '@oclif/core'
import { UserError } from '../core/errors.js'
import { assertWritable } from '../core/files.js'
import type { FleetOptions } from '../environments/fleet/run-fleet.js'
import type { Selection } from '../environments/fleet/members.js'

/** Flags of the commands that work on many environments. */
export const fleetFlags = {
  all: Flags.boolean({
    summary: 'Work on everything: what is shared, then management, then workload.',
    helpGroup: 'FLEET',
    exclusive: ['environment'],
  }),
  environment: Flags.string({
    summary: 'Work on this environment. May be repeated.',
    multiple: true,
    helpValue: '<name>',
    helpGroup: 'FLEET',
  }),
  'max-concurrency': Flags.integer({
    summary: 'Most that are worked on at once. Never more than cores and free memory allow (0.9 GB each).',
    min: 1,
    helpValue: '<number>',
    helpGroup: 'FLEET',
  }),
  'failure-mode': Flags.option({
    summary: 'After a failure, begin nothing more, or go on with what does not need the one that failed.',
    options: ['fail-fast', 'keep-going'] as const,
    default: 'keep-going',
    helpGroup: 'FLEET',
  })(),
  logs: Flags.option({
    summary: 'Only how far each one is, the lines of each one together at its end, or every line at once.',
    options: ['summary', 'grouped', 'streamed'] as const,
    default: 'summary',
    helpGroup: 'FLEET',
  })(),
  'report-file': Flags.string({
    summary: 'Also write the result to this file: JSON (.json) or Markdown (.md).',
    helpValue: '<file>',
    helpGroup: 'FLEET',
    parse: async (file) => {
      if (!/\.(?:json|md)$/.test(file)) throw new UserError('BadFlag', `${JSON.stringify(file)} ends neither in .json nor in .md.`)
      await assertWritable(path.resolve(file))
      return file
    },
  }),
}

export interface FleetFlags {
  all: boolean
  environment?: string[] | undefined
  'max-concurrency'?: number | undefined
  'failure-mode': 'fail-fast' | 'keep-going'
  logs: 'summary' | 'grouped' | 'streamed'
  'report-file'?: string | undefined
}

/**
 * What a command is to work on: one environment by argument, or a fleet by flags.
 * @throws `BadFlag` when both or neither are given
 */
export function toSelection(command: string, name: string | undefined, flags: FleetFlags): { one: string } | { many: Selection } {
  const many = flags.all || flags.environment !== undefined
  if (name !== undefined && many) {
    throw new UserError('BadFlag', `Give either a name or --all or --environment, not both.`, {
      next: [`${command} ${name}`, `${command} --all`],
    })
  }
  if (name !== undefined) return { one: name }
  if (!many) throw new UserError('BadFlag', `${command} needs NAME, --environment NAME or --all.`, { next: [`${command} --help`] })
  return { many: flags.all ? { all: true } : { names: flags.environment ?? [] } }
}

/** The flags as options of a fleet. */
export function toFleetOptions(flags: FleetFlags): Omit<FleetOptions, 'title'> {
  const maxConcurrency = flags['max-concurrency']
  return { failureMode: flags['failure-mode'], logs: flags.logs, ...(maxConcurrency !== undefined && { maxConcurrency }) }
}

/** Refuses flags that make sense for one environment only. @throws `BadFlag` */
export function refuseForMany(given: Readonly<Record<string, boolean>>): void {
  const flag = Object.keys(given).find((name) => given[name])
  if (flag === undefined) return
  throw new UserError('BadFlag', `${flag} works on one environment only.`, {
    next: ['See what would change in many with: platform env plan --all'],
  })
}

/** Refuses flags that make sense for many environments only. @throws `BadFlag` */
export function refuseForOne(command: string, name: string, flags: FleetFlags): void {
  const given = { '--report-file': flags['report-file'], '--max-concurrency': flags['max-concurrency'] }
  const [flag] = Object.entries(given).find(([, value]) => value !== undefined) ?? []
  if (flag === undefined) return
  throw new UserError('BadFlag', `${flag} works with --environment or --all only.`, {
    next: [`${command} --environment ${name} ${flag} …`],
  })
}

/** The file of --report-file, absolute. Relative to the folder in which the command was started. */
export function reportFileOf(flags: FleetFlags): string | undefined {
  const file = flags['report-file']
  return file === undefined ? undefined : path.resolve(file)
}
