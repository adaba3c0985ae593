import { execa } from 'execa'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { execProgram } from '../../../src/lib/core/exec.js'
import { publish } from '../../../src/lib/git/publish.js'

const env = {
  PATH: process.env['PATH'],
  HOME: '/nowhere',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Caller',
  GIT_AUTHOR_EMAIL: 'caller@example.com',
  GIT_COMMITTER_NAME: 'Caller',
  GIT_COMMITTER_EMAIL: 'caller@example.com',
}
const ports = { exec: execProgram, env, signal: new AbortController().signal }

let folder: string
let here: string
let bare: string
let url: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-publish-'))
  here = path.join(folder, 'here')
  bare = path.join(folder, 'bare.git')
  url = `file://${bare}`
  await execa('git', ['init', '-q', '--bare', '-b', 'main', bare], { env })
  await execa('git', ['init', '-q', '-b', 'main', here], { env })
  await write('platform.yaml', 'one\n')
  await git('add', '-A')
  await git('commit', '-qm', 'First')
})

const git = async (...args: string[]) => (await execa('git', args, { cwd: here, env })).stdout
const there = async (...args: string[]) => (await execa('git', ['--git-dir', bare, ...args], { env })).stdout
const write = async (file: string, text: string, inside = here) => {
  await mkdir(path.dirname(path.join(inside, file)), { recursive: true })
  await writeFile(path.join(inside, file), text)
}
const send = (files: string[], message = 'Change it') => publish(ports, here, { url, branch: 'main', files, message })

/** What somebody else pushes. */
async function elsewhere(file: string, text: string): Promise<void> {
  const clone = await mkdtemp(path.join(folder, 'clone-'))
  await execa('git', ['clone', '-q', url, clone], { env })
  await write(file, text, clone)
  await execa('git', ['add', '-A'], { cwd: clone, env })
  await execa('git', ['commit', '-qm', 'Elsewhere'], { cwd: clone, env })
  await execa('git', ['push', '-q', 'origin', 'HEAD:main'], { cwd: clone, env })
}

describe('publishing', () => {
  test('brings the whole branch to an empty server, and changes nothing the second time', async () => {
    await write('gitops/a.yaml', 'a\n')
    const first = await send(['gitops/a.yaml'])
    expect(first).toMatchObject({ changed: true, local: 'up-to-date' })
    expect(await there('log', '--format=%s by %an', 'main')).toBe('Change it by Caller\nFirst by Caller')
    expect(await send(['gitops/a.yaml'])).toEqual({ commit: first.commit, changed: false, local: 'up-to-date' })
  })

  test('takes the named files along, removed ones too, and nothing else of the caller', async () => {
    await write('gitops/a.yaml', 'a\n')
    await write('gitops/b.yaml', 'b\n')
    await send(['gitops/a.yaml', 'gitops/b.yaml'])
    await rm(path.join(here, 'gitops/a.yaml'))
    await write('gitops/b.yaml', 'b2\n')
    await write('platform.yaml', 'not yet\n')
    await write('notes.txt', 'private\n')
    expect(await send(['gitops/a.yaml', 'gitops/b.yaml', 'gitops/never-there.yaml'])).toMatchObject({ changed: true, local: 'up-to-date' })
    expect(await there('ls-tree', '-r', '--name-only', 'main')).toBe('gitops/b.yaml\nplatform.yaml')
    expect(await there('show', 'main:platform.yaml')).toBe('one')
    expect(await git('status', '--porcelain')).toBe(' M platform.yaml\n?? notes.txt')
  })

  test('goes on top of what others pushed, and brings it here', async () => {
    await send([])
    await elsewhere('other.txt', 'theirs\n')
    await write('gitops/a.yaml', 'a\n')
    expect(await send(['gitops/a.yaml'])).toMatchObject({ changed: true, local: 'up-to-date' })
    expect(await there('log', '--format=%s', 'main')).toBe('Change it\nElsewhere\nFirst')
    expect(await readFile(path.join(here, 'other.txt'), 'utf8')).toBe('theirs\n')
  })

  test('tries again when somebody was faster', async () => {
    await send([])
    await write('gitops/a.yaml', 'a\n')
    let first = true
    const exec: typeof execProgram = async (file, args, options) => {
      if (args.includes('push') && first) {
        first = false
        await elsewhere('other.txt', 'theirs\n')
      }
      return execProgram(file, args, options)
    }
    const publication = { url, branch: 'main', files: ['gitops/a.yaml'], message: 'Change it' }
    expect(await publish({ ...ports, exec }, here, publication)).toMatchObject({ changed: true })
    expect(await there('log', '--format=%s', 'main')).toBe('Change it\nElsewhere\nFirst')
  })

  test('does not publish commits of the caller, and a rebase brings both together', async () => {
    await send([])
    await write('mine.txt', 'mine\n')
    await git('add', 'mine.txt')
    await git('commit', '-qm', 'Mine')
    await write('gitops/a.yaml', 'a\n')
    expect(await send(['gitops/a.yaml'])).toMatchObject({ changed: true, local: 'diverged' })
    expect(await there('log', '--format=%s', 'main')).toBe('Change it\nFirst')
    await git('pull', '-q', '--rebase', url, 'main')
    expect(await git('log', '--format=%s')).toBe('Mine\nChange it\nFirst')
  })
})

