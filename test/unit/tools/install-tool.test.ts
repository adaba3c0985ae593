import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UserError } from '../../../src/lib/core/errors.js'
import { resolveSpec } from '../../../src/lib/tools/resolve-tool.js'
import type { Progress } from '../../../src/lib/tools/tool-spec.js'
import { createWorkbench, frob, serveFiles, downloadFrom, visibleFiles, type Workbench } from './workbench.js'

let bench: Workbench
beforeEach(async () => {
  bench = await createWorkbench()
})
afterEach(async () => bench.dispose())

const byCargo = frob({ cargo: { crate: 'frob', env: { CARGO_PROFILE_RELEASE_OPT_LEVEL: '0' } } }, { buildUnits: 3 })
const installed = (): string => path.join(bench.cache, 'tools', 'frob')

/** A cargo that counts its runs, says what it compiles and leaves a frob. */
async function fakeCargo(...before: string[]): Promise<void> {
  await bench.program(
    'cargo',
    'echo run >> "$HOME/cargo-runs"',
    'echo "$@" > "$HOME/cargo-arguments"',
    'echo "$CARGO_PROFILE_RELEASE_OPT_LEVEL $CARGO_TARGET_DIR" > "$HOME/cargo-environment"',
    'echo "   Compiling left v1.0.0" >&2',
    'echo "   Compiling right v1.0.0" >&2',
    ...before,
    'while [ "$1" != "--root" ]; do shift; done',
    'mkdir -p "$2/bin"',
    'printf \'#!/bin/sh\\necho "frob 1.2.3"\\n\' > "$2/bin/frob"',
    'chmod +x "$2/bin/frob"',
  )
}

const runs = async (): Promise<number> => (await readFile(path.join(bench.folder, 'cargo-runs'), 'utf8')).trim().split('\n').length

describe('a build with cargo', () => {
  test('uses the locked versions, a quick profile and one fixed version, and reports what is compiled', async () => {
    await fakeCargo()
    const said: Array<[string, unknown]> = []
    const progress: Progress = (detail, count) => said.push([detail, count])
    const tool = await resolveSpec(bench.ports, byCargo, { install: true, progress })
    expect(tool).toEqual({ name: 'frob', path: path.join(installed(), '1.2.3', 'bin', 'frob'), version: '1.2.3', source: 'cargo' })
    expect(await readFile(path.join(bench.folder, 'cargo-arguments'), 'utf8')).toMatch(/^install --locked .*--version 1\.2\.3 frob\n$/)
    expect(await readFile(path.join(bench.folder, 'cargo-environment'), 'utf8')).toMatch(/^0 .*build\/frob-1\.2\.3/)
    expect(said).toContainEqual(['compiling right', { done: 2, total: 3 }])
  })

  test('happens once when two processes want it; the second one says that it waits', async () => {
    await fakeCargo('sleep 1')
    const said: string[] = []
    const first = resolveSpec(bench.ports, byCargo, { install: true })
    await sleep(200)
    const second = resolveSpec(bench.ports, byCargo, { install: true, progress: (detail) => said.push(detail) })
    expect((await Promise.all([first, second])).map(({ source }) => source)).toEqual(['cargo', 'cache'])
    expect(await runs()).toBe(1)
    expect(said).toContainEqual(expect.stringMatching(/^waiting: another process is installing frob 1\.2\.3/))
  })

  test('that is interrupted ends with its children and leaves no half tool', async () => {
    await fakeCargo('sleep 30 & echo $! > "$HOME/child"', 'wait')
    const running = resolveSpec(bench.ports, byCargo, { install: true })
    running.catch(() => undefined)
    while (!(await visibleFiles(bench.folder)).includes('child')) await sleep(20)
    bench.interrupt.abort(new UserError('Interrupted', 'Stopped.'))
    await expect(running).rejects.toMatchObject({ code: 'Interrupted' })
    expect(await visibleFiles(installed())).toEqual([])
    const child = (await readFile(path.join(bench.folder, 'child'), 'utf8')).trim()
    const { stdout } = await bench.ports.exec('ps', ['-o', 'stat=', '-p', child], { okCodes: [0, 1] })
    expect(stdout.trim() === '' || stdout.startsWith('Z')).toBe(true)
  })

  test('cleans up and succeeds after one that was killed', async () => {
    await mkdir(path.join(installed(), '.staging', 'bin'), { recursive: true })
    await writeFile(path.join(installed(), '.staging', 'bin', 'frob'), 'half')
    await mkdir(path.join(installed(), '1.2.3', 'bin'), { recursive: true })
    await writeFile(path.join(installed(), '1.2.3', 'bin', 'frob'), 'half')
    await chmod(path.join(installed(), '1.2.3', 'bin', 'frob'), 0o755)
    await fakeCargo()
    expect(await resolveSpec(bench.ports, byCargo, { install: true })).toMatchObject({ source: 'cargo', version: '1.2.3' })
    expect(await visibleFiles(installed())).toEqual(['1.2.3'])
  })
})

