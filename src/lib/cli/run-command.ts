import { fileURLToPath } from 'node:url'
import type { Interfaces } from '@oclif/core'
import { ExitCode } from '../core/exit-codes.js'
import { endQuietlyOnClosedPipe } from '../ui/screen.js'
import { createScreen, presentError } from './output.js'

export interface RunOptions {
  /** Errors are wanted as one JSON document on stdout. */
  json: boolean
  /** The folder of package.json. */
  root: URL
  /** What package.json says. */
  packageText: string
  /** Reads the commands from their sources instead of the manifest. */
  development: boolean
}

/** Finds the command that the words name, runs it, and ends the process. */
export async function runCommand(argv: string[], options: RunOptions): Promise<void> {
  const { json, development } = options
  // The AWS SDK's notice about Node versions would stand between the lines of every command; doctor tells about Node.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  endQuietlyOnClosedPipe([process.stdout, process.stderr])
  let ending = false
  const end = async (error: unknown): Promise<never> => {
    ending = true
    const { toUserError } = await import('./errors.js')
    const screen = createScreen(!argv.includes('--no-color'))
    const userError = toUserError(error)
    presentError(userError, { json, screen })
    await screen.settled()
    process.exit(userError.exitCode)
  }
  process.on('uncaughtException', (error) => {
    // An error while an error is shown would come back here for ever.
    if (ending) process.exit(ExitCode.failed)
    ending = true
    void end(error)
  })
  try {
    const { Config, run, settings } = await loadOclif()
    settings.performanceEnabled = false
    // Without this oclif would look for TypeScript sources whenever the caller has NODE_ENV=development.
    settings.enableAutoTranspile = false
    const root = fileURLToPath(options.root)
    const pjson = readPackage(options.packageText, development)
    const load = async (): Promise<Interfaces.Config> => {
      if (!development) return Config.load({ root, pjson })
      const { loadWithoutManifest } = await import('./command-config.js')
      return loadWithoutManifest(root, pjson)
    }
    await run(argv, await load())
    await createScreen(false).settled()
    process.exit(process.exitCode ?? ExitCode.done)
  } catch (error) {
    await end(error)
  }
}

/** Without its own look at the version of Node, which takes 4 ms; doctor tells about Node. */
async function loadOclif() {
  const { env } = process
  const before = env['OCLIF_DISABLE_ENGINE_WARNING']
  env['OCLIF_DISABLE_ENGINE_WARNING'] = '1'
  try {
    const module = await import('@oclif/core')
    // A CommonJS module: what loads the sources hands its names over by themselves, Node and the bundle as the default export.
    return 'run' in module ? module : (module as { default: typeof module }).default
  } finally {
    if (before === undefined) delete env['OCLIF_DISABLE_ENGINE_WARNING']
    else env['OCLIF_DISABLE_ENGINE_WARNING'] = before
  }
}

/** @param development names the sources where package.json names compiled files. */
function readPackage(text: string, development: boolean): Interfaces.PJSON {
  return JSON.parse(development ? text.replaceAll(/"\.\/dist\/([^"]+?)(\.cjs)?"/g, sourceOf) : text) as Interfaces.PJSON
}

/** The source of a compiled file or folder that package.json names. */
function sourceOf(_whole: string, name: string, extension: string | undefined): string {
  return JSON.stringify(`./src/${name}${extension === undefined ? '' : '.ts'}`)
}
