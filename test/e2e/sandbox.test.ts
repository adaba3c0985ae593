import { CreateBucketCommand, ListBucketsCommand } from '@aws-sdk/client-s3'
import { execa } from 'execa'
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/lib/core/package-root.js'
import { systemProcesses } from '../../src/lib/core/processes.js'
import { sandboxFolders } from '../../src/lib/sandbox/folders.js'
import { readRecord, type SandboxRecord } from '../../src/lib/sandbox/record.js'
import { startSandbox } from '../../src/lib/sandbox/start.js'
import { sandboxStatus } from '../../src/lib/sandbox/status.js'
import { resetSandbox, stopSandbox } from '../../src/lib/sandbox/stop.js'
import { Repository } from '../helpers/repository.js'
import { clientsAt, eventually, findEmulator, sandboxPorts, TestSandbox } from '../helpers/sandbox.js'

async function makeBucket(sandbox: TestSandbox, Bucket: string): Promise<void> {
  await (await sandbox.clients().s3()).send(new CreateBucketCommand({ Bucket }))
}

async function buckets(sandbox: TestSandbox): Promise<Array<string | undefined>> {
  const { Buckets = [] } = await (await sandbox.clients().s3()).send(new ListBucketsCommand({}))
  return Buckets.map(({ Name }) => Name)
}

async function isGone({ supervisor, emulator }: SandboxRecord): Promise<boolean> {
  if (!emulator) throw new Error('The record names no emulator.')
  return !(await systemProcesses.isAlive(supervisor)) && !(await systemProcesses.isAlive(emulator))
}

describe('from the command line', () => {
  let repository: Repository

  beforeAll(async () => void (repository = await Repository.init('acme')))
  afterAll(() => repository.remove())

  test('three starts at once make one sandbox, which outlives them', async () => {
    const started = await Promise.all([1, 2, 3].map(() => repository.run('sandbox', 'up', '--json')))
    const results = started.map((result) => result.json<{ endpoint: string; status: string }>())
    expect(new Set(results.map(({ endpoint }) => endpoint)).size).toBe(1)
    expect(results.filter(({ status }) => status === 'started')).toHaveLength(1)
    const status = await repository.run('sandbox', 'status', '--json')
    expect(status.json()).toMatchObject({ running: true, endpoint: results[0]?.endpoint, clusters: [] })
  })

  test('env prints what other AWS tools need', async () => {
    const { stdout, stderr } = await repository.run('sandbox', 'env')
    expect(stdout).toMatch(/^export AWS_ENDPOINT_URL='http:\/\/127\.0\.0\.1:\d+'$/m)
    expect(stderr).toBe('')
  })

  test('a dry run changes nothing, and down stops it once', async () => {
    expect((await repository.run('sandbox', 'down', '--dry-run', '--json')).json()).toEqual({ status: 'planned' })
    expect((await repository.run('sandbox', 'down', '--json')).json()).toEqual({ status: 'stopped' })
    expect((await repository.run('sandbox', 'down', '--json')).json()).toEqual({ status: 'unchanged' })
    expect((await repository.run('sandbox', 'up', '--dry-run', '--json')).json()).toMatchObject({ status: 'planned', endpoint: null })
    expect((await repository.run('sandbox', 'status', '--json')).json()).toMatchObject({ running: false, endpoint: null })
  })

  test('reset wants to be confirmed', async () => {
    const refused = await repository.run('sandbox', 'reset', '--json')
    expect(refused.exitCode).toBe(64)
    expect(refused.json()).toMatchObject({ error: { code: 'ConfirmationNeeded' } })
    expect((await repository.run('sandbox', 'reset', '--yes', '--json')).json()).toEqual({ status: 'reset' })
  })

  test('is not there with target aws', async () => {
    const file = path.join(repository.directory, 'platform.yaml')
    await writeFile(file, (await readFile(file, 'utf8')).replace('target: sandbox', 'target: aws'))
    for (const verb of ['up', 'down', 'status', 'reset', 'logs', 'env']) {
      const { exitCode, stdout } = await repository.run('sandbox', verb, '--json')
      expect({ verb, exitCode, code: (JSON.parse(stdout) as { error: { code: string } }).error.code }).toEqual({
        verb,
        exitCode: 64,
        code: 'SandboxNotUsed',
      })
    }
  })
})

