import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { AddonsContext } from '../addons/context.js'
import type { ClusterContext } from '../clusters/find-cluster.js'
import { withApps } from './app-context.js'

/** Runs the use case of an `addon` command: as `withApps`, and Helm where it is needed. */
export async function withAddons<T>(
  base: ClusterContext,
  options: { roleArn?: string | undefined },
  work: (context: AddonsContext) => Promise<T>,
): Promise<T> {
  let folder: string | undefined
  const helm: AddonsContext['helm'] = async () => {
    const [{ Helm }, { resolveTool }, { toolLockOf }] = await Promise.all([
      import('../helm/helm.js'),
      import('../tools/resolve-tool.js'),
      import('./tool-lock.js'),
    ])
    const { path: program } = await resolveTool(base.ports, 'helm', { install: true, lock: await toolLockOf(base.project.directory) })
    folder ??= await mkdtemp(path.join(tmpdir(), 'platform-charts-'))
    return { helm: new Helm(base.ports, { program, folder }), folder }
  }
  try {
    return await withApps(base, options, async (apps) => work({ ...apps, helm }))
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }
}