describe('what cannot be published', () => {
  test('is another version of the same file: told with who made it, and nothing is lost', async () => {
    await write('gitops/a.yaml', 'a\n')
    await send(['gitops/a.yaml'])
    await elsewhere('gitops/a.yaml', 'theirs\n')
    await write('gitops/a.yaml', 'ours\n')
    await expect(send(['gitops/a.yaml'])).rejects.toMatchObject({
      code: 'GitConflict',
      message: expect.stringContaining('gitops/a.yaml') as string,
      reason: expect.stringContaining('by Caller') as string,
    })
    expect(await readFile(path.join(here, 'gitops/a.yaml'), 'utf8')).toBe('ours\n')
    expect(await there('show', 'main:gitops/a.yaml')).toBe('theirs')
  })

  test('is not a conflict when somebody made the same change', async () => {
    await write('gitops/a.yaml', 'a\n')
    await send(['gitops/a.yaml'])
    await elsewhere('gitops/a.yaml', 'same\n')
    await write('gitops/a.yaml', 'same\n')
    expect(await send(['gitops/a.yaml'])).toMatchObject({ changed: false })
  })

  test('is a change on another branch', async () => {
    await git('switch', '-qc', 'feature')
    await expect(send([])).rejects.toMatchObject({
      code: 'GitConflict',
      message: 'Branch feature is checked out, and main is the one that is deployed.',
    })
  })

  test('is anything for a repository with another history', async () => {
    const other = await mkdtemp(path.join(folder, 'other-'))
    await execa('git', ['init', '-q', '-b', 'main', other], { env })
    await write('x', 'x', other)
    await execa('git', ['add', '-A'], { cwd: other, env })
    await execa('git', ['commit', '-qm', 'Other'], { cwd: other, env })
    await execa('git', ['push', '-q', url, 'HEAD:main'], { cwd: other, env })
    await expect(send([])).rejects.toMatchObject({ code: 'GitConflict', message: expect.stringContaining('nothing in common') as string })
  })

  test('is a push that a rule of the server refuses', async () => {
    await send([])
    const hook = path.join(bare, 'hooks', 'pre-receive')
    await mkdir(path.dirname(hook), { recursive: true })
    await writeFile(hook, '#!/bin/sh\necho "branch is protected" >&2\nexit 1\n')
    await chmod(hook, 0o755)
    await write('gitops/a.yaml', 'a\n')
    await expect(send(['gitops/a.yaml'])).rejects.toMatchObject({
      code: 'GitRefused',
      message: expect.stringContaining('takes no push to main') as string,
      reason: expect.stringContaining('branch is protected') as string,
    })
    expect(await git('status', '--porcelain')).toBe('?? gitops/')
  })

  test.each(['file:///nowhere/at/all.git', 'http://127.0.0.1:9/x.git'])('goes to no server that does not answer (%s)', async (address) => {
    await expect(publish(ports, here, { url: address, branch: 'main', files: [], message: 'x' })).rejects.toMatchObject({
      code: 'GitUnreachable',
    })
  })
})