describe('life and death', () => {
  const sandboxes: TestSandbox[] = []
  const start = async (): Promise<TestSandbox> => {
    const sandbox = await TestSandbox.start()
    sandboxes.push(sandbox)
    return sandbox
  }
  afterEach(async () => {
    for (const sandbox of sandboxes.splice(0)) await sandbox.remove()
  })

  test('answers quickly when it runs already', async () => {
    const sandbox = await start()
    const times: number[] = []
    for (let run = 0; run < 5; run += 1) {
      const startedAt = performance.now()
      await expect(sandbox.up()).resolves.toMatchObject({ status: 'running' })
      times.push(performance.now() - startedAt)
    }
    // The fastest: other tests run beside this one.
    expect(Math.min(...times)).toBeLessThan(300)
  })

  test('SIGKILL of the supervisor takes the emulator with it, and the next start finds everything at the same address', async () => {
    const sandbox = await start()
    await makeBucket(sandbox, 'kept')
    const { endpoint } = sandbox
    const before = await sandbox.record()
    process.kill(before.supervisor.pid, 'SIGKILL')
    await eventually('the emulator ends', () => isGone(before))
    await expect(sandboxStatus(sandboxPorts, sandbox.directory)).resolves.toMatchObject({ running: false })
    await expect(sandbox.up()).resolves.toMatchObject({ status: 'started', endpoint })
    await expect(buckets(sandbox)).resolves.toEqual(['kept'])
  })

  test('SIGKILL of both at once leaves nothing for the next start to trip over', async () => {
    const sandbox = await start()
    const before = await sandbox.record()
    process.kill(-before.supervisor.pid, 'SIGKILL')
    await eventually('both end', () => isGone(before))
    await expect(sandbox.up()).resolves.toMatchObject({ status: 'started' })
  })

  test('a crashed emulator comes back with its data, and callers notice a delay only', async () => {
    const sandbox = await start()
    await makeBucket(sandbox, 'kept')
    const { emulator, supervisor } = await sandbox.record()
    if (!emulator) throw new Error('no emulator')
    process.kill(emulator.pid, 'SIGKILL')
    await eventually('the crash is seen', async () => !(await systemProcesses.isAlive(emulator)))
    await expect(buckets(sandbox)).resolves.toEqual(['kept'])
    await expect(sandbox.record()).resolves.toMatchObject({ supervisor, state: 'ready' })
  })

  test('gives up on an emulator that crashes again and again', async () => {
    const sandbox = await start()
    const { supervisor } = await sandbox.record()
    const killed = new Set<number>()
    await eventually(
      'the supervisor gives up',
      async () => {
        const { emulator, state } = await sandbox.record()
        if (state === 'ready' && emulator && !killed.has(emulator.pid) && (await systemProcesses.isAlive(emulator))) {
          // Only one that has answered counts as up.
          const answered = await buckets(sandbox).then(
            () => true,
            () => false,
          )
          if (!answered) return false
          killed.add(emulator.pid)
          await systemProcesses.signal(emulator, 'SIGKILL', { group: false })
        }
        return !(await systemProcesses.isAlive(supervisor))
      },
      60_000,
    )
    await expect(sandboxStatus(sandboxPorts, sandbox.directory)).resolves.toMatchObject({
      running: false,
      failure: expect.stringContaining('within a minute') as unknown,
    })
    await expect(sandbox.up()).resolves.toMatchObject({ status: 'started' })
  })

  test('stop ends every process and keeps the data; reset empties it', async () => {
    const sandbox = await start()
    await makeBucket(sandbox, 'kept')
    const { endpoint } = sandbox
    const record = await sandbox.record()
    await expect(stopSandbox(sandboxPorts, sandbox.directory)).resolves.toEqual({ stopped: true })
    await expect(isGone(record)).resolves.toBe(true)
    await sandbox.up()
    await expect(buckets(sandbox)).resolves.toEqual(['kept'])
    await expect(resetSandbox(sandboxPorts, sandbox.directory)).resolves.toEqual({ reset: true })
    await expect(sandbox.up()).resolves.toMatchObject({ status: 'started', endpoint })
    await expect(buckets(sandbox)).resolves.toEqual([])
  })

  test('two repositories have one each', async () => {
    const [one, two] = [await start(), await start()]
    await makeBucket(one, 'only-in-one')
    expect(one.endpoint).not.toBe(two.endpoint)
    await expect(buckets(two)).resolves.toEqual([])
    await stopSandbox(sandboxPorts, one.directory)
    await expect(buckets(two)).resolves.toEqual([])
  })

  test('ends by itself when its record or its repository vanishes', async () => {
    const [recordless, homeless] = [await start(), await start()]
    const records = [await recordless.record(), await homeless.record()] as const
    await rm(sandboxFolders(recordless.directory).record)
    await rm(homeless.directory, { recursive: true, force: true })
    await eventually('both end', async () => (await isGone(records[0])) && (await isGone(records[1])), 15_000)
    await expect(stat(homeless.directory)).rejects.toThrow('ENOENT')
  })

  test('takes another port when its own is taken, and remembers that one', async () => {
    const sandbox = await start()
    const { port } = await sandbox.record()
    await stopSandbox(sandboxPorts, sandbox.directory)
    const { createServer } = await import('node:net')
    const thief = createServer().listen(port, '127.0.0.1')
    try {
      const { endpoint } = await sandbox.up()
      expect(endpoint).not.toContain(`:${port}`)
      await expect(readFile(sandboxFolders(sandbox.directory).port, 'utf8')).resolves.toBe(`${new URL(endpoint).port}\n`)
    } finally {
      thief.close()
    }
  })
})

