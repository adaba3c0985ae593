import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Journal, type RunRecord } from '../../../src/lib/core/journal.js'
import { isHalfMade, lastChange, wasCutShort } from '../../../src/lib/roots/history.js'

let repository: string
let journal: Journal
let now = Date.parse('2026-01-01T00:00:00Z')
beforeEach(async () => {
  repository = await mkdtemp(path.join(tmpdir(), 'platform-history-'))
  journal = new Journal(repository, { now: () => new Date((now += 1000)) })
})
afterEach(async () => rm(repository, { recursive: true, force: true }))

const operation = (name: 'plan' | 'apply'): RunRecord['processes'][number] => ({
  pid: 1,
  startedAt: 'x',
  operation: name,
  launchedAt: 'y',
  locks: true,
})

async function run(
  purpose: RunRecord['purpose'],
  status: 'succeeded' | 'failed' | 'interrupted',
  ...operations: Array<'plan' | 'apply'>
): Promise<void> {
  const record = await journal.start({ command: 'env create dev', environment: 'dev', purpose, owner: { pid: 1, startedAt: 'x' } })
  record.processes.push(...operations.map(operation))
  await journal.finish(record, status)
}

const isCutShort = async (): Promise<boolean> => wasCutShort(await lastChange(journal, 'dev'))

it('is not cut short when nothing was ever done', async () => {
  expect(await isCutShort()).toBe(false)
})

it('is cut short when the last apply did not end well, whatever only looked since then', async () => {
  await run('change', 'succeeded', 'plan', 'apply')
  await run('change', 'interrupted', 'plan', 'apply')
  await run('look', 'succeeded', 'plan')
  await run('change', 'failed')
  expect(await isCutShort()).toBe(true)
})

it('is whole again when a later run found nothing left to do', async () => {
  await run('change', 'interrupted', 'plan', 'apply')
  await run('change', 'succeeded', 'plan')
  expect(await isCutShort()).toBe(false)
})

it('is half made until one run has reached its end', async () => {
  expect(await isHalfMade(journal, 'dev')).toBe(false)
  await run('change', 'failed', 'plan')
  expect(await isHalfMade(journal, 'dev')).toBe(false)
  await run('change', 'interrupted', 'plan', 'apply')
  await run('change', 'failed', 'plan', 'apply')
  expect(await isHalfMade(journal, 'dev')).toBe(true)
  await run('change', 'succeeded', 'plan', 'apply')
  await run('change', 'failed', 'plan', 'apply')
  expect(await isHalfMade(journal, 'dev')).toBe(false)
})
