import { CreateVpcCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ErrorDocument } from '../../src/lib/ui/error-view.js'
import { clientsOf } from '../helpers/aws.js'
import { Repository } from '../helpers/repository.js'
import { ENVIRONMENT } from '../unit/config/repository.js'

const CIDR = '10.99.0.0/16'

let repository: Repository
beforeAll(async () => {
  repository = await Repository.init()
  await mkdir(path.join(repository.directory, 'environments'), { recursive: true })
  await writeFile(path.join(repository.directory, 'environments/dev.yaml'), ENVIRONMENT)
  await repository.run('sandbox', 'up')
  await (await (await clientsOf(repository)).ec2()).send(new CreateVpcCommand({ CidrBlock: CIDR }))
  await repository.run('sandbox', 'down')
})
afterAll(() => repository.remove())

const networks = async (): Promise<Array<string | undefined>> => {
  expect((await repository.run('sandbox', 'up', '--json')).exitCode).toBe(0)
  const { Vpcs = [] } = await (await (await clientsOf(repository)).ec2()).send(new DescribeVpcsCommand({}))
  await repository.run('sandbox', 'down')
  return Vpcs.map(({ CidrBlock }) => CidrBlock)
}
const dataFile = (name: string): string => path.join(repository.directory, '.platform/sandbox/data', name)

/** What another version of the emulator may leave: a later form of the whole folder, a later form of one service, or half a file. */
const FOREIGN: Array<[what: string, file: string, change: (text: string) => string, reason: string]> = [
  [
    'of a later version',
    'fakecloud.version.toml',
    (text) => text.replace(/format_version = \d+/, 'format_version = 999'),
    'format_version=999',
  ],
  [
    'of which one service is of a later version',
    'ec2/snapshot.json',
    (text) => text.replace(/"schema_version":\d+/, '"schema_version":999'),
    'schema too new',
  ],
  ['that were cut off', 'ec2/snapshot.json', (text) => text.slice(0, text.length / 2), 'failed to parse'],
]

describe('data that the emulator cannot read,', () => {
  test.each(FOREIGN)('%s, stop it with the reason and the way out, and stay as they are', async (_what, file, change, reason) => {
    const before = await readFile(dataFile(file), 'utf8')
    const foreign = change(before)
    expect(foreign).not.toBe(before)
    await writeFile(dataFile(file), foreign)
    for (const args of [
      ['sandbox', 'up'],
      ['env', 'plan', 'dev'],
    ]) {
      const refused = await repository.run(...args, '--json')
      expect(refused.exitCode).toBe(1)
      const { error } = refused.json<ErrorDocument>()
      expect(error).toMatchObject({ code: 'SandboxFailed', message: expect.stringContaining('did not start') as string })
      // The one line that tells, and none of the many before it.
      expect(error.reason).toContain(reason)
      expect(error.reason).not.toContain('\n')
      expect(error.next.join('\n')).toContain('platform sandbox reset')
    }
    expect(await readFile(dataFile(file), 'utf8')).toBe(foreign)
    expect((await repository.run('sandbox', 'status', '--json')).json()).toMatchObject({ running: false })
    await writeFile(dataFile(file), before)
    expect(await networks()).toContain(CIDR)
  })

  test('are deleted by the command that the error names, and it starts again', async () => {
    await writeFile(dataFile('ec2/snapshot.json'), '{')
    expect((await repository.run('sandbox', 'up', '--json')).exitCode).toBe(1)
    expect((await repository.run('sandbox', 'reset', '--yes', '--json')).json()).toEqual({ status: 'reset' })
    expect(await networks()).not.toContain(CIDR)
  })
})
