import { readFile } from 'node:fs/promises'
import { settings, type Config, type Interfaces } from '@oclif/core'
import { loadWithoutManifest } from '../../src/lib/cli/command-config.js'
import { describeSurface, type CommandDescription } from '../../src/lib/cli/surface.js'

/** Every visible command of the compiled command line, read from the commands themselves, not from the manifest. */
export async function commandSurface(): Promise<CommandDescription[]> {
  return describeSurface(await loadConfig())
}

/** oclif's view of this project. */
export async function loadConfig(): Promise<Config> {
  settings.enableAutoTranspile = false
  return loadWithoutManifest(process.cwd(), JSON.parse(await readFile('package.json', 'utf8')) as Interfaces.PJSON)
}
