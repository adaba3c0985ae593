import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createEnvironmentFile } from '../../src/lib/config/create-environment.js'
import { loadConfiguration, loadProject } from '../../src/lib/config/load.js'
import { describeConfiguration } from '../../src/lib/config/describe.js'
import { renderValues } from '../../src/lib/config/render.js'
import { repositoryContent } from '../../src/lib/init/repository-content.js'
import { repository } from '../unit/config/repository.js'

// `npx vitest run --project unit test/golden -u` accepts what is generated now. Look at the difference before.

const sandbox = { name: 'acme', target: 'sandbox', architecture: 'eks', region: 'eu-west-1', accounts: { sandbox: { id: '000000000000' } } } as const
const aws = {
  name: 'acme',
  target: 'aws',
  architecture: 'openshift',
  region: 'eu-central-1',
  accounts: { dev: { id: '012345678901' }, prod: { id: '222222222222', role: 'arn:aws:iam::222222222222:role/platform' } },
} as const

const textOf = (files: ReadonlyArray<{ path: string; content: string }>, name: string): string => files.find((file) => file.path === name)?.content ?? ''

test('the files of a new repository', async () => {
  const files = await repositoryContent(sandbox, 'main')
  expect(files.map((file) => file.path).join('\n')).toMatchInlineSnapshot(`
    ".editorconfig
    .github/workflows/platform.yaml.example
    .gitignore
    .schemas/environment.schema.json
    .schemas/platform.schema.json
    README.md
    environments/README.md
    platform.yaml"
  `)
  await expect(textOf(files, 'platform.yaml')).toMatchFileSnapshot('repository/platform.sandbox.yaml')
  await expect(textOf(await repositoryContent(aws, 'trunk'), 'platform.yaml')).toMatchFileSnapshot('repository/platform.aws.yaml')
})

test('a new repository says what of .platform may be deleted, and how to use its local AWS', async () => {
  const files = await repositoryContent(sandbox, 'main')
  for (const name of ['README.md', '.gitignore']) expect(textOf(files, name)).toMatch(/\.platform\/sandbox\/?`? is the local AWS itself/)
  expect(textOf(files, 'README.md')).toContain('eval "$(platform sandbox env)"')
  expect(textOf(files, 'README.md')).not.toContain('AWS_SECRET_ACCESS_KEY')
})

test('an environment file, and what config show tells about it', async () => {
  const directory = await repository({ 'platform.yaml': textOf(await repositoryContent(sandbox, 'main'), 'platform.yaml') })
  await createEnvironmentFile(await loadProject(directory), 'dev', {})
  const project = await createEnvironmentFile(await loadProject(directory), 'prod', { preset: 'production', role: 'management', kubernetesVersion: '1.36' })
  await createEnvironmentFile(project, 'preview', { isolation: 'soft', host: 'dev' })
  for (const name of ['dev', 'prod', 'preview']) {
    await expect(await readFile(path.join(directory, `environments/${name}.yaml`), 'utf8')).toMatchFileSnapshot(`repository/environments/${name}.yaml`)
    const { values, origins } = describeConfiguration(await loadConfiguration(directory), name)
    await expect(`${renderValues(values, origins)}\n`).toMatchFileSnapshot(`config-show/${name}.yaml`)
  }
})
