import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { loadProject } from '../../../src/lib/config/load.js'
import { UserError } from '../../../src/lib/core/errors.js'
import { execProgram } from '../../../src/lib/core/exec.js'
import type { Exec, Prompter } from '../../../src/lib/core/ports.js'
import { silentReporter } from '../../../src/lib/core/report.js'
import { systemClock } from '../../../src/lib/core/clock.js'
import { type InitPorts, initRepositoryFolder } from '../../../src/lib/init/init-repository.js'

const refuse = (question: { flag: string }): never => {
  throw new UserError('InputNeeded', question.flag)
}
const nobody: Prompter = {
  interactive: false,
  confirm: async (question) => refuse(question),
  input: async (question) => refuse(question),
  select: async (question) => refuse(question),
}

let parent: string
let acme: string
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'platform-init-'))
  acme = path.join(parent, 'acme')
  onTestFinished(() => rm(parent, { recursive: true, force: true }))
})

/** Real Git, whose settings are those of a user who has none. */
function ports(changes: Partial<InitPorts> = {}): InitPorts {
  const env = {
    PATH: process.env['PATH'],
    HOME: path.join(parent, 'home'),
    GIT_CONFIG_NOSYSTEM: '1',
    XDG_CONFIG_HOME: path.join(parent, 'home'),
  }
  return {
    exec: execProgram,
    ask: nobody,
    env,
    report: silentReporter,
    clock: systemClock,
    signal: new AbortController().signal,
    ...changes,
  }
}

const git = async (directory: string, ...args: string[]): Promise<string> => (await execa('git', args, { cwd: directory })).stdout

describe('a new repository', () => {
  test('is complete, valid, and committed on main', async () => {
    const result = await initRepositoryFolder(ports(), acme, { name: 'acme', target: 'sandbox' })
    expect(result).toMatchObject({ name: 'acme', directory: acme, target: 'sandbox' })
    expect((await git(acme, 'ls-files')).split('\n')).toEqual(result.files)
    expect(await git(acme, 'status', '--porcelain')).toBe('')
    expect(await git(acme, 'log', '--format=%D %an')).toBe('HEAD -> main platform')
    const { platform } = await loadProject(acme)
    expect(platform).toMatchObject({ name: 'acme', target: 'sandbox', region: 'eu-west-1', accounts: { sandbox: { id: '000000000000' } } })
    expect(await readdir(parent)).toEqual(['acme'])
  })

  test('keeps state and plans out of Git, and the provider lock in it', async () => {
    await initRepositoryFolder(ports(), acme, { name: 'acme' })
    const root = 'infra/environments/dev'
    const ignored = ['.platform/runs/x', `${root}/.terraform/x`, `${root}/terraform.tfstate`, `${root}/a.tfplan`]
    expect((await execa('git', ['check-ignore', ...ignored, `${root}/.terraform.lock.hcl`], { cwd: acme })).stdout.split('\n')).toEqual(
      ignored,
    )
  })

  test('takes region, accounts and roles', async () => {
    const role = 'arn:aws:iam::222222222222:role/a=b'
    await initRepositoryFolder(ports(), acme, {
      name: 'acme',
      target: 'aws',
      region: 'eu-central-1',
      architecture: 'openshift',
      accounts: ['dev=111111111111', 'prod=222222222222'],
      roles: [`prod=${role}`],
    })
    expect((await loadProject(acme)).platform).toMatchObject({
      target: 'aws',
      architecture: 'openshift',
      region: 'eu-central-1',
      accounts: { dev: { id: '111111111111' }, prod: { id: '222222222222', role } },
    })
  })

  test('calls a single account main, and gives it the role', async () => {
    const role = 'arn:aws:iam::111111111111:role/x'
    await initRepositoryFolder(ports(), acme, { name: 'acme', target: 'aws', accounts: ['011111111111'], roles: [role] })
    expect((await loadProject(acme)).platform.accounts).toEqual({ main: { id: '011111111111', role } })
  })

  test('commits under the name of the user, without their hooks and signing', async () => {
    await mkdir(path.join(parent, 'home/hooks'), { recursive: true })
    await writeFile(path.join(parent, 'home/hooks/pre-commit'), '#!/bin/sh\nexit 1\n')
    await chmod(path.join(parent, 'home/hooks/pre-commit'), 0o755)
    const settings = `[user]\nname = Example\nemail = user@example.org\n[commit]\ngpgSign = true\n[core]\nhooksPath = ${parent}/home/hooks\n`
    await writeFile(path.join(parent, 'home/.gitconfig'), settings)
    await initRepositoryFolder(ports(), acme, { name: 'acme' })
    expect(await git(acme, 'log', '--format=%an <%ae>')).toBe('Example <user@example.org>')
  })

  test('is not disturbed by a Git hook that calls it', async () => {
    const outer = path.join(parent, 'outer')
    await execa('git', ['init', '--quiet', outer])
    const env = { ...ports().env, GIT_DIR: path.join(outer, '.git'), GIT_INDEX_FILE: path.join(outer, '.git/index') }
    await initRepositoryFolder(ports({ env }), acme, { name: 'acme' })
    expect(existsSync(path.join(acme, '.git/HEAD'))).toBe(true)
    expect(existsSync(path.join(outer, '.git/index'))).toBe(false)
  })

  test('asks a person for what is missing', async () => {
    const asked: string[] = []
    const ask: Prompter = {
      ...nobody,
      interactive: true,
      input: async ({ flag, default: standard }) => (asked.push(flag), flag === '--account' ? '123456789012' : (standard ?? '')),
      select: async <T extends string>({ flag }: { flag: string }) => (asked.push(flag), 'aws' as T),
    }
    await initRepositoryFolder(ports({ ask }), acme, { name: 'acme' })
    expect(asked).toEqual(['--target', '--region', '--account'])
    expect((await loadProject(acme)).platform.accounts).toEqual({ main: { id: '123456789012' } })
  })

  test('with dryRun writes nothing', async () => {
    const result = await initRepositoryFolder(ports(), acme, { name: 'acme', dryRun: true })
    expect(result.files).toContain('platform.yaml')
    expect(await readdir(parent)).toEqual([])
  })
})

