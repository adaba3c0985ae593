import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { loadProject } from '../../../src/lib/config/load.js'
import type { Ports } from '../../../src/lib/core/ports.js'
import { silentReporter } from '../../../src/lib/core/report.js'
import type { RootContext } from '../../../src/lib/roots/context.js'
import type { Run } from '../../../src/lib/roots/run.js'
import { inScratchCopy } from '../../../src/lib/roots/scratch-copy.js'
import { rootOf } from '../../../src/lib/roots/select.js'
import { ENVIRONMENT, repository } from '../config/repository.js'

it('copies what links inside of the repository lead to, and passes over what leads nowhere', async () => {
  const directory = await repository({ 'environments/dev.yaml': ENVIRONMENT })
  await mkdir(path.join(directory, 'elsewhere/dev'), { recursive: true })
  await mkdir(path.join(directory, 'infra'))
  await symlink('../elsewhere', path.join(directory, 'infra/environments'))
  await writeFile(path.join(directory, 'elsewhere/dev/own.tf'), '# own\n')
  await symlink('nowhere', path.join(directory, 'elsewhere/dev/broken'))
  const project = await loadProject(directory)
  const ports = { report: silentReporter } as unknown as Ports
  await inScratchCopy(directory, async (copy) => {
    const root = rootOf(project, 'dev')
    await copy.write({ ports, project } as unknown as RootContext, { ports } as unknown as Run, { ...root, upstream: [] })
    const folder = path.join(copy.directory, root.folder)
    expect(await readFile(path.join(folder, 'own.tf'), 'utf8')).toBe('# own\n')
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['main.tf', 'terraform.tfvars.json']))
  })
  expect(await readdir(path.join(directory, 'elsewhere/dev'))).toEqual(['broken', 'own.tf'])
})
