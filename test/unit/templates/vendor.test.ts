import { cp, lstat, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { digestOf, readLock, updateLock } from '../../../src/lib/templates/lock-file.js'
import { plainFilesOf, readManifest, templatesFolder } from '../../../src/lib/templates/shipped.js'
import { vendorRoot } from '../../../src/lib/templates/vendor.js'

const MAIN = 'infra/environments/dev/main.tf'
const VPC = 'infra/modules/network/1.0.0/main.tf'
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'platform-vendor-'))
})

afterEach(async () => rm(directory, { recursive: true }))

const vendor = (templates?: string) =>
  vendorRoot(directory, { folder: 'infra/environments/dev', root: 'eks', ...(templates !== undefined && { templates }) })
const text = (file: string) => readFile(path.join(directory, file), 'utf8')
const write = (file: string, content: string) => writeFile(path.join(directory, file), content)

/** A copy of the templates, with one file changed. */
async function changedTemplates(file: string, content: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'platform-templates-'))
  for (const part of ['manifest.json', 'terraform'])
    await cp(path.join(templatesFolder(), part), path.join(folder, part), { recursive: true })
  await writeFile(path.join(folder, 'terraform', file), content)
  return folder
}

describe('vendorRoot', () => {
  test('writes the root and its modules, and notes every digest', async () => {
    const result = await vendor()
    const files = (await plainFilesOf(path.join(directory, 'infra'))).map((file) => `infra/${file.path}`)
    expect(result).toEqual({ written: files, unchanged: [], edited: [] })
    expect(files).toEqual(
      expect.arrayContaining([
        ...['main', 'outputs', 'providers', 'variables', 'versions'].map((name) => `infra/environments/dev/${name}.tf`),
        ...['cluster-eks', 'keys', 'network'].map((name) => `infra/modules/${name}/1.0.0/variables.tf`),
      ]),
    )
    expect(files.some((file) => file.includes('/state/'))).toBe(false)
    const lock = await readLock(directory)
    expect(Object.keys(lock.files)).toEqual(files)
    expect(lock.templates).toEqual({ version: (await readManifest()).version })
    for (const file of files) expect(lock.files[file]).toBe(digestOf(await text(file)))
  })

  test('a second run changes nothing', async () => {
    const first = await vendor()
    const before = await text('platform.lock.json')
    expect(await vendor()).toEqual({ written: [], unchanged: first.written, edited: [] })
    expect(await text('platform.lock.json')).toBe(before)
  })

  test('a second environment shares the modules', async () => {
    await vendor()
    const { written } = await vendorRoot(directory, { folder: 'infra/environments/prod', root: 'eks' })
    expect(written.every((file) => file.startsWith('infra/environments/prod/'))).toBe(true)
    expect(Object.keys((await readLock(directory)).files)).toEqual(expect.arrayContaining([MAIN, 'infra/environments/prod/main.tf', VPC]))
  })

  test('keeps an edited file and its old digest, and a file of the user', async () => {
    await vendor()
    const before = (await readLock(directory)).files[MAIN]
    await write(MAIN, '# ours\n')
    await write('infra/environments/dev/extra.tf', '# extra\n')
    const result = await vendor()
    expect(result.edited).toEqual([MAIN])
    expect(result.written).toEqual([])
    expect(await text(MAIN)).toBe('# ours\n')
    expect(await text('infra/environments/dev/extra.tf')).toBe('# extra\n')
    expect((await readLock(directory)).files[MAIN]).toBe(before)
  })

  test('does not overwrite a file that was there before platform', async () => {
    await mkdir(path.join(directory, 'infra/environments/dev'), { recursive: true })
    await write(MAIN, '# older than platform\n')
    expect((await vendor()).edited).toEqual([MAIN])
    expect(await text(MAIN)).toBe('# older than platform\n')
    expect((await readLock(directory)).files[MAIN]).toBeUndefined()
  })

  test('does not take other line ends for an edit', async () => {
    await vendor()
    await write(MAIN, (await text(MAIN)).replaceAll('\n', '\r\n'))
    expect((await vendor()).edited).toEqual([])
  })

  test('writes again what was removed', async () => {
    await vendor()
    const content = await text(VPC)
    await rm(path.join(directory, VPC))
    expect((await vendor()).written).toEqual([VPC])
    expect(await text(VPC)).toBe(content)
  })

  test('replaces an untouched file by that of newer templates, and only that', async () => {
    await vendor()
    await write(VPC, '# ours\n')
    const templates = await changedTemplates('roots/eks/1.0.0/main.tf', '# newer\n')
    await writeFile(path.join(templates, 'terraform/modules/network/1.0.0/main.tf'), '# newer\n')
    expect(await vendor(templates)).toMatchObject({ written: [MAIN], edited: [VPC] })
    expect(await text(MAIN)).toBe('# newer\n')
    expect(await text(VPC)).toBe('# ours\n')
    expect((await readLock(directory)).files[MAIN]).toBe(digestOf('# newer\n'))
  })

  test('keeps the other parts of the lock', async () => {
    await updateLock(directory, (lock) => {
      lock.tools['terraform'] = { version: '1.11.4', source: 'path' }
      lock.files['elsewhere'] = digestOf('x')
      lock['charts'] = { 'argo-cd': '10.1.1' }
    })
    await vendor()
    expect(await readLock(directory)).toMatchObject({
      tools: { terraform: { version: '1.11.4', source: 'path' } },
      files: { elsewhere: digestOf('x') },
      charts: { 'argo-cd': '10.1.1' },
    })
  })

  test.each(['infra', 'infra/modules/network', MAIN])(
    'refuses %s as a link that leads outside, before it writes anything',
    async (place) => {
      const outside = await mkdtemp(path.join(tmpdir(), 'platform-outside-'))
      const target = place.endsWith('.tf') ? path.join(outside, 'main.tf') : outside
      if (target !== outside) await writeFile(target, '# not ours\n')
      await mkdir(path.dirname(path.join(directory, place)), { recursive: true })
      await symlink(target, path.join(directory, place))
      await expect(vendor()).rejects.toMatchObject({ code: 'PathOutsideRepository' })
      expect((await readdir(outside)).filter((name) => name !== 'main.tf')).toEqual([])
      expect(await readdir(directory)).toEqual(['infra'])
    },
  )

  test('replaces a link to nowhere by a file of the repository', async () => {
    const outside = path.join(await mkdtemp(path.join(tmpdir(), 'platform-outside-')), 'nothing.tf')
    await mkdir(path.join(directory, 'infra/environments/dev'), { recursive: true })
    await symlink(outside, path.join(directory, MAIN))
    await vendor()
    expect((await lstat(path.join(directory, MAIN))).isFile()).toBe(true)
    await expect(readFile(outside)).rejects.toThrow('ENOENT')
  })

  test('refuses a corrupt lock before it writes anything', async () => {
    await write('platform.lock.json', '{')
    await expect(vendor()).rejects.toMatchObject({ code: 'LockFileInvalid' })
    expect(await readdir(directory)).toEqual(['platform.lock.json'])
  })

  test.each(['../../etc', 'infra/../../etc'])('refuses the folder %j', async (folder) => {
    await expect(vendorRoot(directory, { folder, root: 'eks' })).rejects.toMatchObject({ code: 'PathOutsideRepository' })
  })
})

