import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { execProgram } from '../../src/lib/core/exec.js'
import { readLock } from '../../src/lib/templates/lock-file.js'
import type { TemplateUpdate } from '../../src/lib/templates/update/update.js'
import { vendorRoot } from '../../src/lib/templates/vendor.js'
import { Repository } from '../helpers/repository.js'
import { templates010 } from '../helpers/templates.js'

let repository: Repository
beforeAll(async () => {
  repository = await Repository.init()
})
afterAll(async () => repository.remove())

const file = (name: string) => path.join(repository.directory, name)
const edit = async (name: string, change: (text: string) => string) => writeFile(file(name), change(await readFile(file(name), 'utf8')))
const tag = (text: string) =>
  text.replace(/(resource "aws_vpc" "this" {[^]*?"?platform:resource"?\s*=\s*"[^"]+")/, '$1\n    "ours" = "yes"')

describe('a repository made by version 0.1.0, with edits', () => {
  it('goes on with its versions under this platform', async () => {
    await vendorRoot(repository.directory, { folder: 'infra/environments/dev', root: 'eks', templates: await templates010() })
    const { files, templates, tools } = await readLock(repository.directory)
    await writeFile(file('platform.lock.json'), JSON.stringify({ schemaVersion: 1, files, templates, tools }))
    await rm(file('infra/.templates'), { recursive: true })
    await edit('infra/modules/network/1.0.0/main.tf', tag)
    await edit('infra/environments/dev/main.tf', (text) => `# ours\n\n${text.replace(/^#.*\n/, '')}`)

    const created = await repository.run('env', 'create', 'dev', '--yes', '--json')
    expect(created.stderr).not.toContain('Error')
    expect(created.json()).toMatchObject({ status: 'created' })
    const list = await repository.run('template', 'list', '--json')
    expect(list.json()).toMatchObject({ roots: [{ name: 'dev', version: '1.0.0', templates: '0.1.0', updateAvailable: true, edited: 2 }] })
    expect((await repository.run('template', 'verify')).exitCode).toBe(0)
    expect((await repository.run('template', 'update', '--all', '--check')).exitCode).toBe(3)
  })

  it('does not plan what the old version cannot do', async () => {
    const before = await readFile(file('environments/dev.yaml'), 'utf8')
    await edit('environments/dev.yaml', (text) => `${text}\ndatabases:\n  orders:\n    engine: dynamodb\n    partitionKey: { name: id }\n`)
    const refused = await repository.run('env', 'plan', 'dev', '--json')
    await writeFile(file('environments/dev.yaml'), before)
    expect(refused.json()).toMatchObject({ error: { code: 'TemplatesTooOld', next: ['platform template update dev', expect.any(String)] } })
  })

  it('is refused while the edits are not committed, and updated then', async () => {
    const refused = await repository.run('template', 'update', 'dev', '--yes', '--json')
    expect(refused.json()).toMatchObject({ error: { code: 'TemplateUncommitted' } })
    const git = (...args: string[]) =>
      execProgram('git', ['-c', 'user.name=a', '-c', 'user.email=a@localhost', ...args], { cwd: repository.directory })
    await git('add', '-A')
    await git('commit', '-q', '-m', 'dev')
    const updated = await repository.run('template', 'update', 'dev', '--yes', '--json')
    // The root's first line was changed by both.
    expect(updated.exitCode).toBe(3)
    expect(updated.json<TemplateUpdate>()).toMatchObject({
      status: 'conflicts',
      roots: [{ from: { templates: '0.1.0' }, to: { version: '1.1.0' } }],
      lookAt: expect.arrayContaining([expect.objectContaining({ path: 'infra/environments/dev/main.tf', line: 1 })]),
    })
    expect((await repository.run('env', 'plan', 'dev', '--json')).json()).toMatchObject({ error: { code: 'TemplateConflict' } })
    await edit('infra/environments/dev/main.tf', (text) => text.replace(/<{7}.*\n([^]*?)={7}\n([^]*?)>{7}.*\n/, '$1$2'))
    expect(await readFile(file('infra/environments/dev/main.tf'), 'utf8')).toContain('# ours')
    expect(await readFile(file('infra/modules/network/1.1.0/main.tf'), 'utf8')).toContain('"ours" = "yes"')
  })

  it('plans what the changelog says: nothing that runs is touched', async () => {
    const plan = await repository.run('env', 'plan', 'dev', '--json')
    expect(plan.exitCode, plan.stderr).toBe(0)
    expect(plan.json()).toMatchObject({ status: 'unchanged', changes: { add: 0, change: 0, destroy: 0, replace: 0 }, resources: [] })
  })
})
