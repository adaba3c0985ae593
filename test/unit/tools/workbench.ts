import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { create as createTar } from 'tar'
import { systemClock } from '../../../src/lib/core/clock.js'
import { execProgram } from '../../../src/lib/core/exec.js'
import type { ToolPorts } from '../../../src/lib/tools/resolve-tool.js'
import type { ToolSpec } from '../../../src/lib/tools/tool-spec.js'

/** A temporary home with a cache folder and a `PATH` of its own, and real ports on it. */
export interface Workbench {
  folder: string
  /** The only folder on `PATH`, beside the shell's tools. */
  bin: string
  cache: string
  ports: ToolPorts
  interrupt: AbortController
  /** Puts an executable shell script on `PATH`. */
  program(name: string, ...lines: string[]): Promise<string>
  dispose(): Promise<void>
}

export async function createWorkbench(env: Record<string, string> = {}): Promise<Workbench> {
  const folder = await mkdtemp(path.join(tmpdir(), 'platform-tools-'))
  const bin = path.join(folder, 'bin')
  await mkdir(bin)
  const interrupt = new AbortController()
  return {
    folder,
    bin,
    cache: path.join(folder, 'cache', 'platform'),
    interrupt,
    ports: {
      exec: execProgram,
      clock: systemClock,
      signal: interrupt.signal,
      env: { HOME: folder, PATH: `${bin}:/usr/bin:/bin`, XDG_CACHE_HOME: path.join(folder, 'cache'), ...env },
      ask: {
        interactive: false,
        confirm: async () => Promise.reject(new Error('asked')),
        input: async () => Promise.reject(new Error('asked')),
        select: async () => Promise.reject(new Error('asked')),
      },
    },
    program: async (name, ...lines) => {
      const file = path.join(bin, name)
      await writeFile(file, ['#!/bin/sh', ...lines, ''].join('\n'))
      await chmod(file, 0o755)
      return file
    },
    dispose: async () => rm(folder, { recursive: true, force: true }),
  }
}

/** A tool that nobody has. */
export function frob(install: ToolSpec['install'], more: Partial<ToolSpec> = {}): ToolSpec {
  return {
    name: 'frob',
    purpose: 'frobs',
    need: 'always',
    range: '>=1.2.0 <2.0.0',
    version: '1.2.3',
    probe: { args: ['--version'], pattern: /frob (\S+)/ },
    install,
    byHand: ['Ask your neighbour for a frob.'],
    ...more,
  }
}

/** Lines of a shell script that is a frob. */
export const frobScript = (version: string): string => `#!/bin/sh\necho "frob ${version}"\n`

/** Files of a folder, without what begins with a dot. Empty when there is no such folder. */
export async function visibleFiles(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.')).sort()
}

export interface Site {
  url: string
  requests: string[]
  close(): Promise<void>
}

/** A web server on this machine. */
export async function serve(answer: RequestListener): Promise<Site> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A web server with these files and nothing else. */
export async function serveFiles(files: Record<string, string | Buffer>): Promise<Site> {
  return serve((request, response) => {
    const content = files[request.url ?? '']
    if (content === undefined) response.writeHead(404).end('not found')
    else response.writeHead(200, { 'content-length': Buffer.byteLength(content) }).end(content)
  })
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

/** The recipe of a frob on that site. */
export function downloadFrom(site: { url: string }, archive: string): NonNullable<ToolSpec['install']['download']> {
  return {
    url: `${site.url}/${archive}`,
    checksums: `${site.url}/SHA256SUMS`,
    format: archive.endsWith('.zip') ? 'zip' : 'tar.gz',
    member: 'frob',
    maxArchiveBytes: 1024 * 1024,
    maxUnpackedBytes: 1024 * 1024,
  }
}

/** A .tar.gz with these files. */
export async function tarOf(folder: string, files: Record<string, string>): Promise<Buffer> {
  const source = await mkdtemp(path.join(folder, 'tar-'))
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(source, name), content, { mode: 0o755 })
  const chunks: Buffer[] = []
  for await (const chunk of createTar({ cwd: source, gzip: true }, Object.keys(files))) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks)
}

export interface ZipMember {
  name: string
  content: string
  /** Unix mode with the type of file, such as 0o100755 or 0o120777 (a symlink). */
  mode?: number
}

/**
 * A zip archive, members stored without compression (APPNOTE.TXT 4.3). Written by hand, because no library writes the evil names
 * that a test needs. Checksums are left 0, which no reader of ours looks at.
 */
export function zipOf(members: readonly ZipMember[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, mode = 0o100755 } of members) {
    const nameBytes = Buffer.from(name)
    const data = Buffer.from(content)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(20, 4)
    local.writeUInt32LE(data.length, 18)
    local.writeUInt32LE(data.length, 22)
    local.writeUInt16LE(nameBytes.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(0x0314, 4)
    entry.writeUInt16LE(20, 6)
    entry.writeUInt32LE(data.length, 20)
    entry.writeUInt32LE(data.length, 24)
    entry.writeUInt16LE(nameBytes.length, 28)
    entry.writeUInt32LE((mode << 16) >>> 0, 38)
    entry.writeUInt32LE(offset, 42)
    parts.push(local, nameBytes, data)
    directory.push(entry, nameBytes)
    offset += local.length + nameBytes.length + data.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(members.length, 8)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, central, end])
}
