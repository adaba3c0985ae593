import { refusePolicyBreaches } from '../../config/policies.js'
import type { Project } from '../../config/project.js'
import { UserError } from '../../core/errors.js'
import { SHARED_NAME } from '../../core/names.js'
import { stages, type Root } from '../../roots/root.js'
import { rootOf, rootsOf } from '../../roots/select.js'
import { enabledSharedRoot } from '../../roots/shared-root.js'

/** What a command works on: these, or all. */
export type Selection = { names: readonly string[] } | { all: true }

/**
 * The roots that are meant, each once.
 * @throws `EnvironmentNotFound` with the nearest name; `InvalidConfiguration` for `shared` when it is switched off; `BadFlag` when there is none at all; `PolicyRefused`
 */
export function membersOf(project: Project, selection: Selection): Root[] {
  const named = (name: string): Root => (name === SHARED_NAME ? enabledSharedRoot(project) : rootOf(project, name))
  const roots = 'all' in selection ? rootsOf(project) : [...new Set(selection.names)].map(named)
  if (roots.length > 0) {
    refusePolicyBreaches(project)
    return roots
  }
  throw new UserError('BadFlag', 'There is no environment to work on.', { next: ['platform env create NAME'] })
}

/**
 * Refuses soft environments, which are a part of their host's root and of its cluster, where the answer would be that of the host.
 * @throws `BadFlag` with what to do instead
 */
export function refuseSoft({ environments }: Project, selection: Selection, next: (name: string, host: string) => string[]): void {
  if ('all' in selection) return
  for (const each of selection.names) {
    const { name, host } = environments.get(each) ?? {}
    if (name === undefined || host === undefined) continue
    throw new UserError('BadFlag', `Environment ${name} is soft: it has no infrastructure and no state of its own.`, {
      reason: `Its key and its databases belong to its host ${host}, its namespaces to the cluster of ${host}.`,
      next: next(name, host),
      details: { environment: name, host },
    })
  }
}

/** In the order in which they are built on each other: what is shared, then management, then workload. */
export function wavesOf(roots: readonly Root[]): Root[][] {
  return stages.map((stage) => roots.filter((root) => root.stage === stage)).filter((wave) => wave.length > 0)
}
