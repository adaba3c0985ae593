import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { execProgram } from '../../../src/lib/core/exec.js'
import type { ProcessIdentity } from '../../../src/lib/core/ports.js'
import { systemProcesses } from '../../../src/lib/core/processes.js'

let folder: string
let started: ProcessIdentity[]
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-processes-'))
  started = []
})
afterEach(async () => {
  for (const identity of started) await systemProcesses.signal(identity, 'SIGKILL', { group: true })
  await rm(folder, { recursive: true, force: true })
})

async function start(code: string) {
  const child = await systemProcesses.startDetached(process.execPath, ['-e', code], {
    cwd: folder,
    env: {},
    stdoutFile: path.join(folder, 'out'),
    stderrFile: path.join(folder, 'err'),
  })
  started.push(child)
  return child
}

async function until(check: () => Promise<boolean>): Promise<boolean> {
  for (let round = 0; round < 250; round += 1) {
    if (await check()) return true
    await sleep(20)
  }
  return false
}

const FOREVER = 'setInterval(() => {}, 1000)'

describe('systemProcesses', () => {
  test('runs with its output in files and tells how it ended', async () => {
    const child = await start('console.log("hello"); console.error("oh"); process.exit(3)')
    expect(await child.exited).toEqual({ exitCode: 3, signal: null })
    expect(await readFile(path.join(folder, 'out'), 'utf8')).toBe('hello\n')
    expect(await readFile(path.join(folder, 'err'), 'utf8')).toBe('oh\n')
  })

  test('an identity lives until its process ends', async () => {
    const child = await start(FOREVER)
    expect(await systemProcesses.isAlive(child)).toBe(true)
    await systemProcesses.signal(child, 'SIGTERM', { group: false })
    expect(await child.exited).toEqual({ exitCode: null, signal: 'SIGTERM' })
    expect(await until(async () => !(await systemProcesses.isAlive(child)))).toBe(true)
  })

  test('a later process with the same id is somebody else, and gets no signal', async () => {
    const child = await start(FOREVER)
    const earlier = { pid: child.pid, startedAt: '1' }
    expect(await systemProcesses.isAlive(earlier)).toBe(false)
    await systemProcesses.signal(earlier, 'SIGKILL', { group: true })
    await systemProcesses.signal(earlier, 'SIGKILL', { group: false })
    await sleep(100)
    expect(await systemProcesses.isAlive(child)).toBe(true)
  })

  test('an identity without a start time is never alive', async () => {
    expect(await systemProcesses.isAlive({ pid: process.pid, startedAt: '' })).toBe(false)
  })

  test('a signal to the group reaches grandchildren', async () => {
    const child = await start(
      `console.log(require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(FOREVER)}]).pid); ${FOREVER}`,
    )
    const out = path.join(folder, 'out')
    expect(await until(async () => (await readFile(out, 'utf8')).includes('\n'))).toBe(true)
    const grandchild = Number(await readFile(out, 'utf8'))
    expect(isRunning(grandchild)).toBe(true)
    await systemProcesses.signal(child, 'SIGKILL', { group: true })
    expect(await until(async () => !isRunning(grandchild) || (await isZombie(grandchild)))).toBe(true)
  })

  test('a detached process survives the one that started it', async () => {
    const starter = `
      import { systemProcesses } from ${JSON.stringify(new URL('../../../src/lib/core/processes.ts', import.meta.url).href)}
      const { pid, startedAt } = await systemProcesses.startDetached(process.execPath, ['-e', ${JSON.stringify(FOREVER)}], { cwd: '/', env: {}, stdoutFile: '/dev/null', stderrFile: '/dev/null' })
      console.log(JSON.stringify({ pid, startedAt }))
      process.kill(process.pid, 'SIGKILL')`
    const lines: string[] = []
    await execProgram(process.execPath, ['--import=tsx', '--input-type=module', '-e', starter], {
      onLine: (line) => lines.push(line),
    }).catch(() => undefined)
    const identity = JSON.parse(lines[0] ?? '{}') as ProcessIdentity
    started.push(identity)
    expect(await systemProcesses.isAlive(identity)).toBe(true)
  })

  test('a program that is not there is ToolMissing', async () => {
    const options = { cwd: folder, env: {}, stdoutFile: path.join(folder, 'out'), stderrFile: path.join(folder, 'err') }
    await expect(systemProcesses.startDetached('platform-no-such-program', [], options)).rejects.toMatchObject({ code: 'ToolMissing' })
  })

  test('self is this process', async () => {
    const self = await systemProcesses.self()
    expect(self.pid).toBe(process.pid)
    expect(await systemProcesses.isAlive(self)).toBe(true)
  })
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function isZombie(pid: number): Promise<boolean> {
  const { stdout } = await execProgram('ps', ['-o', 'stat=', '-p', String(pid)], { okCodes: [0, 1] })
  return stdout.startsWith('Z') || stdout.trim() === ''
}
