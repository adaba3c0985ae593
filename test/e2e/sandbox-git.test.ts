import { execa } from 'execa'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { sandboxFolders } from '../../src/lib/sandbox/folders.js'
import { stopSandbox } from '../../src/lib/sandbox/stop.js'
import { sandboxPorts, TestSandbox } from '../helpers/sandbox.js'

let sandbox: TestSandbox
const env = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  http_proxy: 'http://127.0.0.1:9',
  no_proxy: '127.0.0.1',
}
const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com']

beforeAll(async () => {
  sandbox = await TestSandbox.create()
  await sandbox.up()
})
afterAll(() => sandbox.remove())

const url = (name: string) => `${sandbox.endpoint}/git/${name}.git`
const git = async (cwd: string, ...args: string[]) => execa('git', [...identity, ...args], { cwd, env, reject: false })

async function working(name: string): Promise<string> {
  const folder = await mkdtemp(path.join(sandbox.directory, `${name}-`))
  await git(folder, 'init', '-q', '-b', 'main')
  await git(folder, 'remote', 'add', 'origin', url(name))
  return folder
}

async function commit(folder: string, file: string, content: string | Buffer): Promise<void> {
  await writeFile(path.join(folder, file), content)
  await git(folder, 'add', '-A')
  await git(folder, 'commit', '-qm', file)
}

test('a repository is made by its first push, and can be cloned and fetched', async () => {
  expect((await git(sandbox.directory, 'ls-remote', url('acme'))).exitCode).not.toBe(0)
  const one = await working('acme')
  await commit(one, 'a.txt', 'one')
  expect(await git(one, 'push', '-q', 'origin', 'HEAD:main')).toMatchObject({ exitCode: 0 })
  const two = path.join(sandbox.directory, 'two')
  expect(await git(sandbox.directory, 'clone', '-q', url('acme'), two)).toMatchObject({ exitCode: 0 })
  expect(await readFile(path.join(two, 'a.txt'), 'utf8')).toBe('one')
  await commit(two, 'b.txt', 'two')
  expect(await git(two, 'push', '-q', 'origin', 'HEAD:main')).toMatchObject({ exitCode: 0 })
  await commit(one, 'c.txt', 'late')
  const refused = await git(one, 'push', 'origin', 'HEAD:main')
  expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('fetch first')])
  expect(await git(one, 'pull', '-q', '--rebase', 'origin', 'main')).toMatchObject({ exitCode: 0 })
  expect(await git(one, 'push', '-q', 'origin', 'HEAD:main')).toMatchObject({ exitCode: 0 })
})

test('a large push goes through, and comes back the same', async () => {
  const folder = await working('large')
  const content = randomBytes(30_000_000)
  await commit(folder, 'large.bin', content)
  expect(await git(folder, 'push', '-q', 'origin', 'HEAD:main')).toMatchObject({ exitCode: 0 })
  const copy = path.join(sandbox.directory, 'copy')
  await git(sandbox.directory, 'clone', '-q', url('large'), copy)
  expect((await readFile(path.join(copy, 'large.bin'))).equals(content)).toBe(true)
})

test.each(['..', '.hidden', '-flag', 'a%2f..%2fb', 'x.git', 'a/b'])('there is no repository called %s', async (name) => {
  const answer = await fetch(`${sandbox.endpoint}/git/${name}.git/info/refs?service=git-receive-pack`)
  expect(answer.status).toBeGreaterThanOrEqual(400)
  await answer.arrayBuffer()
})

test('only addresses of this machine are answered, and no files one by one', async () => {
  expect((await fetch(`${url('acme')}/config`)).status).toBe(404)
  const other = await execa('curl', [
    '-s',
    '-o',
    '/dev/null',
    '-w',
    '%{http_code}',
    '-H',
    'Host: evil.example',
    `${url('acme')}/info/refs?service=git-upload-pack`,
  ])
  expect(other.stdout).toBe('403')
})

/** One call of CodeCommit, whose client nothing else here needs. */
async function codecommit(action: string, repositoryName: string): Promise<{ repositoryMetadata?: { cloneUrlHttp?: string } }> {
  const credential = 'Credential=test/20300101/eu-west-1/codecommit/aws4_request'
  const answer = await fetch(sandbox.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `CodeCommit_20150413.${action}`,
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({ repositoryName }),
  })
  return (await answer.json()) as Awaited<ReturnType<typeof codecommit>>
}

test('repositories of CodeCommit have addresses here, and go with them', async () => {
  expect((await codecommit('CreateRepository', 'team')).repositoryMetadata?.cloneUrlHttp).toBe(url('team'))
  expect(await git(sandbox.directory, 'ls-remote', url('team'))).toMatchObject({ exitCode: 0 })
  expect((await codecommit('GetRepository', 'team')).repositoryMetadata?.cloneUrlHttp).toBe(url('team'))
  await codecommit('DeleteRepository', 'team')
  expect((await git(sandbox.directory, 'ls-remote', url('team'))).exitCode).not.toBe(0)
})

test('charts in its folder are a chart repository', async () => {
  const { charts } = sandboxFolders(sandbox.directory)
  const chart = path.join(sandbox.directory, 'web')
  await mkdir(chart)
  await mkdir(charts, { recursive: true })
  await writeFile(path.join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: "4"\n')
  await execa('tar', ['czf', path.join(charts, 'web-1.2.3.tgz'), 'web'], { cwd: sandbox.directory })
  await writeFile(path.join(charts, 'broken-1.0.0.tgz'), 'no archive')
  const index = parse(await (await fetch(`${sandbox.endpoint}/charts/index.yaml`)).text()) as {
    entries: Record<string, Array<Record<string, unknown>>>
  }
  expect(Object.keys(index.entries)).toEqual(['web'])
  expect(index.entries['web']?.[0]).toMatchObject({ version: '1.2.3', appVersion: '4', urls: ['web-1.2.3.tgz'] })
  const archive = Buffer.from(await (await fetch(`${sandbox.endpoint}/charts/web-1.2.3.tgz`)).arrayBuffer())
  expect(archive.equals(await readFile(path.join(charts, 'web-1.2.3.tgz')))).toBe(true)
  expect((await fetch(`${sandbox.endpoint}/charts/..%2fsupervisor.json`)).status).toBe(404)
})

test('what was pushed is there after down and up, at the same address', async () => {
  const before = sandbox.endpoint
  const head = (await git(sandbox.directory, 'ls-remote', url('acme'), 'main')).stdout
  await stopSandbox(sandboxPorts, sandbox.directory)
  await sandbox.up()
  expect(sandbox.endpoint).toBe(before)
  expect((await git(sandbox.directory, 'ls-remote', url('acme'), 'main')).stdout).toBe(head)
})
