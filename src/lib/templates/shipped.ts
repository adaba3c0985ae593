import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** A file as it will stand in a repository. `path` is relative and has forward slashes. */
export interface TemplateFile {
  path: string
  content: string
}

export type RootName = 'eks' | 'shared'

const manifestSchema = z.object({
  version: z.string(),
  modules: z.record(z.string(), z.string()),
  roots: z.record(z.string(), z.object({ version: z.string(), modules: z.array(z.string()) })),
})

/** What `templates/manifest.json` says: the version of the templates, of each module and root, and which modules a root uses. */
export type Manifest = z.output<typeof manifestSchema>

/** Absolute path of the folder with everything that is copied into repositories. Same place seen from src/ and from dist/. */
export function templatesFolder(): string {
  return fileURLToPath(new URL('../../../templates/', import.meta.url))
}

export async function readManifest(folder = templatesFolder()): Promise<Manifest> {
  return manifestSchema.parse(JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')))
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

/** The files of a root: the root module itself, which goes to `place`, and the modules that it names, where they belong in a repository. */
export async function rootFiles(folder: string, manifest: Manifest, place: string, root: RootName): Promise<TemplateFile[]> {
  const { version = '', modules = [] } = manifest.roots[root] ?? {}
  const copies = [
    { from: path.join('roots', root, version), to: place },
    ...modules.map((name) => ({
      from: path.join('modules', name, manifest.modules[name] ?? ''),
      to: `infra/modules/${name}/${manifest.modules[name] ?? ''}`,
    })),
  ]
  const groups = await Promise.all(
    copies.map(async ({ from, to }) => {
      const files = await plainFilesOf(path.join(folder, 'terraform', from))
      return files.map((file) => ({ path: `${to}/${file.path}`, content: file.content }))
    }),
  )
  return groups.flat()
}
