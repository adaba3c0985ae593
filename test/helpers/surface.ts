import { Config, settings } from '@oclif/core'
import { describeSurface, type CommandDescription } from '../../src/lib/cli/surface.js'

/** Every visible command of the compiled command line, read from the commands themselves, not from the manifest. */
export async function commandSurface(): Promise<CommandDescription[]> {
  return describeSurface(await loadConfig())
}

/** oclif's view of this project. */
export async function loadConfig(): Promise<Config> {
  settings.enableAutoTranspile = false
  return Config.load({ root: process.cwd(), ignoreManifest: true })
}