describe('the folder', () => {
  test('may be there when it is empty', async () => {
    await mkdir(acme)
    const { files } = await initRepositoryFolder(ports(), acme, { name: 'other' })
    expect((await git(acme, 'ls-files')).split('\n')).toEqual(files)
    expect((await readdir(acme)).filter((name) => name.startsWith('.platform'))).toEqual([])
  })

  test('may hold a Git repository, whose branch is kept', async () => {
    await execa('git', ['init', '--quiet', '--initial-branch=trunk', acme])
    const { files } = await initRepositoryFolder(ports(), acme, { name: 'acme' })
    expect((await git(acme, 'ls-files')).split('\n')).toEqual(files)
    expect(await git(acme, 'branch', '--show-current')).toBe('trunk')
    expect((await loadProject(acme)).platform.git.branch).toBe('trunk')
  })

  test.each(['.gitignore', 'notes.txt'])('must not hold other files such as %s', async (file) => {
    await mkdir(acme)
    await writeFile(path.join(acme, file), 'mine')
    await expect(initRepositoryFolder(ports(), acme, { name: 'acme' })).rejects.toMatchObject({
      code: 'FolderNotEmpty',
      reason: `It holds ${file}.`,
    })
    expect(await readdir(acme)).toEqual([file])
  })

  test('is left alone when it is a platform repository already', async () => {
    await initRepositoryFolder(ports(), acme, { name: 'acme' })
    const before = await git(acme, 'rev-parse', 'HEAD')
    await expect(initRepositoryFolder(ports(), acme, { name: 'acme' })).rejects.toMatchObject({
      code: 'FolderNotEmpty',
      message: /already/,
    })
    expect(await git(acme, 'rev-parse', 'HEAD')).toBe(before)
  })

  test('must not be a file', async () => {
    await writeFile(acme, '')
    await expect(initRepositoryFolder(ports(), acme, { name: 'acme' })).rejects.toMatchObject({ code: 'FolderNotEmpty' })
  })
})

