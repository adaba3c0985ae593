import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Project } from '../../../src/lib/config/project.js'
import { Journal } from '../../../src/lib/core/journal.js'
import type { Exec, Ports } from '../../../src/lib/core/ports.js'
import { readPlan } from '../../../src/lib/policy/plan-file.js'

const JSON_PLAN = { format_version: '1.2', planned_values: {}, variables: { environment: { value: 'dev' } } }

let directory: string
let folders: string[]
let file: string
beforeEach(async () => {
  directory = await realpath(await mkdtemp(path.join(tmpdir(), 'platform-policy-')))
  folders = []
  file = path.join(directory, 'plan')
})
afterEach(async () => rm(directory, { recursive: true, force: true }))

const exec: Exec = async (_program, args, options) => {
  folders.push(path.relative(directory, options?.cwd ?? ''))
  expect(args.slice(0, 2)).toEqual(['show', '-json'])
  return { exitCode: 0, stdout: JSON.stringify(JSON_PLAN), stderr: '' }
}

const read = (content: string, environment?: string) => {
  const ports = { exec, env: {}, clock: { now: () => new Date() }, signal: new AbortController().signal } as unknown as Ports
  const project = { directory, environments: new Map(['dev', 'prod'].map((name) => [name, {}])) } as unknown as Project
  const findTerraform = async () => ({ terraform: 'terraform', cliConfig: 'rc' })
  return writeFile(file, content).then(() =>
    readPlan({ ports, project, findTerraform }, file, environment === undefined ? {} : { environment }),
  )
}

const initialise = async (folder: string): Promise<unknown> => mkdir(path.join(directory, folder, '.terraform'), { recursive: true })

describe('JSON of a plan', () => {
  test('is read without Terraform, and its digest is that of the file', async () => {
    const { plan, digest } = await read(JSON.stringify(JSON_PLAN))
    expect(plan).toEqual(JSON_PLAN)
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(folders).toEqual([])
  })

  test.each([
    ['nothing', '', 'empty'],
    ['text', 'Plan: 3 to add "hunter2"', 'neither'],
    ['a state', '{"format_version":"1.0","values":{}}', 'not that of a plan'],
    ['null', 'null', 'not that of a plan'],
    ['a list', '[]', 'not that of a plan'],
    ['an unknown format', '{"format_version":"2.0","planned_values":{}}', 'format 2.0'],
    ['a failed plan', JSON.stringify({ ...JSON_PLAN, errored: true }), 'failed'],
    ['damaged changes', JSON.stringify({ ...JSON_PLAN, resource_changes: [{ address: 'a' }] }), 'damaged'],
    ['no list of changes', JSON.stringify({ ...JSON_PLAN, resource_changes: {} }), 'damaged'],
  ])('%s is refused, and not repeated', async (_what, content, reason) => {
    const error: unknown = await read(content).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'PlanUnreadable', reason: expect.stringContaining(reason) as string })
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })
})

describe('a plan file', () => {
  test('is shown in the folder of the environment that is named', async () => {
    await initialise('infra/environments/dev')
    await initialise('infra/environments/prod')
    await read('PK', 'prod')
    expect(folders).toEqual(['infra/environments/prod'])
  })

  test('of a run is shown in the folder of its environment', async () => {
    await initialise('infra/environments/dev')
    await initialise('infra/environments/prod')
    const journal = new Journal(directory, { now: () => new Date() })
    const owner = { pid: 1, startedAt: 'now' }
    const { runId } = await journal.start({ command: 'env plan prod', environment: 'prod', purpose: 'look', owner })
    file = path.join(journal.folderOf(runId), 'plan-1.tfplan')
    await read('PK')
    expect(folders).toEqual(['infra/environments/prod'])
  })

  test('from elsewhere is shown in any folder with providers', async () => {
    await mkdir(path.join(directory, 'infra/environments/dev'), { recursive: true })
    await initialise('infra/shared')
    await read('PK')
    expect(folders).toEqual(['infra/shared'])
  })

  test('is refused where nothing was planned yet, and for an environment that does not exist', async () => {
    await expect(read('PK')).rejects.toMatchObject({ code: 'PlanUnreadable' })
    await expect(read('PK', 'dev')).rejects.toMatchObject({
      code: 'PlanUnreadable',
      reason: 'infra/environments/dev has not been planned here.',
    })
    await expect(read('PK', 'prd')).rejects.toMatchObject({ code: 'EnvironmentNotFound' })
  })

  test('that is not there or is a folder is refused', async () => {
    const reading = read('{}')
    await expect(reading).rejects.toMatchObject({ code: 'PlanUnreadable' })
    file = directory
    await expect(readPlan({} as never, directory)).rejects.toMatchObject({ code: 'PlanUnreadable', reason: 'It is not a file.' })
    await expect(readPlan({} as never, path.join(directory, 'none'))).rejects.toMatchObject({ reason: 'There is no such file.' })
  })
})