describe('refusals', () => {
  test('an emulator that ends at once is an error with its output', async () => {
    const sandbox = await TestSandbox.create()
    const program = path.join(sandbox.directory, 'emulator')
    await writeFile(program, '#!/bin/sh\necho "data is of a newer version" >&2\nexit 3\n', { mode: 0o755 })
    const start = startSandbox(sandboxPorts, { directory: sandbox.directory, emulator: { path: program, version: '0.0.0' } })
    await expect(start).rejects.toMatchObject({
      code: 'SandboxFailed',
      message: expect.stringContaining('exit code 3') as unknown,
      reason: expect.stringContaining('data is of a newer version') as unknown,
    })
    await sandbox.remove()
  })

  test('a record that leads to another machine is refused', async () => {
    const sandbox = await TestSandbox.create()
    const folders = sandboxFolders(sandbox.directory)
    await mkdir(folders.root, { recursive: true })
    const record: SandboxRecord = {
      schemaVersion: 1,
      state: 'ready',
      supervisor: await systemProcesses.self(),
      emulatorVersion: '0',
      port: 443,
      endpoint: 'https://sts.amazonaws.com',
      accountId: '000000000000',
      region: 'eu-west-1',
      token: 'x',
      since: new Date().toISOString(),
    }
    await writeFile(folders.record, JSON.stringify(record))
    await expect(startSandbox(sandboxPorts, { directory: sandbox.directory, emulator: findEmulator })).rejects.toMatchObject({
      code: 'EndpointNotLocal',
    })
    await rm(sandbox.directory, { recursive: true })
  })
})

describe('after platform was updated', () => {
  let repository: Repository
  let older: string

  beforeAll(async () => {
    repository = await Repository.init('acme')
    older = await olderPlatform()
  })
  afterAll(async () => {
    await repository.remove()
    await rm(older, { recursive: true, force: true })
  })

  /** This platform as a package of another version. */
  async function olderPlatform(): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), 'platform-older-'))
    for (const name of ['bin', 'dist', 'templates', 'schemas'])
      await cp(path.join(packageRoot, name), path.join(folder, name), { recursive: true })
    for (const name of ['package.json', 'oclif.manifest.json']) {
      const manifest = JSON.parse(await readFile(path.join(packageRoot, name), 'utf8')) as object
      await writeFile(path.join(folder, name), JSON.stringify({ ...manifest, version: '0.0.1' }))
    }
    return folder
  }
  const upWithOlder = async (): Promise<{ status: string; endpoint: string }> => {
    const options = { cwd: repository.directory, env: { NO_COLOR: '1' }, stdin: 'ignore' } as const
    const { stdout } = await execa(process.execPath, [path.join(older, 'bin', 'run.js'), 'sandbox', 'up', '--json'], options)
    return JSON.parse(stdout) as { status: string; endpoint: string }
  }
  const status = async () => (await repository.run('sandbox', 'status', '--json')).json<{ running: boolean; outdated: boolean }>()

  test('up restarts what the earlier version runs, at the same address, with what is in it', async () => {
    const { endpoint, status: first } = await upWithOlder()
    expect(first).toBe('started')
    await (await clientsAt(endpoint).s3()).send(new CreateBucketCommand({ Bucket: 'kept' }))
    expect(await status()).toMatchObject({ running: true, outdated: true })
    expect((await repository.run('sandbox', 'up', '--dry-run', '--json')).json()).toMatchObject({ status: 'planned' })
    const { supervisor } = await recordOf(repository)
    const up = await repository.run('sandbox', 'up', '--json')
    expect(up.json()).toMatchObject({ status: 'restarted', endpoint, note: expect.stringContaining('0.0.1') as unknown })
    expect(up.stderr).toContain('What is in it stays')
    expect(await systemProcesses.isAlive(supervisor)).toBe(false)
    const { Buckets = [] } = await (await clientsAt(endpoint).s3()).send(new ListBucketsCommand({}))
    expect(Buckets.map(({ Name }) => Name)).toEqual(['kept'])
    expect(await status()).toMatchObject({ running: true, outdated: false })
    expect((await repository.run('sandbox', 'up', '--json')).json()).toMatchObject({ status: 'running', endpoint })
  })

  test('the earlier version works on with the later sandbox', async () => {
    const { supervisor } = await recordOf(repository)
    expect(await upWithOlder()).toMatchObject({ status: 'running' })
    expect(await recordOf(repository)).toMatchObject({ supervisor })
  })

  test('a command that needs the local AWS restarts it too, and says so', async () => {
    await repository.run('sandbox', 'down')
    expect(await upWithOlder()).toMatchObject({ status: 'started' })
    const created = await repository.run('backend', 'create', '--yes', '--json')
    expect(created.exitCode, created.stderr).toBe(0)
    expect(created.stderr).toContain('0.0.1')
    expect(await status()).toMatchObject({ running: true, outdated: false })
  })
})

async function recordOf({ directory }: Repository): Promise<SandboxRecord> {
  const record = await readRecord(sandboxFolders(directory).record)
  if (!record) throw new Error('The sandbox has no record.')
  return record
}