describe('the shipped templates', () => {
  test('the manifest names modules and roots that exist, with a README each', async () => {
    const manifest = await readManifest()
    const terraform = path.join(templatesFolder(), 'terraform')
    for (const [name, version] of Object.entries(manifest.modules)) {
      const files = await plainFilesOf(path.join(terraform, 'modules', name, version))
      expect(files.map((file) => file.path)).toEqual(
        expect.arrayContaining(['README.md', 'main.tf', 'outputs.tf', 'variables.tf', 'versions.tf']),
      )
    }
    for (const [root, { version, modules }] of Object.entries(manifest.roots)) {
      const main = await readFile(path.join(terraform, 'roots', root, version, 'main.tf'), 'utf8')
      const sources = [...main.matchAll(/source\s*=\s*"([^"]+)"/g)].map((match) => match[1])
      expect(sources.sort()).toEqual(modules.map((name) => `../../modules/${name}/${manifest.modules[name]}`).sort())
    }
  })

  test('what Terraform leaves behind is not a template', async () => {
    await mkdir(path.join(directory, '.terraform/providers'), { recursive: true })
    for (const file of ['.terraform/providers/x', '.terraform.lock.hcl', 'terraform.tfstate', 'terraform.tfstate.backup', 'main.tf'])
      await write(file, '')
    expect(await plainFilesOf(directory)).toEqual([{ path: 'main.tf', content: '' }])
  })
})
