import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/lib/core/clock.js'
import { execProgram } from '../../../src/lib/core/exec.js'
import { writeFileAtomic } from '../../../src/lib/core/files.js'
import { systemProcesses } from '../../../src/lib/core/processes.js'
import { digestOf, readLock } from '../../../src/lib/templates/lock-file.js'
import { plainFilesOf } from '../../../src/lib/templates/shipped.js'
import { refuseUnfinishedUpdate } from '../../../src/lib/templates/update/staged.js'
import { updateTemplates, type UpdateOptions } from '../../../src/lib/templates/update/update.js'
import { vendorRoot } from '../../../src/lib/templates/vendor.js'
import { addVersion, templates010 } from '../../helpers/templates.js'

const MAIN = 'infra/environments/dev/main.tf'
const OLD = 'infra/modules/network/1.0.0'
const NEW = 'infra/modules/network/1.9.0'
let old: string
let newer: string
let directory: string

const ports = {
  exec: execProgram,
  processes: systemProcesses,
  clock: systemClock,
  env: process.env,
  signal: new AbortController().signal,
  report: { emit: () => undefined },
}

beforeAll(async () => {
  old = await templates010()
  newer = await addVersion(await templates010(), {
    version: '0.9.0',
    root: {
      version: '1.9.0',
      files: { 'providers.tf': (text) => `# newer\n${text}`, 'added.tf': () => '# added\n', 'README.md': undefined },
    },
    modules: {
      network: {
        version: '1.9.0',
        files: { 'main.tf': (text) => `# newer\n${text}`, 'routes.tf': (text) => `${text}# newer\n`, 'flow-logs.tf': undefined },
      },
    },
  })
  await mkdir(path.join(newer, 'changelog'), { recursive: true })
  await writeFile(
    path.join(newer, 'changelog/0.9.0.yaml'),
    JSON.stringify({
      version: '0.9.0',
      changes: [
        { part: 'module network 1.9.0', summary: 'Routes anew.', effect: 'downtime' },
        { part: 'module other 1.0.0', summary: 'Not used.', effect: 'nothing' },
      ],
    }),
  )
})
afterAll(async () => Promise.all([old, newer].map((folder) => rm(folder, { recursive: true }))))

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'platform-update-'))
  await vendorRoot(directory, { folder: 'infra/environments/dev', root: 'eks', templates: old })
})

const update = (options: Partial<UpdateOptions> = {}) =>
  updateTemplates(ports, directory, { roots: ['dev'], templates: newer, allowUncommitted: true, ...options })
const text = (file: string) => readFile(path.join(directory, file), 'utf8')
const write = (file: string, content: string) => writeFileAtomic(path.join(directory, file), content)
const edit = async (file: string, change: (content: string) => string) => write(file, change(await text(file)))
const exists = async (file: string) => text(file).then(
  () => true,
  () => false,
)
const everything = async () =>
  Object.fromEntries((await plainFilesOf(directory)).filter((file) => !file.path.startsWith('.platform/')).map((file) => [file.path, file.content]))
const actionOf = (result: Awaited<ReturnType<typeof update>>, file: string) =>
  result.roots.flatMap(({ files }) => files).find((each) => each.path === file)?.action
const git = (...args: string[]) =>
  execProgram('git', ['-c', 'user.name=a', '-c', 'user.email=a@localhost', '-c', 'core.hooksPath=/dev/null', ...args], { cwd: directory })
const commit = async () => {
  await git('init', '-q')
  await git('add', '-A')
  await git('commit', '-q', '-m', 'all')
}

