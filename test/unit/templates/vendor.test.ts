import { lstat, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { digestOf, readLock, updateLock } from '../../../src/lib/templates/lock-file.js'
import { plainFilesOf, readManifest } from '../../../src/lib/templates/shipped.js'
import { vendorRoot } from '../../../src/lib/templates/vendor.js'
import { addVersion, copyOfShipped, templates010 } from '../../helpers/templates.js'

const MAIN = 'infra/environments/dev/main.tf'
const VPC = 'infra/modules/network/1.1.0/main.tf'
const OLD_VPC = 'infra/modules/network/1.0.0/main.tf'
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'platform-vendor-'))
})

afterEach(async () => rm(directory, { recursive: true }))

const vendor = (templates?: string, environment = 'dev') =>
  vendorRoot(directory, { folder: `infra/environments/${environment}`, root: 'eks', ...(templates !== undefined && { templates }) })
const text = (file: string) => readFile(path.join(directory, file), 'utf8')
const write = async (file: string, content: string) => {
  await mkdir(path.dirname(path.join(directory, file)), { recursive: true })
  await writeFile(path.join(directory, file), content)
}
const pristine = (file: string) => file.replace('infra/environments/dev', `infra/.templates/roots/eks/${ROOT}`).replace('infra/modules', 'infra/.templates/modules')
const filesBelow = async (folder: string) => (await plainFilesOf(path.join(directory, folder))).map((file) => `${folder}/${file.path}`)

const { version: VERSION, roots } = await readManifest()
const ROOT = roots['eks']!.version

/** Templates of version 0.1.0, and a newer version that changes `main.tf` of the root and of the network. */
async function newer(): Promise<string> {
  return addVersion(await templates010(), {
    version: '0.9.0',
    root: { version: '1.9.0', files: { 'main.tf': (old) => `${old}\n# newer\n`, 'added.tf': () => '# added\n' } },
    modules: { network: { version: '1.9.0', files: { 'main.tf': (old) => `${old}\n# newer\n` } } },
  })
}

