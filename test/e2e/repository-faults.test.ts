import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ErrorDocument } from '../../src/lib/ui/error-view.js'
import { clientsOf } from '../helpers/aws.js'
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
    expect(errorOf(full).reason).toMatch(/no space left/)
    expect(errorOf(full).next.join()).toMatch(/room on the disk|free space/)
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

  test('a folder in the place of a file is named, and one in the journal is history lost', async () => {
    const lock = 'infra/environments/dev/.terraform.lock.hcl'
    const module = (await readdir(inRepository('infra/modules/keys')))[0] ?? ''
    for (const [file, name] of [
      [`infra/modules/keys/${module}/main.tf`, 'main.tf'],
      [lock, '.terraform.lock.hcl'],
    ] as const) {
      await rename(inRepository(file), inRepository('aside'))
      await mkdir(inRepository(file))
      const result = await repository.run(...PLAN)
      expect(result.exitCode).toBe(1)
      const error = errorOf(result)
      expect(error.code).toMatch(/^(?:FileNotReadable|ToolFailed)$/)
      expect(`${error.message} ${error.reason ?? ''}`).toContain(name)
      expect(error.next).not.toEqual([])
      await rm(inRepository(file), { recursive: true })
      await rename(inRepository('aside'), inRepository(file))
    }
    const [run = ''] = await readdir(inRepository('.platform/runs'))
    await rm(inRepository('.platform/runs', run, 'run.json'))
    await mkdir(inRepository('.platform/runs', run, 'run.json'))
    const ids = (await repository.run('run', 'list', '--json')).json<Array<{ runId: string }>>().map(({ runId }) => runId)
    expect(ids).not.toContain(run)
  })

  test('the lock file of Terraform is named, with the way back', async () => {
    const file = inRepository('infra/environments/dev/.terraform.lock.hcl')
    const text = await readFile(file)
    await writeFile(
      file,
      Uint8Array.from({ length: 500 }, (_, index) => 255 - (index % 100)),
    )
    const result = await repository.run(...PLAN)
    expect(result.exitCode).toBe(1)
    expect(errorOf(result)).toMatchObject({ code: 'ToolFailed', reason: expect.stringContaining('dependency lock file') as string })
    expect(errorOf(result).next[0]).toContain('git checkout HEAD -- infra/environments/dev/.terraform.lock.hcl')
    await writeFile(file, text)
  })

  test('a lock of the state that nobody can read is respected, and released by its id', async () => {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3')
    const object = { Bucket: 'acme-state-000000000000-eu-west-1', Key: 'environments/dev/terraform.tfstate.tflock' }
    await (await (await clientsOf(repository)).s3()).send(new PutObjectCommand({ ...object, Body: '{"ID": "ab' }))
    const result = await repository.run(...PLAN)
    expect(errorOf(result)).toMatchObject({ code: 'StateLocked', reason: expect.stringContaining('is damaged') as string })
    const id = String(errorOf(result).details['lockId'])
    expect(errorOf(result).next.join()).toContain(`platform lock release dev --id ${id}`)
    const released = await repository.run('lock', 'release', 'dev', '--id', id, '--json')
    expect(released.json()).toMatchObject({ released: true })
  })

  test('a state that is none is told by what only looks, too', async () => {
    const { DeleteObjectCommand, PutObjectCommand } = await import('@aws-sdk/client-s3')
    const s3 = await (await clientsOf(repository)).s3()
    const object = { Bucket: 'acme-state-000000000000-eu-west-1', Key: 'environments/dev/terraform.tfstate' }
    await s3.send(new PutObjectCommand({ ...object, Body: '{"version": 4, "terraf' }))
    expect((await repository.run('env', 'list', '--json')).json()).toMatchObject([{ name: 'dev', status: 'unknown' }])
    const result = await repository.run(...PLAN)
    expect(errorOf(result)).toMatchObject({ code: 'StateUnreadable', next: ['platform state history dev', expect.anything()] })
    await s3.send(new DeleteObjectCommand(object))
  })

  test('a plan file that is none is refused', async () => {
    await writeFile(inRepository('bad.tfplan'), 'garbage')
    const result = await repository.run('env', 'apply', 'dev', '--plan', 'bad.tfplan', '--yes', '--json')
    expect(result.exitCode).toBe(64)
    expect(errorOf(result)).toMatchObject({ code: 'BadFlag', next: [expect.stringContaining('platform env plan dev')] })
  })
})

describe('a folder that is a link to outside', () => {
  /** Without those of the sandbox, which is at work. */
  const filesOf = async (folder: string): Promise<string[]> =>
    (await readdir(folder, { recursive: true })).filter((name) => !name.startsWith('sandbox')).sort()

  test.each([
    ['.platform', 'PathOutsideRepository'],
    ['.platform/runs', 'PathOutsideRepository'],
    ['infra', 'PathOutsideRepository'],
    ['infra/modules/keys', 'PathOutsideRepository'],
    ['environments', 'InvalidConfiguration'],
  ])('is refused as %s, and what is there stays as it is', async (place, code) => {
    const elsewhere = path.join(repository.directory, '..', 'elsewhere')
    await rename(inRepository(place), elsewhere)
    await symlink(elsewhere, inRepository(place))
    const before = await filesOf(elsewhere)
    const result = await repository.run(...PLAN)
    expect(result.exitCode).toBe(64)
    expect(errorOf(result).code).toBe(code)
    expect(await filesOf(elsewhere)).toEqual(before)
    await rm(inRepository(place))
    await rename(elsewhere, inRepository(place))
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