describe('an update', () => {
  test('of untouched files brings the new versions, and removes what nothing uses any more', async () => {
    const result = await update()
    expect(result).toMatchObject({ to: '0.9.0', status: 'updated', removed: [OLD], kept: [], lookAt: [] })
    expect(result.roots).toMatchObject([
      {
        ...{ name: 'dev', folder: 'infra/environments/dev', root: 'eks' },
        from: { version: '1.0.0', templates: '0.1.0', modules: { network: '1.0.0' } },
        to: { version: '1.9.0', templates: '0.9.0', modules: { network: '1.9.0', keys: '1.0.0' } },
      },
    ])
    expect(result.changelog).toEqual([{ version: '0.9.0', part: 'module network 1.9.0', summary: 'Routes anew.', effect: 'downtime' }])
    expect(await text(MAIN)).toContain('modules/network/1.9.0')
    expect(await text('infra/environments/dev/added.tf')).toBe('# added\n')
    expect(await exists('infra/environments/dev/README.md')).toBe(false)
    expect(await readdir(path.join(directory, 'infra/modules/network'))).toEqual(['1.9.0'])
    expect(await readdir(path.join(directory, 'infra/.templates/roots/eks'))).toEqual(['1.9.0'])
    expect(await exists(`${NEW}/flow-logs.tf`)).toBe(false)
    const lock = await readLock(directory)
    expect(lock).toMatchObject({ templates: { version: '0.9.0' }, roots: { 'infra/environments/dev': { version: '1.9.0', templates: '0.9.0' } } })
    for (const [file, digest] of Object.entries(lock.files)) expect(digestOf(await text(file)), file).toBe(digest)
    expect(Object.keys(lock.files).some((file) => file.startsWith(OLD))).toBe(false)

    // As if it had been made from the newer templates in the first place.
    const fresh = await mkdtemp(path.join(tmpdir(), 'platform-fresh-'))
    await vendorRoot(fresh, { folder: 'infra/environments/dev', root: 'eks', templates: newer })
    expect(await everything()).toEqual(Object.fromEntries((await plainFilesOf(fresh)).filter(({ path: file }) => !file.startsWith('.platform/')).map((file) => [file.path, file.content])))
    expect(await vendorRoot(directory, { folder: 'infra/environments/dev', root: 'eks', templates: newer })).toMatchObject({ written: [], edited: [], copies: [] })
  })

  test('a second time changes nothing, and does not ask', async () => {
    await update()
    const before = await everything()
    const asked = () => Promise.reject(new Error('asked'))
    expect(await update({ confirm: asked })).toMatchObject({ status: 'unchanged', removed: [], changelog: [] })
    expect(await everything()).toEqual(before)
  })

  test('merges edits of the root and of a module, and keeps files of the user', async () => {
    await edit(MAIN, (content) => `${content}\n# ours\n`)
    await edit(`${OLD}/routes.tf`, (content) => `# ours\n${content}`)
    await edit(`${OLD}/subnets.tf`, (content) => `${content}# ours\n`)
    await write(`${OLD}/extra/extra.tf`, '# extra\n')
    await write('infra/environments/dev/extra.tf', '# extra\n')
    const result = await update()
    expect(result.status).toBe('updated')
    expect(actionOf(result, MAIN)).toBe('merged')
    expect(await text(MAIN)).toMatch(/modules\/network\/1\.9\.0[^]*\n# ours\n$/)
    expect(actionOf(result, `${NEW}/routes.tf`)).toBe('merged')
    expect(await text(`${NEW}/routes.tf`)).toMatch(/^# ours\n[^]*# newer\n$/)
    expect(actionOf(result, `${NEW}/subnets.tf`)).toBe('kept')
    expect(await text(`${NEW}/subnets.tf`)).toMatch(/# ours\n$/)
    expect(await text(`${NEW}/extra/extra.tf`)).toBe('# extra\n')
    expect(await text('infra/environments/dev/extra.tf')).toBe('# extra\n')
    expect(result.kept).toEqual([{ folder: OLD, reason: expect.stringMatching(/is yours|you edited/) as string }])
    expect(await text(`${OLD}/routes.tf`)).toMatch(/^# ours\n/)
    const { files } = await readLock(directory)
    expect(files[`${NEW}/routes.tf`]).toBe(digestOf(await text('infra/.templates/modules/network/1.9.0/routes.tf')))
    expect((await vendorRoot(directory, { folder: 'infra/environments/dev', root: 'eks', templates: newer })).edited).toEqual([
      MAIN,
      `${NEW}/routes.tf`,
      `${NEW}/subnets.tf`,
    ])
  })

  test('brings a file of the user along byte by byte, and with its rights', async () => {
    const bytes = Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0xfe, 0, 0x80])
    await writeFile(path.join(directory, OLD, 'lambda.zip'), bytes)
    await writeFile(path.join(directory, OLD, 'lookup.sh'), '#!/bin/sh\r\n', { mode: 0o755 })
    await update()
    expect(await readFile(path.join(directory, NEW, 'lambda.zip'))).toEqual(bytes)
    expect(await text(`${NEW}/lookup.sh`)).toBe('#!/bin/sh\r\n')
    expect((await stat(path.join(directory, NEW, 'lookup.sh'))).mode & 0o111).toBe(0o111)
  })

  test('leaves no empty folder behind where a link leads to the repository', async () => {
    const link = `${directory}-link`
    await symlink(directory, link)
    await updateTemplates(ports, link, { roots: ['dev'], templates: newer, allowUncommitted: true })
    await rm(link)
    expect(await readdir(path.join(directory, 'infra/modules/network'))).toEqual(['1.9.0'])
  })

  test('leaves both texts where both changed, says where, and refuses to go on until that is resolved', async () => {
    await edit(MAIN, (content) => content.replace('../../modules/network/1.0.0', '../../modules/ours'))
    await edit(`${OLD}/main.tf`, (content) => `# ours\n${content}`)
    const result = await update()
    expect(result.status).toBe('conflicts')
    expect(await text(MAIN)).toContain(
      '<<<<<<< yours\n  source = "../../modules/ours"\n=======\n  source = "../../modules/network/1.9.0"\n>>>>>>> template 0.9.0\n',
    )
    expect(await text(`${NEW}/main.tf`)).toMatch(/^<<<<<<< yours\n# ours\n=======\n# newer\n>>>>>>> template 0\.9\.0\n/)
    const line = (await text(MAIN)).split('\n').indexOf('<<<<<<< yours') + 1
    expect(result.lookAt.map(({ path: file, line: at }) => [file, at])).toEqual([
      [`${NEW}/main.tf`, 1],
      [MAIN, line],
    ])
    await expect(update()).rejects.toMatchObject({ code: 'TemplateConflict' })
    await expect(vendorRoot(directory, { folder: 'infra/environments/dev', root: 'eks', templates: newer })).rejects.toMatchObject({ code: 'TemplateConflict' })
    const resolve = (content: string) => content.replace(/<{7}.*\n([^]*?)={7}\n[^]*?>{7}.*\n/, '$1')
    for (const file of [MAIN, `${NEW}/main.tf`]) await edit(file, resolve)
    expect(await update()).toMatchObject({ status: 'unchanged' })
    expect(await text(MAIN)).toContain('modules/ours')
  })

  test('keeps line ends as the user has them', async () => {
    await edit(MAIN, (content) => `${content}\n# ours\n`.replaceAll('\n', '\r\n'))
    expect(actionOf(await update(), MAIN)).toBe('merged')
    const merged = await text(MAIN)
    expect(merged).toContain('modules/network/1.9.0"\r\n')
    expect(merged.replaceAll('\r\n', '')).not.toContain('\n')
  })

  test('what the user deleted stays deleted, also for the next plan', async () => {
    for (const file of ['infra/environments/dev/providers.tf', `${OLD}/routes.tf`, 'infra/modules/keys/1.0.0/README.md'])
      await rm(path.join(directory, file))
    const result = await update()
    expect(actionOf(result, `${NEW}/routes.tf`)).toBe('deleted')
    expect(result.lookAt.map(({ path: file }) => file)).toEqual([`${NEW}/routes.tf`, 'infra/environments/dev/providers.tf'])
    expect((await vendorRoot(directory, { folder: 'infra/environments/dev', root: 'eks', templates: newer })).written).toEqual([])
    for (const file of ['infra/environments/dev/providers.tf', `${NEW}/routes.tf`, 'infra/modules/keys/1.0.0/README.md'])
      expect(await exists(file), file).toBe(false)
    expect((await readLock(directory)).removed).toEqual([
      'infra/environments/dev/providers.tf',
      'infra/modules/keys/1.0.0/README.md',
      `${NEW}/routes.tf`,
    ])
  })

  test('an edited file that the template dropped, and a file in the way of a new one, stay and are named', async () => {
    await edit('infra/environments/dev/README.md', () => '# ours\n')
    await write('infra/environments/dev/added.tf', '# mine\n')
    await edit(`${OLD}/flow-logs.tf`, (content) => `${content}# ours\n`)
    const { lookAt } = await update()
    expect(lookAt.map(({ path: file }) => file)).toEqual([
      `${NEW}/flow-logs.tf`,
      'infra/environments/dev/README.md',
      'infra/environments/dev/added.tf',
    ])
    expect(await text('infra/environments/dev/README.md')).toBe('# ours\n')
    expect(await text('infra/environments/dev/added.tf')).toBe('# mine\n')
    expect(await text(`${NEW}/flow-logs.tf`)).toMatch(/# ours\n$/)
    expect((await readLock(directory)).files['infra/environments/dev/README.md']).toBeUndefined()
  })

  test('a dry run tells the same and changes nothing', async () => {
    await edit(MAIN, (content) => `${content}\n# ours\n`)
    const before = await everything()
    const planned = await update({ look: true })
    expect(await everything()).toEqual(before)
    expect(await update()).toEqual(planned)
  })

  test('is asked about before anything is written', async () => {
    const before = await everything()
    await expect(update({ confirm: () => Promise.reject(new Error('no')) })).rejects.toThrow('no')
    expect(await everything()).toEqual(before)
  })
})

describe('several environments', () => {
  beforeEach(async () => {
    await vendorRoot(directory, { folder: 'infra/environments/prod', root: 'eks', templates: old })
    await edit(`${OLD}/routes.tf`, (content) => `# ours\n${content}`)
  })

  test('one moves first, the others stay on the old folder', async () => {
    const prod = await text('infra/environments/prod/main.tf')
    expect(await update()).toMatchObject({ removed: [], kept: [] })
    expect(await text('infra/environments/prod/main.tf')).toBe(prod)
    expect(await text(`${OLD}/routes.tf`)).toMatch(/^# ours\n/)
    expect((await readLock(directory)).roots).toMatchObject({
      'infra/environments/dev': { version: '1.9.0' },
      'infra/environments/prod': { version: '1.0.0' },
    })
  })

  test('the next one finds the edits merged, and what was resolved stays resolved', async () => {
    await update()
    await edit(`${NEW}/routes.tf`, (content) => content.replace('# ours\n', '# ours, better\n'))
    const second = await update({ roots: ['prod'] })
    expect(second.roots[0]?.files.filter(({ path: file }) => file.startsWith(NEW))).toEqual([])
    expect(second.kept).toEqual([{ folder: OLD, reason: 'you edited routes.tf' }])
    expect(await text(`${NEW}/routes.tf`)).toMatch(/^# ours, better\n[^]*# newer\n$/)
  })

  test('edits made to the old module in between come along', async () => {
    await update()
    await edit(`${OLD}/routes.tf`, (content) => `${content}# later\n`)
    await edit(`${OLD}/outputs.tf`, (content) => `${content}# later\n`)
    const second = await update({ roots: ['prod'] })
    expect(actionOf(second, `${NEW}/outputs.tf`)).toBe('kept')
    expect(await text(`${NEW}/outputs.tf`)).toMatch(/# later\n$/)
    // Both added a last line to the same place.
    expect(actionOf(second, `${NEW}/routes.tf`)).toBe('conflict')
    expect(await text(`${NEW}/routes.tf`)).toContain('<<<<<<< yours in 1.9.0\n# newer\n=======\n# later\n>>>>>>> yours in 1.0.0\n')
    expect(second.lookAt.at(-1)).toEqual({ path: NEW, reason: 'Your edits are in it now, and dev uses it too.' })
  })

  test('all at once, in one step', async () => {
    const result = await update({ roots: 'all' })
    expect(result.roots.map(({ name, status }) => [name, status])).toEqual([
      ['dev', 'updated'],
      ['prod', 'updated'],
    ])
    expect(await text(`${NEW}/routes.tf`)).toMatch(/^# ours\n/)
    expect(await update({ roots: 'all' })).toMatchObject({ status: 'unchanged' })
  })

  test('a module that some file still names stays', async () => {
    await edit(`${OLD}/routes.tf`, (content) => content.replace('# ours\n', ''))
    await write('infra/environments/prod/extra.tf', 'module "more" {\n  source = "../../modules/network/1.0.0"\n}\n')
    expect((await update({ roots: 'all' })).kept).toEqual([{ folder: OLD, reason: 'infra/environments/prod/extra.tf names it' }])
  })

  test('an environment whose folder was deleted is forgotten', async () => {
    await rm(path.join(directory, 'infra/environments/prod'), { recursive: true })
    expect((await update({ roots: 'all' })).roots.map(({ name }) => name)).toEqual(['dev'])
    expect(Object.keys((await readLock(directory)).roots ?? {})).toEqual(['infra/environments/dev'])
  })
})

describe('a repository of version 0.1.0', () => {
  test('is updated with its edits, though it has no pristine texts', async () => {
    await edit(MAIN, (content) => `${content}\n# ours\n`)
    await rm(path.join(directory, 'infra/.templates'), { recursive: true })
    const { files, templates } = await readLock(directory)
    await write('platform.lock.json', JSON.stringify({ schemaVersion: 1, files, templates, later: { a: '1' } }))
    expect(actionOf(await update(), MAIN)).toBe('merged')
    expect(await readLock(directory)).toMatchObject({ schemaVersion: 2, later: { a: '1' }, roots: { 'infra/environments/dev': { version: '1.9.0' } } })
  })

  test('is refused where the text that an edited file was made from is lost', async () => {
    await edit(MAIN, (content) => `${content}\n# ours\n`)
    await rm(path.join(directory, 'infra/.templates'), { recursive: true })
    const lock = await readLock(directory)
    await write('platform.lock.json', JSON.stringify({ ...lock, files: { ...lock.files, 'infra/environments/dev/own.tf': digestOf('x') } }))
    await write('infra/environments/dev/own.tf', '# y\n')
    await expect(update()).rejects.toMatchObject({ code: 'TemplateTextMissing' })
  })
})

describe('work that is not in Git', () => {
  test('is not written over', async () => {
    await commit()
    await edit(MAIN, (content) => `${content}\n# ours\n`)
    const before = await everything()
    await expect(update({ allowUncommitted: false })).rejects.toMatchObject({ code: 'TemplateUncommitted', details: { files: [MAIN] } })
    expect(await everything()).toEqual(before)
    await git('commit', '-qam', 'ours')
    expect(await update({ allowUncommitted: false })).toMatchObject({ status: 'updated' })
  })

  test('is not written over where a whole folder is ignored', async () => {
    await write('.gitignore', 'infra/\n')
    await commit()
    await edit(MAIN, (content) => `${content}\n# ours\n`)
    await expect(update({ allowUncommitted: false })).rejects.toMatchObject({ code: 'TemplateUncommitted', details: { files: [MAIN] } })
  })

  test('without Git, only untouched files may be written', async () => {
    expect(await update({ allowUncommitted: false })).toMatchObject({ status: 'updated' })
  })

  test('without Git, edited files are refused', async () => {
    await edit(MAIN, (content) => `${content}\n# ours\n`)
    await expect(update({ allowUncommitted: false })).rejects.toMatchObject({ code: 'TemplateUncommitted' })
  })
})

describe('an update that was cut short', () => {
  /** Stops after the decision was written down and `count` files were written. */
  async function cutShort(): Promise<Record<string, string>> {
    await edit(MAIN, (content) => `${content}\n# ours\n`)
    const whole = await mkdtemp(path.join(tmpdir(), 'platform-whole-'))
    await execProgram('cp', ['-a', `${directory}/.`, whole])
    await updateTemplates(ports, whole, { roots: ['dev'], templates: newer, allowUncommitted: true })
    const wanted = Object.fromEntries((await plainFilesOf(whole)).filter((file) => !file.path.startsWith('.platform/')).map((file) => [file.path, file.content]))
    // A file where a folder belongs: the writing fails in the middle, as on a full disk.
    await expect(update({ confirm: () => write(NEW, '') })).rejects.toMatchObject({ code: 'FileNotWritable' })
    await rm(path.join(directory, NEW))
    expect(await exists('infra/environments/dev/added.tf')).toBe(true)
    expect(await exists(`${NEW}/main.tf`)).toBe(false)
    return wanted
  }

  test('is finished by the next one, and nothing is planned before', async () => {
    const wanted = await cutShort()
    await expect(refuseUnfinishedUpdate(directory, 'dev')).rejects.toMatchObject({
      code: 'TemplateUpdateUnfinished',
      next: ['Finish it: platform template update dev'],
    })
    await refuseUnfinishedUpdate(directory, 'prod')
    await expect(vendorRoot(directory, { folder: 'infra/environments/dev', root: 'eks', templates: newer })).rejects.toMatchObject({
      code: 'TemplateUpdateUnfinished',
    })
    await expect(update({ look: true })).rejects.toMatchObject({ code: 'TemplateUpdateUnfinished' })
    expect(await update()).toMatchObject({ status: 'unchanged' })
    expect(await everything()).toEqual(wanted)
    await refuseUnfinishedUpdate(directory, 'dev')
  })

  test('does not write over what was changed in between', async () => {
    await cutShort()
    await edit(MAIN, (content) => `${content}\n# in between\n`)
    const before = await everything()
    await expect(update()).rejects.toMatchObject({ code: 'TemplateUpdateUnfinished', details: { files: [MAIN] } })
    expect(await everything()).toEqual(before)
  })
})

describe('wrong use', () => {
  test.each([
    [{ roots: ['devv'] }, 'EnvironmentNotFound'],
    [{ roots: ['../dev'] }, 'InvalidName'],
    [{ roots: [''] }, 'InvalidName'],
    [{ roots: ['shared'] }, 'EnvironmentNotFound', '"shared" has no Terraform files'],
    [{ to: '0.5.0' }, 'BadFlag'],
    [{ to: '' }, 'BadFlag'],
  ])('%j is refused', async (options, code, words = '') => {
    const before = await everything()
    await expect(update(options)).rejects.toMatchObject({ code, message: expect.stringContaining(words) as string })
    expect(await everything()).toEqual(before)
  })

  test('an update goes forwards only', async () => {
    await update()
    await expect(update({ to: '0.1.0' })).rejects.toMatchObject({ code: 'BadFlag', message: expect.stringMatching(/newer/) as string })
  })

  test('two at once: one says who is at work', async () => {
    const confirm = async () => expect(update()).rejects.toMatchObject({ code: 'RunInProgress' })
    expect(await update({ confirm })).toMatchObject({ status: 'updated' })
  })
})
