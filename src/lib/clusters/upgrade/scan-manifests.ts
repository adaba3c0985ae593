import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { isSystemError } from '../../core/errors.js'
import { readTextIfExists } from '../../core/files.js'
import { removedBy } from './removed-apis.js'

/** An object in Git that an API server of the new version would refuse. */
export interface RemovedApiInGit {
  /** Relative to the repository, with forward slashes. */
  file: string
  line: number
  apiVersion: string
  kind: string
  removedIn: string
  replacement: string | null
}

const FOLDER = 'gitops'
const MANIFEST = /\.(?:ya?ml|tpl|json)$/
/** The two fields of an object stand near each other. */
const NEAR_LINES = 10

/**
 * Looks through everything that Argo CD deploys from this repository. Line by line, because templates of charts are no YAML yet.
 * @param minor of the version that an upgrade leads to
 */
export async function scanManifests(repository: string, minor: number): Promise<RemovedApiInGit[]> {
  const found: RemovedApiInGit[] = []
  for (const file of await manifestsBelow(path.join(repository, FOLDER))) {
    const text = (await readTextIfExists(file)) ?? ''
    const relative = path.relative(repository, file).split(path.sep).join('/')
    for (const { line, apiVersion, kind } of objectsIn(text)) {
      const removed = removedBy(minor, apiVersion, kind)
      if (!removed) continue
      const { removedIn, replacement } = removed
      found.push({ file: relative, line, apiVersion, kind, removedIn: `1.${removedIn}`, replacement: replacement ?? null })
    }
  }
  return found
}

async function manifestsBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile() && MANIFEST.test(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  }
}

interface Field {
  line: number
  indent: number
  value: string
}

/** The objects of a file, also of lists. */
export function objectsIn(text: string): Array<{ line: number; apiVersion: string; kind: string }> {
  const objects: Array<{ line: number; apiVersion: string; kind: string }> = []
  let first = 1
  for (const document of text.split(/^---.*$/m)) {
    const lines = document.split('\n')
    const kinds = fieldsIn(lines, 'kind')
    for (const { line, indent, value } of fieldsIn(lines, 'apiVersion')) {
      const near = kinds
        .filter((kind) => kind.indent === indent && Math.abs(kind.line - line) <= NEAR_LINES)
        .sort((a, b) => Math.abs(a.line - line) - Math.abs(b.line - line))
      if (near[0]) objects.push({ line: first + line, apiVersion: value, kind: near[0].value })
    }
    first += lines.length - 1
  }
  return objects
}

/** @returns fields with lines that count from 0; a dash of a list counts as indentation */
function fieldsIn(lines: readonly string[], name: 'apiVersion' | 'kind'): Field[] {
  const form = new RegExp(`^([\\s-]*)"?${name}"?:\\s*["']?([A-Za-z0-9./-]+)["']?\\s*(?:,|#.*)?$`)
  return lines.flatMap((text, line) => {
    const [, before = '', value = ''] = form.exec(text.trimEnd()) ?? []
    return value === '' ? [] : [{ line, indent: before.length, value }]
  })
}
