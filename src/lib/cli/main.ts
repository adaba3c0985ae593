import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Interfaces } from '@oclif/core'
import { ExitCode } from '../core/exit-codes.js'
import { endQuietlyOnClosedPipe } from '../ui/screen.js'
import { moveLeadingGlobalFlags, wantsJson } from './invocation.js'
import { createScreen, presentError } from './output.js'

/**
 * Runs the command line and ends the process.
 * @param binUrl URL of the file in `bin/`, to find package.json.
 * @param options.development reads the commands from their sources instead of the manifest.
 */
export async function runCommandLine(binUrl: string, options: { development?: boolean } = {}): Promise<void> {
  const argv = moveLeadingGlobalFlags(process.argv.slice(2))
  const json = wantsJson(argv, process.env)
  // The AWS SDK's notice about Node versions would stand between the lines of every command; doctor tells about Node.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  endQuietlyOnClosedPipe([process.stdout, process.stderr])
  if (argv[0] === '--version') {
    printVersion(binUrl, json)
    return
  }
  const end = async (error: unknown): Promise<never> => {
    const { toUserError } = await import('./errors.js')
    const screen = createScreen(!argv.includes('--no-color'))
    const userError = toUserError(error)
    presentError(userError, { json, screen })
    await screen.settled()
    process.exit(userError.exitCode)
  }
  process.on('uncaughtException', (error) => void end(error))
  try {
    // Loaded here because it takes most of the start-up time.
    const { Config, run, settings } = await import('@oclif/core')
    settings.performanceEnabled = false
    // Without this oclif would look for TypeScript sources whenever the caller has NODE_ENV=development.
    settings.enableAutoTranspile = false
    const { root, pjson } = readPackage(binUrl, options.development === true)
    const load = async (): Promise<Interfaces.Config> => {
      if (options.development !== true) return Config.load({ root, pjson })
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

/** Answered before oclif reads anything: scripts ask for it often. */
function printVersion(binUrl: string, json: boolean): void {
  const { version } = createRequire(binUrl)('../package.json') as { version: string }
  const { platform, arch, version: node } = process
  createScreen(false).data(
    json ? JSON.stringify({ version, node, platform, arch }, null, 2) : `platform ${version} ${platform}-${arch} node-${node}`,
  )
}

/** @param development names the sources where package.json names compiled files. */
function readPackage(binUrl: string, development: boolean): { root: string; pjson: Interfaces.PJSON } {
  const root = fileURLToPath(new URL('..', binUrl))
  const text = JSON.stringify(createRequire(binUrl)('../package.json'))
  return { root, pjson: JSON.parse(development ? text.replaceAll(/"\.\/dist\/([^"]+?)(\.js)?"/g, sourceOf) : text) as Interfaces.PJSON }
}

/** The source of a compiled file or folder that package.json names. */
function sourceOf(_whole: string, name: string, extension: string | undefined): string {
  return JSON.stringify(`./src/${name}${extension === undefined ? '' : '.ts'}`)
}
