import { chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Exec } from '../../../src/lib/core/ports.js'
import { findTool, resolveSpec } from '../../../src/lib/tools/resolve-tool.js'
import { pinKey } from '../../../src/lib/tools/install/install-tool.js'
import { thisMachine } from '../../../src/lib/tools/machine.js'
import { createWorkbench, frob, frobScript, type Workbench } from './workbench.js'

let bench: Workbench
beforeEach(async () => {
  bench = await createWorkbench()
})
afterEach(async () => bench.dispose())

async function putIntoCache(version: string, tells = version): Promise<string> {
  const file = path.join(bench.cache, 'tools', 'frob', version, 'bin', 'frob')
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, frobScript(tells))
  await chmod(file, 0o755)
  return file
}

describe('looking for a tool', () => {
  test('takes the one on PATH', async () => {
    const file = await bench.program('frob', 'echo "frob 1.9.0"')
    await putIntoCache('1.2.3')
    const { tool } = await findTool(bench.ports, frob({}))
    expect(tool).toEqual({ name: 'frob', path: file, version: '1.9.0', source: 'path' })
  })

  test('passes over a wrong version on PATH, takes the cache, and tells both versions', async () => {
    const wrong = await bench.program('frob', 'echo "frob 0.9.0"')
    const file = await putIntoCache('1.2.3')
    const { tool, rejected } = await findTool(bench.ports, frob({}))
    expect(tool).toMatchObject({ path: file, source: 'cache', version: '1.2.3' })
    expect(rejected).toEqual([
      { source: 'path', path: wrong, version: '0.9.0', reason: expect.stringMatching(/0\.9\.0.*>=1\.2\.0/) as string },
    ])
  })

  test('looks further on PATH behind a wrong version', async () => {
    const second = path.join(bench.folder, 'second')
    await mkdir(second)
    await writeFile(path.join(second, 'frob'), frobScript('1.3.0'), { mode: 0o755 })
    await bench.program('frob', 'echo "frob 0.9.0"')
    const env = { ...bench.ports.env, PATH: `${bench.bin}:${second}:/usr/bin:/bin` }
    expect((await findTool({ ...bench.ports, env }, frob({}))).tool?.path).toBe(path.join(second, 'frob'))
  })

  test('ignores a relative entry of PATH', async () => {
    await bench.program('frob', 'echo "frob 1.9.0"')
    const env = { ...bench.ports.env, PATH: path.relative(process.cwd(), bench.bin) }
    expect((await findTool({ ...bench.ports, env }, frob({}))).tool).toBeUndefined()
  })

  test('prefers the version that platform installs, then the newest', async () => {
    await putIntoCache('1.9.0')
    await putIntoCache('1.10.0')
    expect((await findTool(bench.ports, frob({}))).tool?.version).toBe('1.10.0')
    await putIntoCache('1.2.3')
    expect((await findTool(bench.ports, frob({}))).tool?.version).toBe('1.2.3')
  })

  test('honours a narrower range, also one with alternatives', async () => {
    await bench.program('frob', 'echo "frob 1.5.0"')
    const inRange = async (versionRange: string) => (await findTool(bench.ports, frob({}), { versionRange })).tool !== undefined
    expect(await inRange('~1.5.0')).toBe(true)
    expect(await inRange('~1.4.0 || ~1.5.0')).toBe(true)
    expect(await inRange('~1.4.0 || ~1.6.0')).toBe(false)
    // Wider than the catalogue's own range.
    await bench.program('frob', 'echo "frob 3.0.0"')
    expect(await inRange('>=1.0.0 || 3.0.0')).toBe(false)
  })

  test('a program that cannot run is told, not thrown', async () => {
    await bench.program('frob', 'echo "libfrob.so: cannot open" >&2', 'exit 127')
    const { tool, rejected } = await findTool(bench.ports, frob({}))
    expect(tool).toBeUndefined()
    expect(rejected[0]?.reason).toMatch(/does not run.*libfrob\.so/)
  })

  test('a program that hangs is given up after 10 s, with all that it started', async () => {
    await bench.program('frob', 'sleep 60')
    const limits: unknown[] = []
    const exec: Exec = async (file, args, options) => {
      limits.push({ timeoutMs: options?.timeoutMs, group: options?.group })
      return bench.ports.exec(file, args, { ...options, timeoutMs: 200 })
    }
    const { tool, rejected } = await findTool({ ...bench.ports, exec }, frob({}))
    expect(limits).toEqual([{ timeoutMs: 10_000, group: true }])
    expect(tool).toBeUndefined()
    expect(rejected[0]?.reason).toMatch(/no answer within/)
  })

  test('a tool in the cache whose download had another digest than the lock file remembers is refused', async () => {
    const file = await putIntoCache('1.2.3')
    await writeFile(path.join(path.dirname(path.dirname(file)), 'receipt.json'), JSON.stringify({ sha256: 'aaaa' }))
    const lock = (sha256: string) => ({
      known: { [pinKey('frob', thisMachine())]: { version: '1.2.3', source: 'download', sha256 } },
      pin: async () => undefined,
    })
    await expect(findTool(bench.ports, frob({}), { lock: lock('bbbb') })).rejects.toMatchObject({ code: 'ChecksumMismatch' })
    expect((await findTool(bench.ports, frob({}), { lock: lock('aaaa') })).tool?.path).toBe(file)
  })
})

describe('without permission to install', () => {
  test('a missing tool names the command that installs it', async () => {
    const spec = frob({ pip: { requirement: 'frob' } })
    await expect(resolveSpec(bench.ports, spec, { install: false })).rejects.toMatchObject({
      code: 'ToolMissing',
      next: ['platform tools install frob', 'Ask your neighbour for a frob.'],
    })
  })

  test('a wrong version is an error that names both versions', async () => {
    await bench.program('frob', 'echo "frob 0.9.0"')
    await expect(resolveSpec(bench.ports, frob({}), { install: false })).rejects.toMatchObject({
      code: 'ToolVersion',
      message: expect.stringMatching(/0\.9\.0.*>=1\.2\.0 <2\.0\.0/) as string,
    })
  })

  test('with a person to ask, a no ends it', async () => {
    const questions: string[] = []
    const confirm = async ({ message }: { message: string }) => {
      questions.push(message)
      return false
    }
    const ask = { ...bench.ports.ask, interactive: true, confirm }
    const spec = frob({ pip: { requirement: 'frob' } })
    await expect(resolveSpec({ ...bench.ports, ask }, spec, { install: 'ask' })).rejects.toMatchObject({ code: 'NotConfirmed' })
    expect(questions).toHaveLength(1)
    await expect(resolveSpec(bench.ports, spec, { install: 'ask' })).rejects.toMatchObject({ code: 'ToolMissing' })
  })
})
