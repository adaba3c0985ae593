import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { moveLeadingGlobalFlags, wantsJson } from './invocation.js'

/** What is read of package.json here. */
interface Package {
  version: string
}

/**
 * Runs the command line and ends the process.
 * @param binUrl URL of the file in `bin/`, to find package.json.
 * @param options.development reads the commands from their sources instead of the manifest.
 */
export async function runCommandLine(binUrl: string, options: { development?: boolean } = {}): Promise<void> {
  const argv = moveLeadingGlobalFlags(process.argv.slice(2))
  const json = wantsJson(argv, process.env)
  const packageText = readFileSync(new URL('../package.json', binUrl), 'utf8')
  if (argv[0] === '--version') {
    printVersion(JSON.parse(packageText) as Package, json)
    return
  }
  if (argv[0] === 'cluster' && argv[1] === 'token') {
    const { cachedToken } = await import('./cached-token.js')
    const token = cachedToken(argv.slice(2), process.env)
    if (token !== undefined) {
      process.stdout.write(`${token}\n`)
      return
    }
  }
  const development = options.development === true
  if (!development) {
    const { keepCompiledCode } = await import('./compile-cache.js')
    keepCompiledCode(fileURLToPath(new URL('../dist', binUrl)), process.env)
  }
  // Loaded here because it takes most of the start-up time.
  const { runCommand } = await import('./run-command.js')
  await runCommand(argv, { json, root: new URL('..', binUrl), packageText, development })
}

/** Answered before anything else is loaded: scripts ask for it often. */
function printVersion({ version }: Package, json: boolean): void {
  const { platform, arch, version: node } = process
  // A reader that has gone wants nothing more.
  process.stdout.on('error', () => undefined)
  process.stdout.write(
    json ? `${JSON.stringify({ version, node, platform, arch }, null, 2)}\n` : `platform ${version} ${platform}-${arch} node-${node}\n`,
  )
}
