import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { execProgram } from '../../../src/lib/core/exec.js'
import { writeFileAtomic } from '../../../src/lib/core/files.js'
import { diffTemplates } from '../../../src/lib/templates/diff.js'
import { listTemplates } from '../../../src/lib/templates/list.js'
import { digestOf, updateLock } from '../../../src/lib/templates/lock-file.js'
import { vendorRoot } from '../../../src/lib/templates/vendor.js'
import { verifyTemplates } from '../../../src/lib/templates/verify.js'
import { addVersion, templates010 } from '../../helpers/templates.js'

const MAIN = 'infra/environments/dev/main.tf'
const COPY = 'infra/.templates/roots/eks/1.0.0/main.tf'
const ROUTES = 'infra/modules/network/1.0.0/routes.tf'
let directory: string
const templates = await templates010()

const text = (file: string) => readFile(path.join(directory, file), 'utf8')
const write = (file: string, content: string) => writeFileAtomic(path.join(directory, file), content)
const edit = async (file: string, change: (content: string) => string) => write(file, change(await text(file)))
const remove = (file: string) => rm(path.join(directory, file))
const vendor = (environment: string, from = templates) => vendorRoot(directory, { folder: `infra/environments/${environment}`, root: 'eks', templates: from })

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'platform-looking-'))
  await vendor('dev')
  // Written by platform, and never part of a template.
  for (const name of ['terraform.tfvars.json', 'backend.tf.json', '.terraform.lock.hcl', '.terraform/x']) await write(`infra/environments/dev/${name}`, '{}')
})

describe('template diff', () => {
  test('finds nothing where nothing was changed, also with other line ends', async () => {
    await edit(MAIN, (content) => content.replaceAll('\n', '\r\n'))
    expect(await diffTemplates(directory, undefined, templates)).toEqual([])
  })

  test('gives patches that Git takes back', async () => {
    const before = [await text(MAIN), await text(ROUTES)]
    await edit(MAIN, (content) => `${content}# ours\n`)
    await remove(ROUTES)
    await write('infra/environments/dev/extra.tf', '# extra\n')
    const differences = await diffTemplates(directory, 'dev', templates)
    expect(differences.map(({ path: file, change }) => [file, change])).toEqual([
      ['infra/environments/dev/extra.tf', 'added'],
      [MAIN, 'edited'],
      [ROUTES, 'deleted'],
    ])
    expect(differences[1]?.patch).toMatch(/^--- a\/infra\/environments\/dev\/main\.tf\n\+\+\+ b\/[^]*\n }\n\+# ours\n$/)
    await execProgram('git', ['apply', '-R', '-'], { cwd: directory, input: differences.map(({ patch }) => patch).join('') })
    expect([await text(MAIN), await text(ROUTES)]).toEqual(before)
    expect(await diffTemplates(directory, 'dev', templates)).toEqual([])
  })

  test('of one root leaves the others out', async () => {
    await vendor('prod')
    await edit(MAIN, () => '# ours\n')
    expect(await diffTemplates(directory, 'prod', templates)).toEqual([])
    await expect(diffTemplates(directory, 'pord', templates)).rejects.toMatchObject({ code: 'EnvironmentNotFound', next: ['Did you mean prod?', 'platform template list'] })
  })

  test('works after the templates of that version are gone', async () => {
    const newer = await addVersion(await templates010(), { version: '0.9.0', root: { version: '1.9.0' } })
    await rm(path.join(newer, 'terraform/roots/eks/1.0.0'), { recursive: true })
    await edit(MAIN, (content) => `${content}# ours\n`)
    expect((await diffTemplates(directory, undefined, newer)).map(({ path: file }) => file)).toEqual([MAIN])
  })
})

