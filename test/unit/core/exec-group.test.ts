import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { execProgram } from '../../../src/lib/core/exec.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-group-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

/** A shell that starts a child which holds its output and does not care for SIGTERM. */
const script = (): string[] => [
  '-c',
  `(trap "" TERM; echo $$ > ${folder}/leader; sleep 30 & echo $! > ${folder}/grandchild; wait; sleep 30) & wait`,
]

async function isGone(name: string): Promise<boolean> {
  const pid = Number(await readFile(path.join(folder, name), 'utf8'))
  for (let round = 0; round < 50; round += 1) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
    if (stat === undefined || stat.includes(') Z ')) return true
    await sleep(20)
  }
  return false
}

test('a time limit ends the whole group', async () => {
  const started = Date.now()
  await expect(execProgram('/bin/sh', script(), { group: true, timeoutMs: 300 })).rejects.toMatchObject({ code: 'TimedOut' })
  expect(Date.now() - started).toBeLessThan(5000)
  expect(await isGone('grandchild')).toBe(true)
})

test('a signal ends the whole group', async () => {
  const controller = new AbortController()
  const running = execProgram('/bin/sh', script(), { group: true, signal: controller.signal })
  setTimeout(() => controller.abort(), 300)
  await expect(running).rejects.toMatchObject({ code: 'Interrupted' })
  expect(await isGone('grandchild')).toBe(true)
})

test('many groups at once share one listener for the exit of this process', async () => {
  const before = process.listenerCount('exit')
  const guards = Array.from({ length: 20 }, () => execProgram('/bin/sh', ['-c', 'sleep 0.3'], { group: true }))
  const during = new Promise<number>((resolve) => setTimeout(() => resolve(process.listenerCount('exit')), 150))
  await Promise.all(guards)
  expect((await during) - before).toBeLessThanOrEqual(2)
})
