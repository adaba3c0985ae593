import type { Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'
import type { AwsTarget } from '../core/target.js'
import type { KubernetesPrograms } from '../sandbox/clusters/programs.js'
import type { KubernetesWish } from '../sandbox/kubernetes-wish.js'

/** The AWS that `platform.yaml` names. Nothing of the sandbox is loaded with target `aws`. */
export async function createTarget(ports: Ports, project: Project): Promise<AwsTarget> {
  const { directory, platform } = project
  if (platform.target === 'aws') {
    const { createAwsTarget } = await import('../aws/target.js')
    return createAwsTarget()
  }
  const { createSandboxTarget } = await import('../sandbox/target.js')
  return createSandboxTarget(ports, {
    directory,
    region: platform.region,
    resolveEmulator: async () => findEmulator(ports, directory),
    kubernetes: kubernetesWish(ports, directory, platform.sandbox.kubernetes),
  })
}

/** The emulator behind the sandbox: found, or built once for all repositories of this user. */
export async function findEmulator(ports: Ports, directory: string): Promise<{ path: string; version: string }> {
  const { resolveTool } = await import('../tools/resolve-tool.js')
  const { toolLockOf } = await import('./tool-lock.js')
  const progress = (detail: string): void => {
    ports.report.emit({ type: 'step-progress', id: 'fakecloud', detail })
  }
  const { path, version } = await resolveTool(ports, 'fakecloud', { install: true, lock: await toolLockOf(directory), progress })
  return { path, version }
}

/** @param asked whether a Kubernetes behind each EKS cluster of the sandbox is asked for now. */
export function kubernetesWish(ports: Ports, directory: string, asked: boolean): KubernetesWish {
  return { asked, programs: async () => findKubernetes(ports, directory) }
}

/**
 * The programs of Argo CD, which most clusters get. A machine where one of them cannot be had has clusters all the same: the sandbox says
 * what is missing where somebody installs Argo CD.
 */
async function installArgoCd(ports: Ports, directory: string): Promise<void> {
  const { resolveTool } = await import('../tools/resolve-tool.js')
  const { installedWithKubernetes } = await import('../sandbox/argocd/programs.js')
  const { toolLockOf } = await import('./tool-lock.js')
  const lock = await toolLockOf(directory)
  for (const name of installedWithKubernetes) {
    const progress = (detail: string): void => {
      ports.report.emit({ type: 'step-progress', id: 'kubernetes', detail: `${name}: ${detail}` })
    }
    await resolveTool(ports, name, { install: true, lock, progress }).catch((error: unknown) => {
      if (!(error instanceof UserError) || error.code !== 'ToolInstallFailed') throw error
      progress(error.message)
    })
  }
}

/** The programs of a control plane: found, or built once for all repositories of this user. */
async function findKubernetes(ports: Ports, directory: string): Promise<KubernetesPrograms> {
  const { resolveTool } = await import('../tools/resolve-tool.js')
  const { kubernetesPrograms } = await import('../sandbox/clusters/programs.js')
  const { toolLockOf } = await import('./tool-lock.js')
  const lock = await toolLockOf(directory)
  const found: Array<readonly [string, { path: string; version: string }]> = []
  await installArgoCd(ports, directory)
  for (const name of kubernetesPrograms) {
    const progress = (detail: string): void => {
      ports.report.emit({ type: 'step-progress', id: 'kubernetes', detail: `${name}: ${detail}` })
    }
    const { path, version } = await resolveTool(ports, name, { install: true, lock, progress })
    found.push([name, { path, version }])
  }
  return Object.fromEntries(found) as KubernetesPrograms
}