describe('a failure half-way leaves nothing behind', () => {
  const failing: Exec = async (file, args, options) => {
    if (args.includes('commit')) throw new UserError('ToolFailed', 'git commit ended with exit code 1.')
    return execProgram(file, args, options)
  }

  test('in a new folder', async () => {
    await expect(initRepositoryFolder(ports({ exec: failing }), acme, { name: 'acme' })).rejects.toMatchObject({ code: 'ToolFailed' })
    expect(await readdir(parent)).toEqual([])
  })

  test('in an empty folder', async () => {
    await mkdir(acme)
    await expect(initRepositoryFolder(ports({ exec: failing }), acme, { name: 'acme' })).rejects.toMatchObject({ code: 'ToolFailed' })
    expect(await readdir(acme)).toEqual([])
  })

  test('in a folder with a Git repository', async () => {
    await execa('git', ['init', '--quiet', acme])
    await expect(initRepositoryFolder(ports({ exec: failing }), acme, { name: 'acme' })).rejects.toMatchObject({ code: 'ToolFailed' })
    expect(await readdir(acme)).toEqual(['.git'])
    expect(await git(acme, 'status', '--porcelain')).toBe('')
  })

  test('without Git', async () => {
    const env = { ...ports().env, PATH: path.join(parent, 'nothing') }
    await expect(initRepositoryFolder(ports({ env }), acme, { name: 'acme' })).rejects.toMatchObject({ code: 'ToolMissing' })
    expect(await readdir(parent)).toEqual([])
  })

  test('where the disk refuses', async () => {
    await symlink('/proc', path.join(parent, 'refusing'))
    await expect(initRepositoryFolder(ports(), path.join(parent, 'refusing/acme'), { name: 'acme' })).rejects.toMatchObject({
      code: 'FileNotWritable',
    })
  })
})

describe('wrong input', () => {
  const cases: Array<[what: string, options: Partial<Parameters<typeof initRepositoryFolder>[2]>, code: string, text: RegExp]> = [
    ['a bad name', { name: 'Acme!' }, 'InvalidName', /not a valid name.*such as acme$/s],
    ['the name aws', { name: 'aws' }, 'InvalidName', /cannot be called aws.*such as my-aws$/s],
    ['a name that starts with aws-', { name: 'aws-shop' }, 'InvalidName', /cannot be called aws-shop.*such as shop$/s],
    ['a name too long for the bucket', { name: 'a'.repeat(32), region: 'ap-southeast-1' }, 'BadFlag', /NAME: is too long/],
    ['a region that is none', { region: 'Ireland' }, 'BadFlag', /--region: must be an AWS region/],
    ['no account with target aws', { target: 'aws' }, 'InputNeeded', /--account/],
    ['an account id that is too short', { accounts: ['123'] }, 'BadFlag', /12 digits/],
    ['several accounts without names', { accounts: ['111111111111', '222222222222'] }, 'BadFlag', /each needs a name/],
    ['an account twice', { accounts: ['a1=111111111111', 'a1=222222222222'] }, 'BadFlag', /twice/],
    ['a role for nobody', { accounts: ['a1=111111111111'], roles: ['b2=arn:aws:iam::111111111111:role/x'] }, 'BadFlag', /b2/],
    ['a role that is none', { roles: ['admin'] }, 'BadFlag', /--role-arn: must be the ARN/],
  ]
  test.each(cases)('%s', async (_what, options, code, text) => {
    const error: unknown = await initRepositoryFolder(ports(), acme, { name: 'acme', ...options }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code })
    expect(`${(error as UserError).message} ${(error as UserError).reason ?? ''} ${(error as UserError).next.join(' ')}`).toMatch(text)
    expect(await readdir(parent)).toEqual([])
  })
})
