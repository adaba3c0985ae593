import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { loadProject } from '../../../src/lib/config/load.js'
import { execProgram } from '../../../src/lib/core/exec.js'
import type { Ports } from '../../../src/lib/core/ports.js'
import { affectedEnvironments, type AffectedResult } from '../../../src/lib/environments/affected.js'
import { ENVIRONMENT, PLATFORM, repository } from '../config/repository.js'

const git = (cwd: string, ...args: string[]) =>
  execProgram('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd, okCodes: [0] })

/** What has been touched since a commit of these files. */
async function affected(files: Record<string, string>, change: (directory: string) => Promise<void>): Promise<AffectedResult> {
  const directory = await repository(files)
  await git(directory, 'init', '--quiet')
  await git(directory, 'add', '--all')
  await git(directory, 'commit', '--quiet', '--message', 'First')
  await change(directory)
  return affectedEnvironments(ports, await loadProject(directory), 'HEAD')
}
const ports = { exec: execProgram, env: { PATH: process.env['PATH'] }, signal: new AbortController().signal } as unknown as Ports
const FILES = { 'environments/dev.yaml': ENVIRONMENT }

it('takes only those files of a commit for environments that are read today', async () => {
  const more = { 'environments/old/test.yaml': ENVIRONMENT, 'environments/.prod.yaml': 'no environment' }
  expect(await affected({ ...FILES, ...more }, async () => undefined)).toMatchObject({ environments: [], removed: [] })
})

it('tells what is gone: an environment, and what environments share', async () => {
  const gone = await affected(FILES, async (directory) => {
    await rm(path.join(directory, 'environments/dev.yaml'))
    await writeFile(path.join(directory, 'platform.yaml'), `${PLATFORM}shared:\n  enabled: false\n`)
  })
  expect(gone).toMatchObject({ environments: [], removed: ['shared', 'dev'] })
})

it('says that there is no Git repository', async () => {
  const directory = await repository(FILES)
  await expect(affectedEnvironments(ports, await loadProject(directory), 'HEAD')).rejects.toMatchObject({
    code: 'BadFlag',
    message: expect.stringContaining('in no Git repository') as string,
  })
})
