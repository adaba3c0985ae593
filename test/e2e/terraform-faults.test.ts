import { access, chmod, copyFile, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findOnPath } from '../../src/lib/tools/locate.js'
import type { PlanResult } from '../../src/lib/roots/plan-root.js'
import type { ErrorDocument } from '../../src/lib/ui/error-view.js'
import { canMount } from '../helpers/mounts.js'
import { Repository, type CliResult } from '../helpers/repository.js'
import { eventually } from '../helpers/sandbox.js'
import { ENVIRONMENT } from '../unit/config/repository.js'

let repository: Repository
let real: string
beforeAll(async () => {
  repository = await Repository.init()
  ;[real = 'terraform'] = await findOnPath(process.env, 'terraform')
  await mkdir(path.join(repository.directory, 'environments'), { recursive: true })
  await writeFile(path.join(repository.directory, 'environments/dev.yaml'), ENVIRONMENT)
})
afterAll(async () => repository.remove())

const beside = (...parts: string[]): string => path.join(repository.directory, '..', ...parts)

/** A folder with this shell script as `terraform`. What it does not answer itself, the real one does. */
async function standIn(name: string, ...lines: string[]): Promise<string> {
  const folder = beside(name.replaceAll(' ', '-'))
  await mkdir(folder)
  const file = path.join(folder, 'terraform')
  await writeFile(file, ['#!/bin/sh', ...lines, `exec '${real}' "$@"`, ''].join('\n'))
  await chmod(file, 0o755)
  return folder
}

/** Plans with a stand-in as the first Terraform on PATH. */
async function planWith(name: string, ...lines: string[]): Promise<CliResult> {
  const folder = await standIn(name, ...lines)
  return repository.runWith({ env: { PATH: `${folder}:${process.env.PATH ?? ''}` } }, 'env', 'plan', 'dev', '--json')
}

const NO_INIT = '[ "$1" = init ] && exit 0'
const flood = (text: string, megabytes = 200): string => `yes '${text}' | head -c ${megabytes}000000`

describe('a Terraform that', () => {
  test('has the wrong version is passed over for the next on PATH', async () => {
    const wrong = await planWith('wrong', `[ "$1" = version ] && { echo '{"terraform_version": "0.11.14"}'; exit 0; }`, 'exit 9')
    expect(wrong.exitCode).toBe(2)
  })

  test.each([
    ['is killed', ['[ "$1" = plan ] && kill -9 $$'], 'PlanFailed', 'may have been killed'],
    ['prints 200 MB in one line', [`[ "$1" = plan ] && { head -c 200000000 /dev/zero; exit 1; }`], 'PlanFailed', 'without saying why'],
    [
      'prints 200 MB of messages',
      [`[ "$1" = plan ] && { ${flood('{"type":"other","@message":"again and again"}')}; exit 1; }`],
      'PlanFailed',
      'why',
    ],
    ['prints 200 MB of errors', [`[ "$1" = plan ] && { ${flood('no')} >&2; exit 1; }`], 'PlanFailed', 'no'],
    ['says that it planned, and did not', [`[ "$1" = plan ] && { echo '{"type":"diagnostic"'; exit 0; }`], 'PlanFailed', 'wrote none'],
    [
      'prints a plan that is no JSON',
      ['[ "$1" = plan ] && { : >"${4#-out=}"; exit 0; }', `[ "$1" = show ] && { echo '[1,'; exit 0; }`],
      'ToolFailed',
      'not JSON',
    ],
    [
      'prints a plan that is null',
      ['[ "$1" = plan ] && { : >"${4#-out=}"; exit 0; }', `[ "$1" = show ] && { echo null; exit 0; }`],
      'ToolFailed',
      'not JSON',
    ],
  ])('%s is told in plain words', async (name, lines, code, words) => {
    const result = await planWith(name.replaceAll(' ', '-'), NO_INIT, ...lines)
    expect(result.exitCode).toBe(1)
    const { error } = result.json<ErrorDocument>()
    expect(error.code).toBe(code)
    expect(`${error.message} ${error.reason ?? ''}`).toContain(words)
    expect(result.stdout.length).toBeLessThan(10_000)
  })

  test.each([
    ['floods init, and is content', [`[ "$1" = init ] && { ${flood('no', 80)}; exit 0; }`], 'printed more than 64 MB'],
    ['is killed in init', ['[ "$1" = init ] && kill -9 $$'], 'SIGKILL'],
    [
      'floods show',
      [NO_INIT, '[ "$1" = plan ] && { : >"${4#-out=}"; exit 0; }', `[ "$1" = show ] && { ${flood('no', 80)}; exit 0; }`],
      'printed more than 64 MB',
    ],
  ])('%s is stopped, and what to do is said', async (name, lines, words) => {
    const result = await planWith(name, ...lines)
    const { error } = result.json<ErrorDocument>()

    expect(result.exitCode).toBe(1)
    expect(error).toMatchObject({ code: 'ToolFailed', message: expect.stringContaining(words) as string })
    expect(error.next.join()).toContain('platform doctor')
    expect(JSON.stringify(error).length).toBeLessThan(2000)
  })
})