describe('template verify', () => {
  const verify = (strict = false) => verifyTemplates(directory, { templates, strict })
  const refused = (findings: Array<{ path: string; finding: string }>) => ({ code: 'TemplateTampered', exitCode: 3, details: { findings } })

  test('takes an edit for what it is', async () => {
    await edit(MAIN, () => '# ours\n')
    expect(await verify()).toMatchObject({ edited: [MAIN], findings: [] })
    await expect(verify(true)).rejects.toMatchObject(refused([{ path: MAIN, finding: 'edited' }]))
  })

  test('strictly, nothing may be added or missing', async () => {
    await write('infra/modules/network/1.0.0/extra.tf', '# extra\n')
    await remove(ROUTES)
    expect(await verify()).toMatchObject({ findings: [] })
    await expect(verify(true)).rejects.toMatchObject(
      refused([
        { path: ROUTES, finding: 'missing' },
        { path: 'infra/modules/network/1.0.0/extra.tf', finding: 'added' },
      ]),
    )
  })

  test('finds a lock that was made to fit a changed file, and a copy that was', async () => {
    await edit(MAIN, () => '# not ours\n')
    await updateLock(directory, (lock) => void (lock.files[MAIN] = digestOf('# not ours\n')))
    await expect(verify()).rejects.toMatchObject(refused([{ path: MAIN, finding: 'lock' }]))
    await write(COPY, '# not ours\n')
    await expect(verify()).rejects.toMatchObject(
      refused([
        { path: MAIN, finding: 'lock' },
        { path: COPY, finding: 'copy' },
      ]),
    )
  })

  test('finds a file that was taken out of the lock', async () => {
    await updateLock(directory, (lock) => void (lock.files = Object.fromEntries(Object.entries(lock.files).filter(([file]) => file !== MAIN))))
    await expect(verify()).rejects.toMatchObject(refused([{ path: MAIN, finding: 'unknown' }]))
  })

  test('without the templates of that version, lock and copy must agree', async () => {
    const newer = await addVersion(await templates010(), { version: '0.9.0', root: { version: '1.9.0' } })
    await rm(path.join(newer, 'terraform/roots/eks/1.0.0'), { recursive: true })
    expect(await verifyTemplates(directory, { templates: newer })).toMatchObject({ findings: [] })
    await edit(MAIN, () => '# ours\n')
    await write(COPY, '# not ours\n')
    await expect(verifyTemplates(directory, { templates: newer })).rejects.toMatchObject(
      refused([
        { path: COPY, finding: 'copy' },
        { path: MAIN, finding: 'lost' },
      ]),
    )
  })

  test('finds the markers of a merge', async () => {
    await edit(MAIN, (content) => `${content}<<<<<<< yours\n=======\n>>>>>>> theirs\n`)
    await expect(verify()).rejects.toMatchObject(refused([{ path: MAIN, finding: 'conflict' }]))
  })
})

describe('template list', () => {
  test('tells versions, and counts what was changed', async () => {
    const newer = await addVersion(await templates010(), { version: '0.9.0', root: { version: '1.9.0' }, modules: { network: { version: '1.9.0' } } })
    await vendor('prod', newer)
    await edit(MAIN, () => '# ours\n')
    await edit(ROUTES, () => '# ours\n')
    const { available, roots, unused } = await listTemplates(directory, newer)
    expect(available).toEqual(['0.1.0', '0.9.0'])
    expect(roots).toMatchObject([
      {
        ...{ name: 'dev', root: 'eks', version: '1.0.0', templates: '0.1.0', newest: '1.9.0', updateAvailable: true, edited: 2 },
        modules: expect.arrayContaining([
          { name: 'network', version: '1.0.0', newest: '1.9.0', edited: 1 },
          { name: 'keys', version: '1.0.0', newest: '1.0.0', edited: 0 },
        ]) as unknown,
      },
      { name: 'prod', version: '1.9.0', updateAvailable: false, edited: 0 },
    ])
    expect(unused).toEqual([])
    await rm(path.join(directory, 'infra/environments/dev'), { recursive: true })
    const later = await listTemplates(directory, newer)
    expect(later.roots.map(({ name }) => name)).toEqual(['prod'])
    expect(later.unused).toEqual([{ name: 'network', version: '1.0.0', folder: 'infra/modules/network/1.0.0', edited: 1 }])
  })
})
