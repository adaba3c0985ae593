import type { Ports } from '../core/ports.js'
import { runSteps } from '../core/steps.js'
import { startSandbox, type EmulatorProgram, type StartedSandbox } from './start.js'
import { sandboxStatus } from './status.js'

export interface UpOptions {
  directory: string
  region: string
  /** Finds the emulator, installing it when needed. */
  resolveEmulator: () => Promise<EmulatorProgram>
  dryRun: boolean
}

/** `planned`: a dry run that would start it, or start it again; there is no endpoint yet. */
export type UpResult = StartedSandbox | { endpoint: null; accountId: null; region: string; status: 'planned' }

/** Starts the local AWS and reports the steps. */
export async function bringUp(ports: Ports, options: UpOptions): Promise<UpResult> {
  const { directory, region, resolveEmulator, dryRun } = options
  const { running, outdated } = await sandboxStatus(ports, directory)
  const isCurrent = running && !outdated
  if (dryRun && !isCurrent) return { endpoint: null, accountId: null, region, status: 'planned' }
  let emulator: EmulatorProgram | undefined
  let result: StartedSandbox | undefined
  const isDone = async (): Promise<boolean | string> => isCurrent && 'already running'
  await runSteps(ports, 'Local AWS', [
    // The id under which the search for the emulator reports a build or a download.
    { id: 'fakecloud', title: 'Find the AWS emulator', isDone, run: async () => void (emulator = await resolveEmulator()) },
    {
      id: 'start',
      title: 'Start the local AWS',
      isDone,
      run: async () => {
        result = await startSandbox(ports, { directory, region, emulator: emulator ?? resolveEmulator })
        const { note, status } = result
        return { outcome: status === 'running' ? 'unchanged' : 'done', ...(note !== undefined && { detail: note }) }
      },
    },
  ])
  return result ?? startSandbox(ports, { directory, region, emulator: resolveEmulator })
}
