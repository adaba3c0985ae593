import { execa } from 'execa'
import { expect, test } from 'vitest'

const SESSION = JSON.stringify(new URL('../../../src/lib/cli/session.ts', import.meta.url).href)

/** A run that ignores the request to stop, as one does whose Terraform hangs. */
function stuckRun(json: boolean) {
  const code = `
    import { Session } from ${SESSION}
    const { ports } = new Session({ json: ${json}, quiet: false, color: false, yes: false })
    ports.interrupts.onForce(async () => { ports.report.emit({ type: 'info', message: 'killed the child' }) })
    ports.signal.addEventListener('abort', () => console.error('reason ' + ports.signal.reason.code))
    console.error('ready')
    setInterval(() => {}, 1000)`
  return execa(process.execPath, ['--import=tsx', '--input-type=module', '-e', code], {
    reject: false,
    stdin: 'ignore',
    env: { NO_COLOR: '1', CI: '1' },
  })
}

async function waitFor(child: ReturnType<typeof stuckRun>, text: string): Promise<void> {
  await new Promise<void>((resolve) => {
    let seen = ''
    child.stderr.on('data', (chunk: Buffer) => {
      seen += chunk.toString()
      if (seen.includes(text)) resolve()
    })
  })
}

test('the first Ctrl-C asks for a clean stop, the second ends at once with 130', async () => {
  const child = stuckRun(false)
  await waitFor(child, 'ready')
  const stopping = waitFor(child, 'Stopping cleanly')
  child.kill('SIGINT')
  await stopping
  expect(child.exitCode).toBeNull()
  child.kill('SIGINT')
  const { exitCode, stdout, stderr } = await child
  expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' })
  expect(stderr).toContain('reason Interrupted')
  expect(stderr).toContain('killed the child')
  expect(stderr).toContain('Press Ctrl-C again')
  expect(stderr).toContain('Error [Interrupted]: Stopped at once')
})

test('with --json even the forced end prints one document', async () => {
  const child = stuckRun(true)
  await waitFor(child, 'ready')
  const stopping = waitFor(child, 'Stopping cleanly')
  child.kill('SIGTERM')
  await stopping
  child.kill('SIGTERM')
  const { exitCode, stdout, stderr } = await child
  expect(exitCode).toBe(130)
  expect(stderr).toContain('Send the signal again')
  expect(stderr).not.toContain('Ctrl-C')
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'Interrupted' } })
})
