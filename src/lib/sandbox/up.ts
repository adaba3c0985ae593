import type { Ports } from '../core/ports.js'
import { runSteps } from '../core/steps.js'
import type { KubernetesPrograms } from './clusters/programs.js'
import { sandboxFolders } from './folders.js'
import { wantsKubernetes, type KubernetesWish } from './kubernetes-wish.js'
import { startSandbox, type EmulatorProgram, type StartedSandbox } from './start.js'
import { sandboxStatus } from './status.js'

export interface UpOptions {
  directory: string
  region: string
  /** Finds the emulator, installing it when needed. */
  resolveEmulator: () => Promise<EmulatorProgram>
  kubernetes: KubernetesWish
  dryRun: boolean
}

/** `planned`: a dry run that would start it, or start it again; there is no endpoint yet. */
export type UpResult = StartedSandbox | { endpoint: null; accountId: null; region: string; status: 'planned'; kubernetes: boolean }

/** Starts the local AWS and reports the steps. */
export async function bringUp(ports: Ports, options: UpOptions): Promise<UpResult> {
  const { directory, region, resolveEmulator, kubernetes, dryRun } = options
  const { running, outdated, kubernetes: hasKubernetes } = await sandboxStatus(ports, directory)
  const isCurrent = running && !outdated && (hasKubernetes || !kubernetes.asked)
  const wanted = await wantsKubernetes(sandboxFolders(directory), kubernetes)
  if (dryRun && !isCurrent) return { endpoint: null, accountId: null, region, status: 'planned', kubernetes: wanted }
  let emulator: EmulatorProgram | undefined
  let programs: KubernetesPrograms | undefined
  const wish: KubernetesWish = { ...kubernetes, programs: async () => programs ?? kubernetes.programs() }
  let result: StartedSandbox | undefined
  const isDone = async (): Promise<boolean | string> => isCurrent && 'already running'
  await runSteps(ports, 'Local AWS', [
    // The id under which the search for the emulator reports a build or a download.
    { id: 'fakecloud', title: 'Find the AWS emulator', isDone, run: async () => void (emulator = await resolveEmulator()) },
    ...(wanted
      ? [
          {
            id: 'kubernetes',
            title: 'Find the programs of Kubernetes',
            isDone,
            run: async () => void (programs = await kubernetes.programs()),
          },
        ]
      : []),
    {
      id: 'start',
      title: 'Start the local AWS',
      isDone,
      run: async () => {
        result = await startSandbox(ports, { directory, region, emulator: emulator ?? resolveEmulator, kubernetes: wish })
        const { note, status } = result
        return { outcome: status === 'running' ? 'unchanged' : 'done', ...(note !== undefined && { detail: note }) }
      },
    },
  ])
  return result ?? startSandbox(ports, { directory, region, emulator: resolveEmulator, kubernetes: wish })
}
