import { describe, expect, test } from 'vitest'
import type { DriftResult } from '../../../src/lib/environments/fleet/drift-fleet.js'
import { driftTable } from '../../../src/lib/environments/fleet/drift-table.js'
import { markdownOf } from '../../../src/lib/environments/fleet/report-file.js'
import { newsBetween, watchDrift } from '../../../src/lib/environments/fleet/watch-drift.js'
import { fakeClock } from '../../helpers/fake-clock.js'

type Environment = DriftResult['environments'][number]
const environment = (more: Partial<Environment> = {}): Environment => ({
  ...{ name: 'dev', verdict: 'clean', terraform: [], argocd: [], argocdState: 'compared', aws: [] },
  ...more,
})
const result = (...environments: Environment[]): DriftResult => ({ environments })
const changed = (after: unknown, more: object = {}): Environment =>
  environment({
    verdict: 'drifted',
    terraform: [
      { address: 'aws_x.y', kind: 'changed', attributes: ['tags.a'], changes: [{ attribute: 'tags.a', before: null, after }], ...more },
    ],
  })
const BY = { principal: 'arn:aws:iam::1:user/alex', at: '2030-01-01T00:00:00.000Z', event: 'iam:TagRole' }

describe('the table of drift', () => {
  test('has a row for each attribute, with both values and who changed it', () => {
    const drifted = environment({
      verdict: 'drifted',
      terraform: [
        ...changed('x', { changedBy: BY }).terraform,
        { address: 'aws_x.gone', kind: 'deleted', attributes: [], changes: [], changedByUnknown: 'nobody knows' },
        { address: 'aws_x.lost', kind: 'outside-state', attributes: [], changes: [], importId: 'x-1' },
      ],
      aws: [{ arn: 'arn:aws:kms:r:1:key/k', type: 'kms:key', reason: 'tags' }],
      argocd: [
        {
          ...{ application: 'web.dev', state: 'drifted', sync: 'OutOfSync', health: 'Healthy', reason: 'out of sync' },
          resources: [],
          changes: [{ object: 'Deployment web', attribute: 'spec.replicas', before: 2, after: 5 }],
        },
      ],
    })
    expect(driftTable('Drift', result(drifted)).rows.map((row) => row.slice(2))).toEqual([
      ['aws_x.y', 'tags.a: nothing → "x"', 'arn:aws:iam::1:user/alex, iam:TagRole, 2030-01-01T00:00:00.000Z'],
      ['aws_x.gone', 'deleted', 'unknown: nobody knows'],
      ['aws_x.lost', 'exists outside of the state (x-1)', ''],
      ['arn:aws:kms:r:1:key/k', 'in no state', ''],
      ['application web.dev', 'drifted: out of sync', ''],
      ['application web.dev', 'Deployment web spec.replicas: 2 → 5', ''],
    ])
  })

  test('keeps values on one line, short, and without what a terminal obeys', () => {
    const [row] = driftTable('', result(changed(`\u001B[2J\u009B31m\n${'x'.repeat(500)}`))).rows
    expect(row?.[3]).not.toMatch(/\p{Cc}/u)
    expect(row?.[3]?.length).toBeLessThan(120)
  })

  test('says why there is no verdict', () => {
    expect(driftTable('', result(environment({ verdict: 'unknown', reason: 'nothing was applied yet' }))).rows).toEqual([
      ['dev', 'unknown', '', 'nothing was applied yet', ''],
    ])
  })

  test('is text and nothing else in Markdown', () => {
    const evil = '<img src=x> | @everyone `x` ![a](https://x.example) #12 **b** www.x.example\n# title ~~s~~'
    const text = markdownOf(driftTable('Drift', result(changed(evil))))
    const [, , , , row = '', ...rest] = text.split('\n')
    expect(rest).toEqual([''])
    expect(row.match(/(?<!\\)\|/g)).toHaveLength(6)
    expect(row).not.toMatch(/<(?!br>)|@|(?<!\\)[`*[\]]|https:\/\/|www\.|[^&]#\d|(?<!\\)~/)
  })
})

describe('watching drift', () => {
  test('news are rows that came or went; who did it is none by itself', () => {
    const before = result(changed('x'))
    expect(newsBetween(before, result(changed('x', { changedBy: BY })))).toEqual([])
    expect(newsBetween(before, result(changed('y'))).map(([kind, , , , what]) => [kind, what])).toEqual([
      ['gone', 'tags.a: nothing → "x"'],
      ['new', 'tags.a: nothing → "y"'],
    ])
  })

  test('prints the first answer, then only what changes, and ends with the last one when it is stopped', async () => {
    const answers = [result(environment()), result(environment()), result(changed('x'))]
    const abort = new AbortController()
    const told: string[] = []
    const clock = fakeClock()
    let asked = 0
    const last = await watchDrift(
      { clock, signal: abort.signal },
      {
        everyMs: 60_000,
        check: async () => {
          const answer = answers[asked++]
          if (answer) return answer
          abort.abort()
          throw new Error('stopped')
        },
        onFirst: async () => void told.push('first'),
        onNews: async ({ at, rows }) => void told.push(`${at.toISOString()} ${rows.length}`),
      },
    )
    expect(told).toEqual(['first', '2030-01-01T00:02:00.000Z 2'])
    expect(last).toEqual(answers[2])
    expect(clock.slept).toEqual([60_000, 60_000, 60_000])
  })

  test('what breaks for another reason is told', async () => {
    let asked = 0
    const check = async (): Promise<DriftResult> => {
      if (asked++ > 0) throw new Error('broken')
      return result(environment())
    }
    const nothing = async (): Promise<void> => undefined
    const ports = { clock: fakeClock(), signal: new AbortController().signal }
    await expect(watchDrift(ports, { everyMs: 1, check, onFirst: nothing, onNews: nothing })).rejects.toThrow('broken')
  })
})