describe('when one way fails', () => {
  test('the next one is tried', async () => {
    await fakeCargo()
    await bench.program('go', 'echo "no such module" >&2', 'exit 1')
    const gone = await serveFiles({})
    await gone.close()
    const spec = frob({
      download: downloadFrom(gone, 'frob.zip'),
      go: { module: 'example.com/frob', package: '.' },
      cargo: { crate: 'frob', env: {} },
    })
    expect(await resolveSpec(bench.ports, spec, { install: true })).toMatchObject({ source: 'cargo' })
  })

  test('and all others too, each is told with its reason, and how to do it by hand', async () => {
    await bench.program('frob', 'echo "frob 0.9.0"')
    await bench.program('go', 'echo "no such module" >&2', 'exit 1')
    await bench.program('cargo', 'echo "   Compiling left v1.0.0" >&2', 'echo "error: linker not found" >&2', 'exit 101')
    const spec = frob({
      go: { module: 'example.com/frob', package: '.' },
      cargo: { crate: 'frob', env: {} },
      debian: { packages: ['frob'], program: 'usr/bin/frob' },
    })
    await bench.program('apt-get', 'echo "E: Unable to locate package frob" >&2', 'exit 100')
    const error: unknown = await resolveSpec(bench.ports, spec, { install: true }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'ToolInstallFailed', next: expect.arrayContaining(['Ask your neighbour for a frob.']) as string[] })
    const { reason = '' } = error as UserError
    expect(reason).toMatch(/0\.9\.0/)
    expect(reason).toMatch(/^go: .*no such module/m)
    expect(reason).toMatch(/^cargo: .*linker not found/m)
    expect(reason).toMatch(/^debian: .*Unable to locate/m)
    expect(await visibleFiles(installed())).toEqual([])
    expect(await visibleFiles(path.join(bench.cache, 'build'))).toEqual([])
  })

  test('because the client is missing, that is the reason', async () => {
    const env = { ...bench.ports.env, PATH: bench.bin }
    await expect(resolveSpec({ ...bench.ports, env }, byCargo, { install: true })).rejects.toMatchObject({
      reason: 'cargo: cargo is not installed',
    })
  })

  test('because the cache is no folder, the message says so', async () => {
    await writeFile(path.join(bench.folder, 'cache'), 'a file')
    await fakeCargo()
    await expect(resolveSpec(bench.ports, byCargo, { install: true })).rejects.toMatchObject({
      code: 'FileNotWritable',
      next: [expect.stringContaining('XDG_CACHE_HOME') as string],
    })
  })
})

describe('a build with Go', () => {
  test('of a module with replace directives is made in a writable copy', async () => {
    const source = path.join(bench.folder, 'module')
    await mkdir(path.join(source, 'cmd'), { recursive: true })
    await writeFile(path.join(source, 'go.mod'), 'module example.com/frob\n', { mode: 0o444 })
    await writeFile(path.join(source, 'cmd', 'main.go'), 'package main\n', { mode: 0o444 })
    await bench.program(
      'go',
      'case "$1 $2" in',
      `  "mod download") echo '{"Dir": "${source}"}';;`,
      '  "mod edit") echo "edited $3" >> go.mod;;',
      '  build*) grep -q "edited -dropreplace=x" go.mod || exit 9; echo "example.com/frob/cmd" >&2',
      '    while [ "$1" != "-o" ]; do shift; done; printf \'#!/bin/sh\\necho frob 1.2.3\\n\' > "$2"; chmod +x "$2";;',
      'esac',
    )
    const spec = frob({ go: { module: 'example.com/frob', package: './cmd', modEdits: ['-dropreplace=x'] } })
    const said: string[] = []
    const tool = await resolveSpec(bench.ports, spec, { install: true, progress: (detail) => said.push(detail) })
    expect(tool.source).toBe('go')
    expect(said).toContain('compiling example.com/frob/cmd')
    expect(await readFile(path.join(source, 'go.mod'), 'utf8')).toBe('module example.com/frob\n')
  })
  test.each([
    [
      'Go says why in its JSON',
      [
        `printf '%s\\n' '{' ' "Path": "example.com/frob",' ' "Error": "example.com/frob@v1.2.3: 403 Forbidden\\n\\tserver response: not here"' '}'`,
      ],
      'go: go mod download: example.com/frob@v1.2.3: 403 Forbidden \tserver response: not here',
    ],
    [
      'Go says why on stderr',
      ['echo "go: no space left on device" >&2'],
      'go: go mod download did not say where example.com/frob is. go: downloading example.com/frob v1.2.3 go: no space left on device',
    ],
    ['Go says nothing', [], 'go: go mod download did not say where example.com/frob is. go: downloading example.com/frob v1.2.3'],
  ])('of a module that cannot be had: %s', async (_what, lines, reason) => {
    await bench.program('go', 'echo "go: downloading example.com/frob v1.2.3" >&2', ...lines, 'exit 1')
    const spec = frob({ go: { module: 'example.com/frob', package: '.', modEdits: ['-dropreplace=x'] } })
    await expect(resolveSpec(bench.ports, spec, { install: true })).rejects.toMatchObject({ code: 'ToolInstallFailed', reason })
  })
})

