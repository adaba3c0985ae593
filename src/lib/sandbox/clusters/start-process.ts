import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../../core/ports.js'
import { RotatingLog } from '../rotating-log.js'
import { KeptProcess } from './kept-process.js'
import type { ProcessLedger } from './process-ledger.js'

export interface StartedProgram {
  /** Name of its log, and of its place in the ledger: `kube-apiserver`. */
  role: string
  file: string
  args: readonly string[]
  /** What it needs in its environment beside a home folder. */
  env?: Readonly<Record<string, string>>
}

/** Starts a program and keeps it running. Resolves when it runs, which is not yet when it answers. */
export type StartProcess = (program: StartedProgram) => Promise<KeptProcess>

export interface ProcessPlace {
  /** Whose programs they are: the name of a cluster. */
  owner: string
  /** Folder to run in, which is their home folder too. */
  folder: string
  logs: string
  ledger: ProcessLedger
  clock: Clock
}

/** Room for the log of each program, twice. */
const MAX_LOG_BYTES = 5 * 1024 * 1024

export function processStarter({ clock, folder, ledger, logs, owner }: ProcessPlace): StartProcess {
  return async ({ args, env, file, role }) => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await mkdir(logs, { recursive: true })
    const log = new RotatingLog(path.join(logs, `${role}.log`), MAX_LOG_BYTES)
    const key = `${owner}/${role}`
    const process = new KeptProcess(
      // Nothing of the caller's environment: a KUBECONFIG or a proxy of his would lead elsewhere.
      { title: `${role} of ${owner}`, file, args, folder, env: { HOME: folder, ...env } },
      {
        onOutput: (chunk) => log.write(chunk),
        onStarting: async (identity) => ledger.started(key, identity),
        onStopped: () => {
          log.close()
          void ledger.ended([key]).catch(() => undefined)
        },
      },
      clock,
    )
    await process.start()
    return process
  }
}
