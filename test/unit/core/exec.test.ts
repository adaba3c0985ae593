import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../../src/lib/core/errors.js'
import { execProgram } from '../../../src/lib/core/exec.js'

/** Runs a line of JavaScript in a child. */
const js = (code: string, options: Parameters<typeof execProgram>[2] = {}) => execProgram(process.execPath, ['-e', code], options)

describe('execProgram', () => {
  test('gives output and exit code', async () => {
    expect(await js('console.log("out"); console.error("err")')).toEqual({ exitCode: 0, stdout: 'out\n', stderr: 'err\n' })
  })

  test('an exit code that is an answer is no failure', async () => {
    expect(await js('console.log("changes"); process.exit(2)', { okCodes: [0, 2] })).toMatchObject({ exitCode: 2, stdout: 'changes\n' })
  })

  test('any other exit code fails with the last lines, without secrets', async () => {
    const error = await js('console.error("AWS_SECRET_ACCESS_KEY=abcdefgh"); console.error("it broke"); process.exit(7)').catch(
      (e: unknown) => e,
    )
    expect(error).toMatchObject({ code: 'ToolFailed', details: { exitCode: 7 } })
    expect((error as UserError).reason).toContain('it broke')
    expect((error as UserError).reason).not.toContain('abcdefgh')
  })

  test('keeps only the end of a long failure', async () => {
    const error = await js('for (let i = 0; i < 500; i++) console.error("line " + i); process.exitCode = 1').catch((e: unknown) => e)
    const lines = (error as UserError).reason!.split('\n')
    expect(lines).toHaveLength(20)
    expect(lines.at(-1)).toBe('line 499')
  })

  test('keeps only the end of a long line', async () => {
    const error = await js('console.error("x".repeat(1e6) + "the end"); process.exitCode = 1').catch((e: unknown) => e)
    expect((error as UserError).reason).toMatch(/the end$/)
    expect((error as UserError).reason!.length).toBeLessThan(5000)
  })

  describe('secret output', () => {
    const killed = 'process.stdout.write("{\\"value\\":\\"hunter2\\"}", () => process.kill(process.pid, "SIGKILL"))'

    test('never stands in an error, not even when there is nothing else to say', async () => {
      const error = await js(killed, { secretOutput: true }).catch((e: unknown) => e)
      expect(error).toMatchObject({ code: 'ToolFailed', message: expect.stringContaining('SIGKILL') as string, reason: undefined })
      expect(inspect(error, { depth: null })).not.toContain('hunter2')
      expect(await js(killed).catch((e: unknown) => (e as UserError).reason)).toContain('hunter2')
    })

    test('is not kept as the cause of too much output', async () => {
      const flood = 'const line = "hunter2 ".repeat(1 << 17); for (let i = 0; i < 80; i++) process.stdout.write(line)'
      const error = await js(flood, { secretOutput: true }).catch((e: unknown) => e)
      expect(error).toMatchObject({ code: 'ToolFailed' })
      expect((error as UserError).cause).toBeUndefined()
    })

    test('what stands on stderr is told', async () => {
      const error = await js('console.log("hunter2"); console.error("no such plan"); process.exit(1)', { secretOutput: true }).catch(
        (e: unknown) => e,
      )
      expect(error).toMatchObject({ reason: 'no such plan' })
    })
  })

  test('a missing program is ToolMissing', async () => {
    await expect(execProgram('platform-no-such-program', [])).rejects.toMatchObject({ code: 'ToolMissing', next: ['platform doctor'] })
  })

  test('a child that takes too long is ended', async () => {
    const started = Date.now()
    await expect(js('setTimeout(() => {}, 60000)', { timeoutMs: 200 })).rejects.toMatchObject({ code: 'TimedOut' })
    expect(Date.now() - started).toBeLessThan(5000)
  })

  test('an aborted signal ends the child with its reason', async () => {
    const controller = new AbortController()
    const running = js('setTimeout(() => {}, 60000)', { signal: controller.signal })
    setTimeout(() => controller.abort(new UserError('TimedOut', 'over')), 100)
    await expect(running).rejects.toMatchObject({ code: 'TimedOut', message: 'over' })
  })

  test('the exit code of a child that was ended is no answer', async () => {
    const stubborn = 'process.on("SIGTERM", () => process.exit(1)); console.log("ready"); setTimeout(() => {}, 60000)'
    const controller = new AbortController()
    const stop = (): void => controller.abort()
    await expect(js(stubborn, { okCodes: [0, 1], signal: controller.signal, onLine: stop })).rejects.toMatchObject({ code: 'Interrupted' })
    await expect(js(stubborn, { okCodes: [0, 1], timeoutMs: 1500 })).rejects.toMatchObject({ code: 'TimedOut' })
  })

  test('a signal without a reason of ours is an interrupt', async () => {
    await expect(js('setTimeout(() => {}, 60000)', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'Interrupted' })
  })

  test('a child that floods its output is stopped, not kept', async () => {
    const flood = 'const line = "x".repeat(1 << 20); for (let i = 0; i < 80; i++) process.stdout.write(line)'
    const error = (await js(flood).catch((e: unknown) => e)) as UserError
    expect(error).toMatchObject({ code: 'ToolFailed', message: expect.stringContaining('printed more than 64 MB') as string })
    expect(error.reason!.length).toBeLessThan(5000)
    expect(error.next.join()).toContain('platform doctor')
  })

  test('inherits nothing when an environment is given', async () => {
    const { stdout } = await js('console.log(Object.keys(process.env).sort().join())', { env: { ONLY: 'this' } })
    expect(
      stdout
        .trim()
        .split(',')
        .filter((name) => name !== 'ONLY' && !name.startsWith('__')),
    ).toEqual([])
  })

  test('passes arguments as they are: no shell reads them', async () => {
    const { stdout } = await execProgram(process.execPath, ['-e', 'console.log(process.argv[1])', '$(id); `id` && *'])
    expect(stdout).toBe('$(id); `id` && *\n')
  })

  test('gives whole lines as they arrive', async () => {
    const lines: string[] = []
    await js('process.stdout.write("a\\nb"); process.stdout.write("c\\n"); console.error("e")', {
      onLine: (line, stream) => lines.push(`${stream}: ${line}`),
    })
    expect(lines.toSorted()).toEqual(['stderr: e', 'stdout: a', 'stdout: bc'])
  })

  test('writes input, and without input the child sees an end', async () => {
    const echo = 'process.stdin.on("data", (d) => process.stdout.write(d)).on("end", () => console.log("|end"))'
    expect((await js(echo, { input: 'hello' })).stdout).toBe('hello|end\n')
    expect((await js(echo)).stdout).toBe('|end\n')
  })
})
