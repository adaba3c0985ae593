import { stat } from 'node:fs/promises'
import type { KubernetesPrograms } from './clusters/programs.js'
import type { SandboxFolders } from './folders.js'

/** Whether EKS clusters of a sandbox are to have a Kubernetes of their own, and where its programs come from. */
export interface KubernetesWish {
  /** It was asked for now, by a flag or in platform.yaml. Otherwise only a sandbox that ran it before goes on to do so. */
  asked: boolean
  /** Finds the programs, installing them when needed. Asked only when they are to run. */
  programs: () => Promise<KubernetesPrograms>
}

/** Whether a sandbox is to run Kubernetes: asked for now, or once before and remembered. */
export async function wantsKubernetes(
  folders: Pick<SandboxFolders, 'kubernetesWanted'>,
  wish: KubernetesWish | undefined,
): Promise<boolean> {
  if (!wish) return false
  return wish.asked || (await stat(folders.kubernetesWanted).catch(() => undefined)) !== undefined
}
