import { PassThrough } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { UserError } from '../../../src/lib/core/errors.js'
import { discardPendingInput } from '../../../src/lib/ui/pending-input.js'
import { createPrompter } from '../../../src/lib/ui/prompter.js'
import { recordingScreen } from '../../helpers/terminal.js'

const signal = new AbortController().signal
const { screen } = recordingScreen()

test('without a terminal each question is an error that names its flag', async () => {
  const ask = createPrompter({ interactive: false, yes: false, screen, signal })
  await expect(ask.input({ message: 'Name?', flag: '--name' })).rejects.toMatchObject({
    code: 'InputNeeded',
    reason: 'Name?',
    details: { flag: '--name' },
  })
  await expect(ask.select({ message: 'Role?', flag: '--role', choices: [{ value: 'a' }] })).rejects.toMatchObject({
    code: 'InputNeeded',
    exitCode: 64,
  })
  await expect(ask.confirm({ message: 'Sure?', flag: '--confirm' })).rejects.toMatchObject({ code: 'InputNeeded' })
})

test('a change that nobody confirmed is ConfirmationNeeded', async () => {
  const ask = createPrompter({ interactive: false, yes: false, screen, signal })
  await expect(ask.confirm({ message: 'Apply?', flag: '--yes' })).rejects.toMatchObject({ code: 'ConfirmationNeeded', exitCode: 64 })
})

test('--yes answers its own questions and no others', async () => {
  const ask = createPrompter({ interactive: false, yes: true, screen, signal })
  expect(await ask.confirm({ message: 'Apply?', flag: '--yes' })).toBe(true)
  await expect(ask.confirm({ message: 'Destroy?', flag: '--confirm' })).rejects.toMatchObject({ code: 'InputNeeded' })
  await expect(ask.input({ message: 'Name?', flag: '--name' })).rejects.toMatchObject({ code: 'InputNeeded' })
})

test('a run that was stopped ends an open question with the reason of the stop', async () => {
  const controller = new AbortController()
  const terminal = recordingScreen({ isTTY: true })
  const ask = createPrompter({ interactive: true, yes: false, screen: terminal.screen, signal: controller.signal })
  const stdin = new PassThrough()
  const restore = replaceStdin(stdin)
  try {
    const answer = ask.confirm({ message: 'Sure?', flag: '--yes' })
    setTimeout(() => controller.abort(new UserError('TimedOut', 'over')), 100)
    await expect(answer).rejects.toMatchObject({ code: 'TimedOut' })
    expect(terminal.stdout.text).toBe('')
  } finally {
    restore()
  }
})

describe('what was typed before the question', () => {
  /** A terminal that gives its line away only in raw mode, as a real one does. */
  class FakeTerminal extends PassThrough {
    readonly isTTY = true
    isRaw = false
    readonly modes: boolean[] = []
    line = ''

    setRawMode(raw: boolean): this {
      this.isRaw = raw
      this.modes.push(raw)
      if (raw && this.line !== '') {
        this.write(this.line)
        this.line = ''
      }
      return this
    }
  }

  test('does not answer it', async () => {
    const stdin = new FakeTerminal()
    stdin.line = 'y\n'
    const restore = replaceStdin(stdin)
    const terminal = recordingScreen({ isTTY: true })
    const ask = createPrompter({ interactive: true, yes: false, screen: terminal.screen, signal })
    try {
      const answer = ask.confirm({ message: 'Apply?', flag: '--yes' })
      await vi.waitFor(() => expect(terminal.stderr.text).toContain('Apply?'))
      stdin.write('n\n')
      expect(await answer).toBe(false)
      expect(stdin.modes.slice(0, 2)).toEqual([true, false])
    } finally {
      restore()
    }
  })

  test('ends the run when it is Ctrl-C', async () => {
    const stdin = new FakeTerminal()
    stdin.line = '\u0003'
    const restore = replaceStdin(stdin)
    try {
      const ask = createPrompter({ interactive: true, yes: false, screen, signal })
      await expect(ask.confirm({ message: 'Apply?', flag: '--yes' })).rejects.toMatchObject({ code: 'Interrupted' })
      expect(stdin.isRaw).toBe(false)
    } finally {
      restore()
    }
  })

  test('is left alone where stdin is no terminal, and a terminal that fails is no error', async () => {
    const pipe = new PassThrough()
    pipe.write('y\n')
    expect(await discardPendingInput(pipe)).toEqual({ interrupted: false })
    expect(String(pipe.read())).toBe('y\n')
    const gone = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: () => {
        throw new Error('setRawMode EIO')
      },
    })
    expect(await discardPendingInput(gone)).toEqual({ interrupted: false })
  })
})

function replaceStdin(stdin: PassThrough): () => void {
  const original = Object.getOwnPropertyDescriptor(process, 'stdin')
  Object.defineProperty(process, 'stdin', { value: stdin, configurable: true })
  return () => {
    if (original) Object.defineProperty(process, 'stdin', original)
  }
}
