import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Config } from '@oclif/core'
import { expect, onTestFinished, test } from 'vitest'
import { loadWithoutManifest } from '../../../src/lib/cli/command-config.js'

test('an old manifest does not hide what the commands are now', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'platform-manifest-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const pjson = { name: 'probe', version: '1.0.0', type: 'module', oclif: { bin: 'probe', commands: './commands' } }
  await mkdir(path.join(root, 'commands'))
  await writeFile(path.join(root, 'package.json'), JSON.stringify(pjson))
  await writeFile(
    path.join(root, 'commands/fresh.js'),
    'export default class Fresh { static id = "fresh"; static flags = {}; static args = {}; static run() {} }\n',
  )
  const old = { commands: { stale: { id: 'stale', args: {}, flags: {} } }, version: '1.0.0' }
  await writeFile(path.join(root, 'oclif.manifest.json'), JSON.stringify(old))
  expect((await Config.load({ root, pjson })).commandIDs).toEqual(['stale'])
  expect((await loadWithoutManifest(root, pjson)).commandIDs).toEqual(['fresh'])
})