describe('vendorRoot', () => {
  test('writes the root and its modules, notes every digest and version, and keeps the pristine texts', async () => {
    const result = await vendor()
    const files = [...(await filesBelow('infra/environments')), ...(await filesBelow('infra/modules'))]
    const copies = await filesBelow('infra/.templates')
    expect(result).toEqual({ written: files, unchanged: [], edited: [], copies })
    expect(copies).toEqual(files.map(pristine).sort())
    for (const file of files) expect(await text(pristine(file)), file).toBe(await text(file))
    expect(files).toEqual(
      expect.arrayContaining([
        ...['main', 'outputs', 'providers', 'variables', 'versions'].map((name) => `infra/environments/dev/${name}.tf`),
        ...['cluster-eks', 'keys', 'network'].map((name) => expect.stringMatching(`^infra/modules/${name}/[0-9.]+/variables.tf$`) as string),
      ]),
    )
    expect(files.some((file) => file.includes('/state/'))).toBe(false)
    const lock = await readLock(directory)
    expect(Object.keys(lock.files)).toEqual(files)
    const { modules } = await readManifest()
    expect(lock).toMatchObject({
      schemaVersion: 2,
      templates: { version: VERSION },
      roots: {
        'infra/environments/dev': {
          ...{ root: 'eks', version: ROOT, templates: VERSION },
          modules: Object.fromEntries(roots['eks']!.modules.map((name) => [name, modules[name]])),
        },
      },
    })
    for (const file of files) expect(lock.files[file]).toBe(digestOf(await text(file)))
  })

  test('a second run changes nothing', async () => {
    const first = await vendor()
    const before = await text('platform.lock.json')
    expect(await vendor()).toEqual({ written: [], unchanged: first.written, edited: [], copies: [] })
    expect(await text('platform.lock.json')).toBe(before)
  })

  test('a second environment shares the modules', async () => {
    await vendor()
    const { written } = await vendor(undefined, 'prod')
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
    await write(MAIN, '# older than platform\n')
    expect((await vendor()).edited).toEqual([MAIN])
    expect(await text(MAIN)).toBe('# older than platform\n')
    expect((await readLock(directory)).files[MAIN]).toBe(digestOf(await text(pristine(MAIN))))
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

  test('keeps the other parts of the lock', async () => {
    await updateLock(directory, (lock) => {
      lock.tools['terraform'] = { version: '1.11.4', source: 'path' }
      lock.files['elsewhere'] = digestOf('x')
      lock['later'] = { 'argo-cd': '10.1.1' }
    })
    await vendor()
    expect(await readLock(directory)).toMatchObject({
      tools: { terraform: { version: '1.11.4', source: 'path' } },
      files: { elsewhere: digestOf('x') },
      later: { 'argo-cd': '10.1.1' },
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

  test.each(['../../etc', 'Dev', 'a--b', ''])('refuses the environment %j', async (environment) => {
    await expect(vendor(undefined, environment)).rejects.toMatchObject({ code: 'InvalidName' })
  })

  test.each(['infra', 'infra/sharedx', 'modules/x', '../infra/shared'])('refuses the folder %s', async (folder) => {
    await expect(vendorRoot(directory, { folder, root: 'eks' })).rejects.toMatchObject({ code: 'PathOutsideRepository' })
  })

  test('refuses files with the markers of a merge conflict, also in files of the user', async () => {
    await vendor()
    await write(MAIN, `${await text(MAIN)}<<<<<<< yours\na\n=======\nb\n>>>>>>> template 0.2.0\n`)
    await write('infra/modules/network/1.1.0/extra.tf', '>>>>>>> main\n')
    const lines = (await text(MAIN)).split('\n').indexOf('<<<<<<< yours') + 1
    await expect(vendor()).rejects.toMatchObject({
      code: 'TemplateConflict',
      details: { conflicts: [{ path: MAIN, line: lines }, { path: 'infra/modules/network/1.1.0/extra.tf', line: 1 }] },
    })
  })
})

describe('the versions of a root', () => {
  const versionOf = async (environment = 'dev') => (await readLock(directory)).roots?.[`infra/environments/${environment}`]
  const old = { root: 'eks', version: '1.0.0', templates: '0.1.0', modules: { network: '1.0.0', keys: '1.0.0', 'cluster-eks': '1.0.0' } }

  /** A repository as version 0.1.0 of platform made it: a lock without roots, and no pristine texts. */
  async function made010(): Promise<void> {
    await vendor(await templates010())
    await rm(path.join(directory, 'infra/.templates'), { recursive: true })
    const { files, templates } = await readLock(directory)
    await write('platform.lock.json', JSON.stringify({ schemaVersion: 1, files, templates, tools: {} }))
  }

  test('stay when newer templates come, and a new root gets the newest', async () => {
    await vendor(await templates010())
    const main = await text(MAIN)
    const templates = await newer()
    expect(await vendor(templates)).toMatchObject({ written: [], edited: [], copies: [] })
    expect(await text(MAIN)).toBe(main)
    expect(await versionOf()).toEqual(old)
    await vendor(templates, 'prod')
    expect(await versionOf('prod')).toMatchObject({ version: '1.9.0', templates: '0.9.0', modules: { network: '1.9.0', keys: '1.0.0' } })
    expect(await text('infra/environments/prod/main.tf')).toContain('modules/network/1.9.0')
    expect((await readLock(directory)).templates).toEqual({ version: '0.9.0' })
  })

  test('missing files are written again in the version of the root', async () => {
    await vendor(await templates010())
    const [main, vpc] = [await text(MAIN), await text(OLD_VPC)]
    for (const file of [MAIN, OLD_VPC]) await rm(path.join(directory, file))
    expect((await vendor(await newer())).written).toEqual([MAIN, OLD_VPC])
    expect([await text(MAIN), await text(OLD_VPC)]).toEqual([main, vpc])
  })

  test('missing files come from the copies where the templates no longer have that version', async () => {
    await vendor(await templates010())
    const vpc = await text(OLD_VPC)
    const templates = await newer()
    for (const place of ['roots/eks', 'modules/network']) await rm(path.join(templates, 'terraform', place, '1.0.0'), { recursive: true })
    await rm(path.join(directory, OLD_VPC))
    expect((await vendor(templates)).written).toEqual([OLD_VPC])
    expect(await text(OLD_VPC)).toBe(vpc)

    await rm(path.join(directory, OLD_VPC))
    await write(pristine(OLD_VPC), '# somebody was here\n')
    await expect(vendor(templates)).rejects.toMatchObject({ code: 'TemplateTextMissing', details: { file: OLD_VPC } })
    expect(await text(pristine(OLD_VPC))).toBe('# somebody was here\n')
  })

  test('a repository of version 0.1.0 keeps its versions and its edits, and gets the pristine texts', async () => {
    await made010()
    const vpc = await text(OLD_VPC)
    await write(OLD_VPC, '# ours\n')
    const result = await vendor(await newer())
    expect(result).toMatchObject({ written: [], edited: [OLD_VPC] })
    expect(result.copies).toContain(pristine(OLD_VPC))
    expect(await text('infra/.templates/modules/network/1.0.0/main.tf')).toBe(vpc)
    expect(await versionOf()).toEqual(old)
    expect((await readLock(directory)).schemaVersion).toBe(2)
  })

  test('are recognised by the files where the lock was deleted', async () => {
    await made010()
    await rm(path.join(directory, 'platform.lock.json'))
    await write(MAIN, '# ours\n')
    expect(await vendor(await newer())).toMatchObject({ written: [], edited: [MAIN] })
    expect(await versionOf()).toEqual(old)
    expect(await text('infra/.templates/roots/eks/1.0.0/main.tf')).toContain('modules/network/1.0.0')
  })

  test('of a newer platform are refused', async () => {
    await vendor(await newer())
    const before = await text('platform.lock.json')
    await expect(vendor(await templates010())).rejects.toMatchObject({ code: 'TemplatesTooNew', details: { version: '1.9.0', newest: '1.0.0' } })
    expect(await text('platform.lock.json')).toBe(before)
  })

  test('templates whose text was changed without a new version do not reach a root that exists', async () => {
    await vendor()
    const templates = await copyOfShipped()
    await writeFile(path.join(templates, 'terraform/roots/eks', ROOT, 'main.tf'), '# changed\n')
    expect(await vendor(templates)).toMatchObject({ written: [], edited: [], copies: [] })
  })
})
