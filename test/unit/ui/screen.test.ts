import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { recordingScreen } from '../../helpers/terminal.js'

test('data goes to stdout, everything else to stderr, each with one newline', () => {
  const { screen, stdout, stderr } = recordingScreen()
  screen.data('result')
  screen.message('note\n')
  expect(stdout.text).toBe('result\n')
  expect(stderr.text).toBe('note\n')
})

test('lines wait while the terminal is occupied, and keep their order', () => {
  const { screen, stdout, stderr } = recordingScreen()
  const free = screen.occupy({ release: async () => undefined })
  screen.message('one')
  screen.data('two')
  screen.message('three')
  expect(stdout.text + stderr.text).toBe('')
  free()
  expect(stdout.text).toBe('two\n')
  expect(stderr.text).toBe('one\nthree\n')
  screen.message('four')
  expect(stderr.text).toBe('one\nthree\nfour\n')
})

test('an occupant that was replaced cannot free the terminal', () => {
  const { screen, stderr } = recordingScreen()
  const freeFirst = screen.occupy({ release: async () => undefined })
  const freeSecond = screen.occupy({ release: async () => undefined })
  screen.message('line')
  freeFirst()
  expect(stderr.text).toBe('')
  freeSecond()
  expect(stderr.text).toBe('line\n')
})

test('settled asks the occupant to give the terminal back', async () => {
  const { screen, stderr } = recordingScreen()
  const free = screen.occupy({ release: async () => free() })
  screen.message('last words')
  await screen.settled()
  expect(stderr.text).toBe('last words\n')
})

test('abandon shows the cursor again and writes what waited', () => {
  const { screen, stderr } = recordingScreen()
  screen.occupy({ release: async () => undefined })
  screen.message('error')
  screen.abandon()
  expect(stderr.text).toBe('\u001B[?25herror\n')
})

test('a reader that goes away ends nothing and prints nothing', async () => {
  const code = `
    import { endQuietlyOnClosedPipe } from ${JSON.stringify(new URL('../../../src/lib/ui/screen.ts', import.meta.url).href)}
    endQuietlyOnClosedPipe([process.stdout, process.stderr])
    let count = 0
    const timer = setInterval(() => { process.stdout.write('x'.repeat(100000)); if (++count === 20) { clearInterval(timer); process.exitCode = 7 } }, 5)`
  const child = spawn(process.execPath, ['--import=tsx', '--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdout.once('data', () => child.stdout.destroy())
  const exitCode = await new Promise((resolve) => child.once('close', resolve))
  expect({ exitCode, stderr }).toEqual({ exitCode: 7, stderr: '' })
})
