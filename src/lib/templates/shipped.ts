import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import semver from 'semver'
import * as z from 'zod'
import { packageRoot } from '../core/package-root.js'

/** A file as it will stand in a repository. `path` is relative and has forward slashes. */
export interface TemplateFile {
  path: string
  content: string
}

export type RootName = 'eks' | 'eks-existing' | 'shared'

const manifestSchema = z.object({
  version: z.string(),
  modules: z.record(z.string(), z.string()),
  roots: z.record(z.string(), z.object({ version: z.string(), modules: z.array(z.string()) })),
})

/** What `templates/manifest.json` says: the version of the templates, of each module and root, and which modules a root uses. */
export type Manifest = z.output<typeof manifestSchema>

/** Absolute path of the folder with everything that is copied into repositories. */
export function templatesFolder(): string {
  return path.join(packageRoot, 'templates')
}

export async function readManifest(folder = templatesFolder()): Promise<Manifest> {
  return manifestSchema.parse(JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')))
}

/**
 * The manifests of all versions of the templates that come with platform, oldest first: those in `releases/`, and the current one.
 * The modules and roots that they name are there as well.
 */
export async function readReleases(folder = templatesFolder()): Promise<Manifest[]> {
  const current = await readManifest(folder)
  const names = (await readdir(path.join(folder, 'releases'))).filter((name) => name.endsWith('.json'))
  const older = await Promise.all(
    names.map(async (name) => manifestSchema.parse(JSON.parse(await readFile(path.join(folder, 'releases', name), 'utf8')))),
  )
  return [...older.filter(({ version }) => version !== current.version), current].sort((a, b) => semver.compare(a.version, b.version))
}

/**
 * Every file below `root`, sorted by path. What Terraform leaves behind when somebody runs it there is not part of it.
 * @param root absolute path of a folder
 */
export async function plainFilesOf(root: string): Promise<TemplateFile[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((name) => !/(?:^|\/)\.terraform(?:\/|\.lock\.hcl$)|\.tfstate/.test(name))
  return Promise.all(paths.sort().map(async (name) => ({ path: name, content: await readFile(path.join(root, name), 'utf8') })))
}
