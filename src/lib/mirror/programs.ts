import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Helm } from '../helm/helm.js'
import { Regctl, type RegistryLogin } from '../registry/regctl.js'
import type { MirrorContext } from './context.js'

/** The programs that mirror, with a folder of their own that vanishes. Each is looked for when it is first asked for. */
export interface MirrorPrograms {
  helm(): Promise<Helm>
  /** @param hosts the registries that will be asked */
  regctl(hosts: readonly string[]): Promise<Regctl>
  folder: string
}

export async function withPrograms<T>(
  context: MirrorContext,
  work: (programs: MirrorPrograms) => Promise<T>,
  login?: RegistryLogin,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'platform-mirror-'))
  try {
    return await work({
      folder,
      helm: async () => new Helm(context.ports, { program: await context.findHelm(), folder }),
      regctl: async (hosts) => {
        const regctl = new Regctl(context.ports, { program: await context.findRegctl(), folder, login })
        await regctl.configure(hosts)
        return regctl
      },
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
