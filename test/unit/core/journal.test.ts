import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Journal, type RunRecord } from '../../../src/lib/core/journal.js'

let repository: string
beforeEach(async () => {
  repository = await mkdtemp(path.join(tmpdir(), 'platform-journal-'))
})
afterEach(async () => rm(repository, { recursive: true, force: true }))

let now = Date.parse('2026-01-01T00:00:00Z')
const journal = (): Journal => new Journal(repository, { now: () => new Date((now += 1000)) })
const start = (environment: string): ReturnType<Journal['start']> =>
  journal().start({ command: `env create ${environment}`, environment, purpose: 'change', owner: { pid: 1, startedAt: 'x' } })

describe('Journal', () => {
  it('lists runs newest first, of one environment when asked', async () => {
    const first = await start('dev')
    const second = await start('prod')
    expect((await journal().list()).map(({ runId }) => runId)).toEqual([second.runId, first.runId])
    expect((await journal().list('dev')).map(({ runId }) => runId)).toEqual([first.runId])
  })

  it('keeps no secret and lets nobody else read its folders', async () => {
    const record = await start('dev')
    record.error = { code: 'ApplyFailed', message: 'token=abcdefghijkl' }
    await journal().finish(record, 'failed')
    expect((await journal().read(record.runId))?.error?.message).not.toContain('abcdefghijkl')
    expect((await stat(journal().folderOf(record.runId))).mode & 0o077).toBe(0)
  })

  it.each([
    ['half of one', () => '{'],
    ['other bytes', () => '\0\u00ff'],
    ['no text', () => ''],
    ['null', () => 'null'],
    ['a process that is none', (record: RunRecord) => JSON.stringify({ ...record, processes: [null] })],
    ['a process without an id', (record: RunRecord) => JSON.stringify({ ...record, processes: [{}] })],
    [
      'the group of whoever reads it',
      (record: RunRecord) => JSON.stringify({ ...record, processes: [{ ...record.owner, pid: 0, operation: 'apply', launchedAt: 'x' }] }),
    ],
    ['no steps', (record: RunRecord) => JSON.stringify({ ...record, steps: undefined })],
    ['no owner', (record: RunRecord) => JSON.stringify({ ...record, owner: undefined })],
  ])('passes over damaged records instead of failing: %s', async (_what, text) => {
    const damaged = await start('dev')
    const good = await start('dev')
    await writeFile(path.join(journal().folderOf(damaged.runId), 'run.json'), text(damaged))
    expect((await journal().list()).map(({ runId }) => runId)).toEqual([good.runId])
  })

  it.each(['../../etc', 'x', ''])('reads nothing outside its folder for the id %j', async (id) => {
    expect(await journal().read(id)).toBeUndefined()
  })

  it('keeps the last hundred runs', async () => {
    for (let count = 0; count < 103; count += 1) await start('dev')
    expect(await journal().list()).toHaveLength(100)
  })

  it('keeps what changed something longer than what only looked', async () => {
    const change = await journal().start({ command: 'c', environment: 'dev', purpose: 'change', owner: { pid: 1, startedAt: '1' } })
    for (let count = 0; count < 103; count += 1) {
      await journal().start({ command: 'd', environment: 'dev', purpose: 'look', owner: { pid: 1, startedAt: '1' } })
    }
    const kept = await journal().list()
    expect(kept).toHaveLength(100)
    expect(kept.at(-1)?.runId).toBe(change.runId)
  })
})
