import { Args, Command, Flags } from '@oclif/core'
import { describe, expect, test } from 'vitest'
import { toUsageError, toUserError } from '../../../src/lib/cli/errors.js'
import { changeFlags, globalFlags } from '../../../src/lib/cli/flags.js'
import { UserError } from '../../../src/lib/core/errors.js'
import { loadConfig } from '../../helpers/surface.js'

describe('toUserError', () => {
  test('leaves errors with a code as they are', () => {
    const error = new UserError('StateLocked', 'x')
    expect(toUserError(error)).toBe(error)
    expect(toUserError(error, AbortSignal.abort(new UserError('Interrupted', 'y')))).toBe(error)
  })

  test('what fails after an interrupt is its consequence', () => {
    const signal = AbortSignal.abort(new UserError('TimedOut', 'over'))
    expect(toUserError(new Error('socket hang up'), signal)).toMatchObject({ code: 'TimedOut' })
  })

  test('anything unknown is a defect with its stack', () => {
    const error = toUserError(new TypeError('x is not a function'))
    expect(error).toMatchObject({ code: 'Unexpected', exitCode: 1, message: 'x is not a function' })
    expect(error.reason).toContain('errors.test.ts')
    expect(error.next[0]).toContain('report')
    expect(toUserError('just text')).toMatchObject({ code: 'Unexpected' })
    expect(toUserError(undefined)).toMatchObject({ code: 'Unexpected' })
  })

  test('a full disk and missing rights are no defects', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })
    expect(toUserError(error)).toMatchObject({ code: 'FileNotWritable', details: { systemCode: 'ENOSPC' } })
    const denied = Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open', path: '/x/y' })
    expect(toUserError(denied)).toMatchObject({ code: 'FileNotWritable', details: { file: '/x/y' } })
  })

  test('answers of AWS that nobody has explained are no defects', () => {
    const error = Object.assign(new Error('User is not authorized'), { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } })
    expect(toUserError(error)).toMatchObject({ code: 'AwsRefused', message: expect.stringMatching(/^Could not call AWS: /) as string })
    expect(toUserError(Object.assign(new Error('none'), { name: 'CredentialsProviderError' })).code).toBe('NoCredentials')
  })
})

describe('toUsageError', () => {
  class Probe extends Command {
    static override args = { name: Args.string({ required: true }) }
    static override flags = {
      ...globalFlags,
      ...changeFlags,
      preset: Flags.string({ options: ['small', 'standard'] }),
      account: Flags.string({ dependsOn: ['preset'] }),
      host: Flags.string({ exclusive: ['preset'] }),
    }
    async run(): Promise<void> {
      await this.parse(Probe)
    }
  }
  async function usageError(...argv: string[]): Promise<UserError> {
    try {
      await new Probe(argv, await loadConfig()).run()
    } catch (error) {
      return toUsageError(error, 'platform probe', Object.keys(Probe.flags))
    }
    throw new Error('Nothing was wrong.')
  }

  test.each([
    ['an unknown flag', ['x', '--presett', 'small'], '"--presett" is not a flag of platform probe.', /^Did you mean --preset\?$/],
    ['an unknown flag like no other', ['x', '--zzzzzzzz'], '"--zzzzzzzz" is not a flag of platform probe.', undefined],
    ['a missing argument', [], 'platform probe needs NAME.', undefined],
    ['two flags of which one goes', ['x', '--preset=small', '--host', 'a b'], '--preset and --host do not go together.', undefined],
    ['one argument too many', ['x', 'y'], '"y" is one argument too many for platform probe.', undefined],
    [
      'a value that is not allowed',
      ['x', '--preset', 'smal'],
      '"smal" is not allowed for --preset. Allowed: small, standard. Did you mean small?',
      undefined,
    ],
    ['a missing value', ['x', '--preset'], 'Flag --preset expects one of these values: small, standard.', undefined],
    ['a flag that needs another', ['x', '--account', 'a'], '--account needs --preset too.', undefined],
    ['a folder that is not there', ['x', '-C', '/no/such/folder'], '--directory: There is no folder /no/such/folder.', undefined],
    ['a duration without a unit', ['x', '--timeout', '5'], '--timeout: "5" cannot be used as a duration.', /unit is missing/],
    ['a duration of nothing', ['x', '--timeout', '0s'], '--timeout: "0s" cannot be used as a duration.', /longer than zero/],
    ['a negative duration', ['x', '--timeout=-5m'], '--timeout: "-5m" cannot be used as a duration.', /not a duration/],
  ])('%s', async (_what, argv, message, reason) => {
    const error = await usageError(...argv)
    expect({ code: error.code, exitCode: error.exitCode, message: error.message, next: error.next }).toEqual({
      code: 'BadFlag',
      exitCode: 64,
      message,
      next: ['platform probe --help'],
    })
    if (reason) expect(error.reason).toMatch(reason)
    else expect(error.reason).toBeUndefined()
  })
})
