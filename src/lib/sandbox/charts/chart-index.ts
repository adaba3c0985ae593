import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'

interface ChartEntry extends Record<string, unknown> {
  name: string
  version: string
}

interface KnownArchive {
  mtimeMs: number
  size: number
  /** Undefined where the archive is no chart. */
  entry: ChartEntry | undefined
}

/** Larger than any Chart.yaml. */
const MAX_CHART_FILE = 1024 * 1024

/** Whether a file of the folder may be served. */
export function isArchiveName(name: string): boolean {
  return /^\w[\w.+-]{0,200}\.tgz$/.test(name)
}

/** The index of a folder of packed charts, as Helm reads it. An archive is read once, until it changes. */
export class ChartIndex {
  readonly folder: string
  readonly #known = new Map<string, KnownArchive>()

  constructor(folder: string) {
    this.folder = folder
  }

  /** The text of index.yaml (https://helm.sh/docs/topics/chart_repository/#the-index-file). */
  async text(): Promise<string> {
    const { stringify } = await import('../../core/yaml.js')
    const entries: Record<string, ChartEntry[]> = Object.create(null) as Record<string, ChartEntry[]>
    for (const entry of await this.#entries()) (entries[entry.name] ??= []).push(entry)
    return stringify({ apiVersion: 'v1', generated: new Date().toISOString(), entries }, { aliasDuplicateObjects: false })
  }

  async #entries(): Promise<ChartEntry[]> {
    const names = (await readdir(this.folder).catch(() => [])).filter(isArchiveName).sort()
    for (const name of this.#known.keys()) if (!names.includes(name)) this.#known.delete(name)
    const found: ChartEntry[] = []
    for (const name of names) {
      const entry = await this.#entryOf(name)
      if (entry) found.push(entry)
    }
    return found
  }

  async #entryOf(name: string): Promise<ChartEntry | undefined> {
    const file = path.join(this.folder, name)
    const { mtimeMs, size, mtime } = await stat(file)
    const known = this.#known.get(name)
    if (known?.mtimeMs === mtimeMs && known.size === size) return known.entry
    const chart = await chartOf(file).catch(() => undefined)
    const entry = chart && { ...chart, urls: [name], digest: await digestOf(file), created: mtime.toISOString() }
    this.#known.set(name, { mtimeMs, size, entry })
    return entry
  }
}

/** What Chart.yaml says, in the folder at the top of an archive. */
async function chartOf(file: string): Promise<ChartEntry | undefined> {
  const { list } = await import('tar')
  const { parse } = await import('../../core/yaml.js')
  const chunks: Buffer[] = []
  await list({
    file,
    strict: true,
    onReadEntry: (entry) => {
      if (!/^(?:\.\/)?[^/]+\/Chart\.yaml$/.test(entry.path) || entry.size > MAX_CHART_FILE) return
      entry.on('data', (chunk: Buffer) => chunks.push(chunk))
    },
  })
  const chart: unknown = parse(Buffer.concat(chunks).toString('utf8'))
  return isChart(chart) ? chart : undefined
}

function isChart(value: unknown): value is ChartEntry {
  if (typeof value !== 'object' || value === null) return false
  const { name, version } = value as Partial<ChartEntry>
  return typeof name === 'string' && typeof version === 'string'
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
