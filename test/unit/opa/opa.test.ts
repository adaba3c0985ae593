import { describe, expect, test } from 'vitest'
import type { ExecOptions, ExecResult, Ports } from '../../../src/lib/core/ports.js'
import { evaluate } from '../../../src/lib/opa/opa.js'

const calls: Array<{ args: readonly string[]; options: ExecOptions | undefined }> = []

const ask = (result: Partial<ExecResult>): Promise<unknown> => {
  const ports = {
    exec: async (_file: string, args: readonly string[], options?: ExecOptions) => {
      calls.push({ args, options })
      return { exitCode: 0, stdout: '{}', stderr: '', ...result }
    },
    env: { PATH: '/bin', AWS_SECRET_ACCESS_KEY: 'hunter2' },
    signal: new AbortController().signal,
  } as unknown as Ports
  return evaluate(ports, { program: 'opa', files: ['/a', '/b: %.rego'], query: 'data.x', input: { a: 1 } })
}

describe('a question to Open Policy Agent', () => {
  test('hands the input in by pipe, with nothing of the caller that rules could read', async () => {
    expect(await ask({ stdout: '{"result":[{"expressions":[{"value":[1]}]}]}' })).toEqual([1])
    const { args, options } = calls.at(-1)!
    expect(args).toEqual([
      'eval',
      '--format=json',
      '--strict-builtin-errors',
      '--stdin-input',
      '--data=file:///a',
      '--data=file:///b:%20%25.rego',
      'data.x',
    ])
    expect(options).toMatchObject({ input: '{"a":1}', env: { PATH: '/bin' }, secretOutput: true })
  })

  test('that is undefined has no value', async () => {
    expect(await ask({ stdout: '{}' })).toBeUndefined()
  })

  test('names the place of what is wrong in rules', async () => {
    const stdout = '{"errors":[{"message":"var x is unsafe","location":{"file":"p.rego","row":7}}]}'
    await expect(ask({ exitCode: 2, stdout })).rejects.toMatchObject({ code: 'PolicyInvalid', reason: 'p.rego:7: var x is unsafe' })
  })

  test.each([
    [0, 'not JSON'],
    [1, '{}'],
  ])('without an answer fails (exit code %i)', async (exitCode, stdout) => {
    await expect(ask({ exitCode, stdout, stderr: 'oh' })).rejects.toMatchObject({ code: 'ToolFailed', reason: 'oh' })
  })
})
