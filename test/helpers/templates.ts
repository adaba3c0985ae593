import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { templatesFolder, type Manifest } from '../../src/lib/templates/shipped.js'

/** A copy of the templates that come with platform, which a test may change. */
export async function copyOfShipped(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'platform-templates-'))
  await cp(templatesFolder(), folder, { recursive: true })
  return folder
}

/** A copy of the templates as they were in version 0.1.0: nothing newer is in it. */
export async function templates010(): Promise<string> {
  const folder = await copyOfShipped()
  const manifest = await readFile(path.join(folder, 'releases/0.1.0.json'), 'utf8')
  for (const part of ['releases', 'changelog']) {
    await rm(path.join(folder, part), { recursive: true })
    await mkdir(path.join(folder, part))
  }
  await writeFile(path.join(folder, 'manifest.json'), manifest)
  return folder
}

export type Change = (text: string) => string

/**
 * Adds a newer version to a folder of templates: a root `eks` and the modules of `modules`, copies of the versions so far with some
 * files changed. `undefined` removes a file; a file that was not there is made of the empty text.
 * The root names the new versions of its modules by itself.
 */
export async function addVersion(
  folder: string,
  options: {
    version: string
    root: { version: string; files?: Record<string, Change | undefined> }
    modules?: Record<string, { version: string; files?: Record<string, Change | undefined> }>
  },
): Promise<string> {
  const file = path.join(folder, 'manifest.json')
  const manifest = JSON.parse(await readFile(file, 'utf8')) as Manifest
  await writeFile(path.join(folder, 'releases', `${manifest.version}.json`), JSON.stringify(manifest))
  const eks = manifest.roots['eks']
  if (!eks) throw new Error('there is no root eks')
  const modules = options.modules ?? {}
  const rename: Change = (text) =>
    Object.entries(modules).reduce(
      (result, [name, { version }]) => result.replace(`modules/${name}/${manifest.modules[name] ?? ''}`, `modules/${name}/${version}`),
      text,
    )
  const { files = {} } = options.root
  await derive(path.join(folder, 'terraform/roots/eks'), eks.version, options.root.version, {
    ...files,
    'main.tf': (text) => rename((files['main.tf'] ?? ((same) => same))(text)),
  })
  for (const [name, module] of Object.entries(modules)) {
    await derive(path.join(folder, 'terraform/modules', name), manifest.modules[name] ?? '', module.version, module.files ?? {})
    manifest.modules[name] = module.version
  }
  manifest.version = options.version
  manifest.roots['eks'] = { ...eks, version: options.root.version }
  await writeFile(file, JSON.stringify(manifest))
  return folder
}

async function derive(place: string, from: string, to: string, files: Record<string, Change | undefined>): Promise<void> {
  const target = path.join(place, to)
  await cp(path.join(place, from), target, { recursive: true })
  for (const [name, change] of Object.entries(files)) {
    const file = path.join(target, name)
    if (change) await writeFile(file, change(await readFile(file, 'utf8').catch(() => '')))
    else await rm(file)
  }
}
