import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../../core/ports.js'
import type { SandboxFolders } from '../folders.js'
import { KeyedMutex } from '../mends/keyed-mutex.js'
import { sharedFolder } from './cluster-folders.js'
import { Etcd } from './etcd.js'
import type { ProcessLedger } from './process-ledger.js'
import { processStarter } from './start-process.js'

export interface SharedEtcdOptions {
  folders: SandboxFolders
  program: string
  ledger: ProcessLedger
  clock: Clock
}

/** The etcd of a sandbox: runs from when the first cluster needs it until the last one is gone. */
export class SharedEtcd {
  readonly #options: SharedEtcdOptions
  readonly #mutex = new KeyedMutex()
  #etcd: Etcd | undefined

  constructor(options: SharedEtcdOptions) {
    this.#options = options
  }

  /** Resolves when it answers. */
  async get(): Promise<Etcd> {
    return this.#mutex.run('etcd', async () => (this.#etcd ??= await this.#start()))
  }

  /** Stops it and deletes what is in it, if nobody uses it any more. */
  async letGo(isUnused: () => Promise<boolean>): Promise<void> {
    await this.#mutex.run('etcd', async () => {
      if (!(await isUnused())) return
      await this.#etcd?.stop('SIGKILL')
      this.#etcd = undefined
      await rm(sharedFolder(this.#options.folders, 'etcd'), { recursive: true, force: true })
      await rm(this.#logs(), { recursive: true, force: true })
    })
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#mutex.run('etcd', async () => {
      await this.#etcd?.stop(signal)
      this.#etcd = undefined
    })
  }

  async #start(): Promise<Etcd> {
    const { clock, folders, ledger, program } = this.#options
    const startProcess = processStarter({ owner: '_etcd', folder: folders.clusters, logs: this.#logs(), ledger, clock })
    return Etcd.start({ program, data: sharedFolder(folders, 'etcd'), pki: sharedFolder(folders, 'etcd-pki'), startProcess, clock })
  }

  #logs(): string {
    return path.join(this.#options.folders.logs, 'clusters', '_etcd')
  }
}
