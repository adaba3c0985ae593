import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findOnPath } from '../../src/lib/tools/locate.js'
import type { ErrorDocument } from '../../src/lib/ui/error-view.js'
import { Repository, type CliResult } from '../helpers/repository.js'
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

/** Plans with this shell script as the first Terraform on PATH. What it does not answer itself, the real one does. */
async function planWith(name: string, ...lines: string[]): Promise<CliResult> {
  const folder = path.join(repository.directory, '..', name)
  await mkdir(folder)
  const file = path.join(folder, 'terraform')
  await writeFile(file, ['#!/bin/sh', ...lines, `exec '${real}' "$@"`, ''].join('\n'))
  await chmod(file, 0o755)
  return repository.runWith({ env: { PATH: `${folder}:${process.env.PATH ?? ''}` } }, 'env', 'plan', 'dev', '--json')
}

const NO_INIT = '[ "$1" = init ] && exit 0'
const flood = (text: string): string => `yes '${text}' | head -c 200000000`

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

  test('hangs in a plan ends with Ctrl-C', async () => {
    const folder = path.join(repository.directory, '..', 'hanging')
    await mkdir(folder)
    await writeFile(path.join(folder, 'terraform'), `#!/bin/sh\n${NO_INIT}\n[ "$1" = plan ] && exec sleep 600\nexec '${real}' "$@"\n`, {
      mode: 0o755,
    })
    // `timeout` sends the signal to the group, as a terminal does.
    const options = { env: { PATH: `${folder}:${process.env.PATH ?? ''}` }, below: ['timeout', '--signal=INT', '--preserve-status', '15'] }
    const result = await repository.runWith(options, 'env', 'plan', 'dev', '--json')
    expect(result.exitCode).toBe(130)
    expect(result.json()).toMatchObject({ error: { code: 'Interrupted' } })
  })
})
