import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { writeFileAtomic } from '../../../src/lib/core/files.js'
import type { ReportEvent } from '../../../src/lib/core/report.js'
import { reportLeftOut, valuesTaken, type TakenValues } from '../../../src/lib/roots/declared-variables.js'

const root = { name: 'dev', folder: 'infra/environments/dev', file: 'environments/dev.yaml' }

async function taken(file: string, values: Record<string, unknown>): Promise<TakenValues> {
  const directory = await mkdtemp(path.join(tmpdir(), 'platform-variables-'))
  await writeFileAtomic(
    path.join(directory, root.folder, 'variables.tf'),
    'variable "region" {\n}\n\nvariable  "tags" {}\n# variable "edge"\n',
  )
  await writeFileAtomic(path.join(directory, root.folder, 'own.tf'), 'variable "own" {\n}\n')
  await writeFileAtomic(path.join(directory, root.file), file)
  return valuesTaken(root, values, { repository: directory, directory })
}

function reported(leftOut: string[]): ReportEvent[] {
  const events: ReportEvent[] = []
  reportLeftOut({ report: { emit: (event) => events.push(event) } }, root, leftOut)
  return events
}

test('values that the root does not know are left out, and named with the way to get them', async () => {
  const { values, leftOut } = await taken('role: workload\n', { region: 'a', waf: {}, own: 1, edge: null })
  expect(values).toEqual({ region: 'a', own: 1 })
  expect(reported(leftOut)).toEqual([
    {
      type: 'info',
      message: 'Left out, because the templates of dev do not know it yet: edge, waf. To get it: platform template update dev',
    },
  ])
})

test('nothing is said when nothing was left out', () => {
  expect(reported([])).toEqual([])
})

test('what the user wrote is not left out in silence', async () => {
  await expect(taken('role: workload\ndatabases: {}\n', { region: 'a', databases: {} })).rejects.toMatchObject({
    code: 'TemplatesTooOld',
    exitCode: 64,
    next: ['platform template update dev', 'Or take databases out of environments/dev.yaml.'],
  })
})
