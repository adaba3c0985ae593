import { handle, run, settings } from '@oclif/core'
import { fileURLToPath } from 'node:url'

/** Runs the command line and ends the process. */
export async function runCommandLine(binUrl: string): Promise<void> {
  settings.performanceEnabled = false
  try {
    await run(process.argv.slice(2), fileURLToPath(binUrl))
  } catch (error) {
    await handle(error as Error)
  }
}
