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

/** In the order in which they are built on each other: what is shared, then management, then workload. */
export function wavesOf(roots: readonly Root[]): Root[][] {
  return stages.map((stage) => roots.filter((root) => root.stage === stage)).filter((wave) => wave.length > 0)
}
