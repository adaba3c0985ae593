import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { UserError } from '../../../src/lib/core/errors.js'
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
  const original = Object.getOwnPropertyDescriptor(process, 'stdin')
  Object.defineProperty(process, 'stdin', { value: stdin, configurable: true })
  try {
    const answer = ask.confirm({ message: 'Sure?', flag: '--yes' })
    setTimeout(() => controller.abort(new UserError('TimedOut', 'over')), 100)
    await expect(answer).rejects.toMatchObject({ code: 'TimedOut' })
    expect(terminal.stdout.text).toBe('')
  } finally {
    if (original) Object.defineProperty(process, 'stdin', original)
  }
})