/** Plans with nothing on PATH but what lies in this folder, an empty cache and no network. */
async function withoutOthers(folder: string): Promise<ErrorDocument['error']> {
  const [unshare = ''] = await findOnPath(process.env, 'unshare')
  const env = { PATH: folder, XDG_CACHE_HOME: `${folder}-cache` }
  const result = await repository.runWith({ env, below: [unshare, '--net', '--map-root-user'] }, 'env', 'plan', 'dev', '--json')
  expect(result.exitCode).toBe(1)
  return result.json<ErrorDocument>().error
}

describe.runIf(await canMount())('a machine without a Terraform that can be used', () => {
  test('is told so, with what was tried and how to get one', async () => {
    const error = await withoutOthers(beside('nothing'))
    expect(error).toMatchObject({ code: 'ToolInstallFailed', message: 'terraform is not on this machine and could not be installed.' })
    expect(error.reason).toMatch(/^download: .*\ngo: go is not installed$/)
    expect(error.next.join()).toContain('platform tools install terraform')
  })

  test('is told which wrong version was found', async () => {
    const error = await withoutOthers(
      await standIn('only wrong', `[ "$1" = version ] && { echo '{"terraform_version": "0.11.14"}'; exit 0; }`),
    )
    expect(error).toMatchObject({
      code: 'ToolInstallFailed',
      message: expect.stringMatching(/^No terraform of this machine can be used/) as string,
    })
    expect(error.reason).toContain('its version is 0.11.14, and >=1.11.0 <2.0.0 is needed')
  })

  test('is told which one gave no answer when it was asked for its version', async () => {
    const error = await withoutOthers(await standIn('hangs in version', 'exec /bin/sleep 600'))
    expect(error.reason).toMatch(/hangs-in-version\/terraform: it does not run: .* gave no answer within 10 s/)
  })
})

describe('a Terraform that hangs', () => {
  let plan: string
  beforeAll(async () => {
    const { planFile } = (await repository.run('env', 'plan', 'dev', '--json')).json<PlanResult>()
    plan = beside('good.tfplan')
    await copyFile(planFile, plan)
  })

  /** Starts a command whose Terraform hangs in this operation, and waits until it does. */
  async function hanging(operation: string, trap: string, ...args: string[]) {
    const mark = beside(`${operation}-hangs`)
    const folder = await standIn(`hangs in ${operation}`, `[ "$1" = ${operation} ] && { ${trap} : >'${mark}'; while :; do sleep 1; done; }`)
    const running = repository.startWith({ PATH: `${folder}:${process.env.PATH ?? ''}` }, ...args, '--json')
    await eventually(
      `${operation} hangs`,
      async () =>
        access(mark).then(
          () => true,
          () => false,
        ),
      120_000,
    )
    // As a terminal does: the whole group gets it, but not a Terraform in a group of its own.
    return { running, interrupt: () => process.kill(-(running.pid ?? 0), 'SIGINT') }
  }

  test.each([
    ['init', ['env', 'plan', 'dev']],
    ['plan', ['env', 'plan', 'dev']],
  ])('in %s ends with Ctrl-C', async (operation, args) => {
    const { running, interrupt } = await hanging(operation, '', ...args)
    interrupt()
    const { exitCode, stdout } = await running
    expect(exitCode).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'Interrupted', next: [expect.stringContaining('same command')] } })
  })

  test('in an apply, and does not listen, ends with a second Ctrl-C; the same command goes on', async () => {
    const { running, interrupt } = await hanging('apply', 'trap "" INT;', 'env', 'apply', 'dev', '--plan', plan, '--yes')
    let said = ''
    running.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    interrupt()
    await eventually('the first is heard', async () => said.includes('Stopping cleanly'))
    interrupt()
    const { exitCode, stdout } = await running
    expect(exitCode).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'Interrupted', message: 'Stopped at once, without a clean end.' } })
    expect((await repository.run('env', 'plan', 'dev', '--json')).exitCode).toBe(2)
  })

  test('that says that it applied, and did not, is found out', async () => {
    const folder = await standIn('only says it', '[ "$1" = apply ] && exit 0')
    const env = { PATH: `${folder}:${process.env.PATH ?? ''}` }
    const result = await repository.runWith({ env }, 'env', 'apply', 'dev', '--plan', plan, '--yes', '--json')
    expect(result.json()).toMatchObject({ error: { code: 'VerifyFailed' } })
    expect(result.exitCode).toBe(1)
  })
})