describe('a build of several programs from modules of ours', () => {
  const probe = { args: ['--version'], pattern: /(?:frob|grob) (\S+)/ }
  const programs = [
    { name: 'frob', package: 'example.com/tools/cmd/frob', probe },
    { name: 'grob', package: 'example.com/tools/cmd/grob', probe },
  ]
  // The folder is a real one: Go is started in it.
  const together = frob({ go: { folder: 'etcd', programs, ldflags: '-X example.com/tools.version=v{version}' } })
  const grob = { ...together, name: 'grob', probe }
  const grobFolder = (): string => path.join(bench.cache, 'tools', 'grob')

  /** A Go that counts its runs and builds a shell script for each package. */
  const fakeGo = async (grobVersion: string, ...before: string[]): Promise<string> =>
    bench.program(
      'go',
      'echo "$PWD $@" >> "$HOME/go-runs"',
      ...before,
      'while [ "$1" != "-o" ]; do shift; done; folder=$2; shift 2',
      'echo example.com/tools/cmd/frob >&2',
      `for package; do name=\${package##*/}; version=1.2.3; test $name = grob && version=${grobVersion}`,
      '  printf "#!/bin/sh\\necho $name $version\\n" > "$folder$name"; chmod +x "$folder$name"; done',
    )
  const goRuns = async (): Promise<string[]> => (await readFile(path.join(bench.folder, 'go-runs'), 'utf8')).trim().split('\n')

  test('installs all of them, so that the next one is there', async () => {
    await fakeGo('1.2.3')
    const said: string[] = []
    const tool = await resolveSpec(bench.ports, together, { install: true, progress: (detail) => said.push(detail) })
    expect(tool).toMatchObject({ source: 'go', path: path.join(installed(), '1.2.3', 'bin', 'frob') })
    expect(said).toContain('compiling example.com/tools/cmd/frob')
    expect(await resolveSpec(bench.ports, grob, { install: true })).toMatchObject({
      source: 'cache',
      path: path.join(grobFolder(), '1.2.3', 'bin', 'grob'),
    })
    const [run = '', ...more] = await goRuns()
    expect(more).toEqual([])
    expect(run).toMatch(/\/tools\/go\/etcd build -mod=readonly .*-ldflags=-X example\.com\/tools\.version=v1\.2\.3 /)
    expect(await visibleFiles(path.join(bench.cache, 'build'))).toEqual([])
  })

  test('happens once when two processes want two of them', async () => {
    await fakeGo('1.2.3', 'sleep 1')
    const said: string[] = []
    const first = resolveSpec(bench.ports, together, { install: true })
    await sleep(200)
    const second = resolveSpec(bench.ports, grob, { install: true, progress: (detail) => said.push(detail) })
    expect((await Promise.all([first, second])).map(({ name, source }) => [name, source])).toEqual([
      ['frob', 'go'],
      ['grob', 'cache'],
    ])
    expect(await goRuns()).toHaveLength(1)
    expect(said).toContainEqual(expect.stringMatching(/^waiting: another process is installing grob 1\.2\.3/))
  })

  test('leaves out another one that does not work, and keeps one that does', async () => {
    await fakeGo('7.0.0')
    const said: string[] = []
    await resolveSpec(bench.ports, together, { install: true, progress: (detail) => said.push(detail) })
    expect(said).toContain('grob: it was installed, but its version is 7.0.0, and 1.2.3 is needed')
    expect(await visibleFiles(grobFolder())).toEqual([])

    const own = path.join(grobFolder(), '1.2.3', 'bin', 'grob')
    await mkdir(path.dirname(own), { recursive: true })
    await writeFile(own, '#!/bin/sh\necho "grob 1.2.3" # mine\n', { mode: 0o755 })
    await rm(installed(), { recursive: true })
    await fakeGo('1.2.3')
    expect(await resolveSpec(bench.ports, together, { install: true })).toMatchObject({ source: 'go' })
    expect(await readFile(own, 'utf8')).toContain('mine')
  })

  test('that fails is told like every other way', async () => {
    await bench.program('go', 'echo "missing go.sum entry" >&2', 'exit 1')
    await expect(resolveSpec(bench.ports, together, { install: true })).rejects.toMatchObject({
      code: 'ToolInstallFailed',
      reason: expect.stringMatching(/^go: .*missing go\.sum entry/) as string,
    })
  })
})
