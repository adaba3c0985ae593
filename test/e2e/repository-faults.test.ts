import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ErrorDocument } from '../../src/lib/ui/error-view.js'
import { canMount, onSmallDisk, readOnly } from '../helpers/mounts.js'
import { Repository, type CliResult } from '../helpers/repository.js'
import { ENVIRONMENT } from '../unit/config/repository.js'

let repository: Repository
beforeAll(async () => {
  repository = await Repository.init()
  await mkdir(inRepository('environments'), { recursive: true })
  await writeFile(inRepository('environments/dev.yaml'), ENVIRONMENT)
  await repository.run(...PLAN)
})
afterAll(async () => repository.remove())

const inRepository = (...parts: string[]): string => path.join(repository.directory, ...parts)
const PLAN = ['env', 'plan', 'dev', '--json']

function errorOf(result: CliResult): ErrorDocument['error'] {
  expect(result.stderr).not.toMatch(/^\s+at /m)
  return result.json<ErrorDocument>().error
}

describe.runIf(await canMount())('a disk', () => {
  test('that can only be read lets people look, and says what cannot be written', async () => {
    const readOnlyRun = (...args: string[]) => repository.runWith({ below: readOnly(repository.directory) }, ...args)
    expect((await readOnlyRun('config', 'validate', '--json')).json()).toMatchObject({ valid: true })
    for (const args of [['env', 'create', 'dev', '--yes', '--json'], PLAN]) {
      const result = await readOnlyRun(...args)
      expect(result.exitCode).toBe(1)
      expect(errorOf(result)).toMatchObject({ code: 'FileNotWritable', reason: expect.stringContaining('EROFS') as unknown })
    }
  })

  test('that is full stops a run before AWS is changed, and the same command goes on when there is room', async () => {
    await mkdir(inRepository('infra'), { recursive: true })
    await rm(inRepository('infra/environments'), { recursive: true, force: true })
    const full = await repository.runWith({ below: onSmallDisk(inRepository('infra'), 16, false) }, ...PLAN)
    expect(full.exitCode).toBe(1)
    expect(errorOf(full)).toMatchObject({ code: 'FileNotWritable', reason: expect.stringContaining('ENOSPC') as unknown })
    expect((await repository.run(...PLAN)).exitCode).toBe(2)
  })

  test('that is too full for a plan makes Terraform fail with its own words', async () => {
    const full = await repository.runWith({ below: onSmallDisk(inRepository('.platform/runs'), 64, false) }, ...PLAN)
    expect(full.exitCode).toBe(1)
    expect(errorOf(full).reason ?? errorOf(full).message).toMatch(/no space left|ENOSPC/)
  })
})

describe('what is damaged in the repository', () => {
  const planned = async (): Promise<void> => {
    const result = await repository.run(...PLAN)
    expect(result.stderr).not.toContain('Error')
    expect(result.exitCode).toBe(2)
  }

  test('the journal, the lock of a run, .terraform and the record of the sandbox mend themselves', async () => {
    for (const run of await readdir(inRepository('.platform/runs')))
      await writeFile(inRepository('.platform/runs', run, 'run.json'), '{"runId":')
    await writeFile(inRepository('.platform/locks/dev.json'), '{"pid":')
    await writeFile(inRepository('infra/environments/dev/.terraform/modules/modules.json'), '{"Modules":')
    await writeFile(inRepository('infra/environments/dev/.terraform/terraform.tfstate'), '\0')
    await writeFile(inRepository('.platform/sandbox/supervisor.json'), '{')
    await planned()
    expect((await repository.run('run', 'list', '--json')).json()).toHaveLength(1)
  })

  test('a lock file of templates is named, with the way back', async () => {
    const text = await readFile(inRepository('platform.lock.json'), 'utf8')
    await writeFile(inRepository('platform.lock.json'), text.slice(0, 100))
    const result = await repository.run(...PLAN)
    expect(errorOf(result)).toMatchObject({
      code: 'LockFileInvalid',
      next: expect.arrayContaining([expect.stringContaining('git checkout')]) as unknown,
    })
    await writeFile(inRepository('platform.lock.json'), text)
  })

  test('a module is kept as it was edited, and Terraform says where it is wrong', async () => {
    const module =
      (await readdir(inRepository('infra/modules/network'), { recursive: true })).find((name) => name.endsWith('main.tf')) ?? ''
    const file = inRepository('infra/modules/network', module)
    const text = await readFile(file, 'utf8')
    await writeFile(file, `${text}resource "x`)
    const result = await repository.run(...PLAN)
    expect(result.exitCode).toBe(1)
    expect(errorOf(result).reason).toContain('main.tf line')
    expect(await readFile(file, 'utf8')).toBe(`${text}resource "x`)
    await writeFile(file, text)
  })

  test('a plan file that is none is refused', async () => {
    await writeFile(inRepository('bad.tfplan'), 'garbage')
    const result = await repository.run('env', 'apply', 'dev', '--plan', 'bad.tfplan', '--yes', '--json')
    expect(result.exitCode).toBe(64)
    expect(errorOf(result)).toMatchObject({ code: 'BadFlag', next: [expect.stringContaining('platform env plan dev')] })
  })
})

describe('a link that leads outside', () => {
  const outside = (): string => path.join(repository.directory, '..', 'outside')

  test.each(['infra/environments/dev', 'infra/environments/dev/terraform.tfvars.json', 'infra/environments/dev/main.tf'])(
    'is refused as %s, and nothing is written there',
    async (place) => {
      await rm(outside(), { recursive: true, force: true })
      await mkdir(outside())
      await rm(inRepository('infra/environments/dev'), { recursive: true, force: true })
      await mkdir(path.dirname(inRepository(place)), { recursive: true })
      const isFile = path.extname(place) !== ''
      if (isFile) await writeFile(path.join(outside(), 'file'), 'mine')
      await symlink(isFile ? path.join(outside(), 'file') : outside(), inRepository(place))
      const result = await repository.run(...PLAN)
      expect(result.exitCode).toBe(64)
      expect(errorOf(result)).toMatchObject({ code: 'PathOutsideRepository', next: [expect.stringContaining('Replace the link')] })
      if (isFile) expect(await readFile(path.join(outside(), 'file'), 'utf8')).toBe('mine')
      else expect(await readdir(outside())).toEqual([])
      await rm(inRepository(place))
    },
  )
})
