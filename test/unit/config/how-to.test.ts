import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { loadProject } from '../../../src/lib/config/load.js'
import { packageRoot } from '../../../src/lib/core/package-root.js'
import { ENVIRONMENT, PLATFORM, repository } from './repository.js'

const HOW_TO = path.join(packageRoot, 'docs/how-to')

/** YAML in a how-to that begins with the name of its file, without the indentation of a list around it. */
async function examples(): Promise<Array<{ page: string; file: string; text: string }>> {
  const pages = (await readdir(HOW_TO)).filter((page) => page.endsWith('.md'))
  const found = pages.map(async (page) =>
    [...(await readFile(path.join(HOW_TO, page), 'utf8')).matchAll(/^( *)```yaml\n\1# (\S+\.yaml)\n([^]*?)^\1```$/gm)].map(
      ([, indent = '', file = '', text = '']) => ({ page, file, text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), '') }),
    ),
  )
  return (await Promise.all(found)).flat()
}

const all = await examples()
const OPS = ENVIRONMENT.replace('workload', 'management').replace('10.0.0.0', '10.9.0.0')
const bases: Record<string, string> = {
  'platform.yaml': PLATFORM,
  'environments/dev.yaml': ENVIRONMENT,
  'environments/ops.yaml': '',
  'environments/shop.yaml': '',
}

test('the how-tos have examples', () => {
  expect(new Set(all.map(({ page }) => page))).toEqual(
    new Set(['addons.md', 'connectivity.md', 'databases.md', 'edge.md', 'mirror.md', 'shared.md', 'soft-environments.md']),
  )
})

test.each(all)('the example for $file in $page is valid', async ({ file, text }) => {
  expect(Object.keys(bases)).toContain(file)
  const files = { 'environments/ops.yaml': OPS, 'environments/dev.yaml': ENVIRONMENT, [file]: `${bases[file]}${text}` }
  await expect(loadProject(await repository(files))).resolves.toBeDefined()
})
